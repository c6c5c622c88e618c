"""How the rows of a span become one span: plain Python, no DuckDB.

The outcome is a function of the set of rows. Rows count in the order of their stamps, but the span's first full
row comes before all updates, also before those that are stamped earlier (another process may update a span before
its first row is written). A second full row replaces whatever has a lower stamp.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass_store.database.json_text import JsonText, dump_text, parsed
from spanglass_store.database.rows import is_object
from spanglass_store.database.stamps import (
    ABSENT,
    NEVER,
    Mark,
    decode_mark,
    encode_mark,
    erase_keys,
    erase_path,
    marks_of_rows,
    oldest,
    stamp_at,
    values_at,
    write_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spanglass_store.database.rows import Path, Row

_BASE = 0  # the stamp that the first full row counts with: before all updates
_FULL_ROW, UPDATE = 0, 1  # whose word on the identity counts more: lower is more

Rank = tuple[int, int]


@dataclass(slots=True)
class SpanState:
    """A span as folded so far, with what a row that comes late needs to know.

    `fields` are values or `JsonText`; `tags` among them is a dict tag → True. `full_stamp` is the stamp of the full
    row that the span stands on. `shadow` is that row where an update stamped before it has overwritten it: it
    counts again once a full row with a still lower stamp turns up.
    """

    id: str
    container: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    marks: Mark = field(default_factory=lambda: Mark(rest=_BASE, written=_BASE))
    identity: dict[str, Any] = field(default_factory=dict)
    ranks: dict[str, Rank] = field(default_factory=dict)
    full_stamp: int | None = None
    is_replaced: bool = False
    shadow: dict[str, Any] | None = None
    array_deletes: list[tuple[int, Path, list[Any]]] = field(default_factory=list)

    @property
    def is_deleted(self) -> bool:
        """Tell whether the span was deleted and nothing has been logged since."""
        return self.is_replaced and not self.fields


def fold(state: SpanState, rows: Iterable[Row]) -> SpanState:
    """Apply rows in any order to a state, in place, and return it."""
    for row in rows:
        _apply(state, row)
    return state


def _apply(state: SpanState, row: Row) -> None:
    state.container = state.container or row.container
    if row.is_deletion:
        _replace_all(state, row)
    elif not row.is_merge:
        _note_identity(state, row, _FULL_ROW)
        _apply_full(state, row)
    else:
        _note_identity(state, row, UPDATE)
        _apply_update(state, row)
    if state.array_deletes:
        _delete_from_arrays(state)


def _apply_full(state: SpanState, row: Row) -> None:
    if state.full_stamp is None and not state.is_replaced:
        updates = [*map(oldest, state.marks.children.values()), *(entry[0] for entry in state.array_deletes)]
        if updates and min(updates) < row.stamp:
            state.shadow = _frozen(row.fields)
        state.full_stamp = row.stamp
        _write_fields(state, row.fields, _BASE)
    elif row.stamp != state.full_stamp:
        _replace_all(state, row)


def _replace_all(state: SpanState, row: Row) -> None:
    """Take in a full row beside another one (or a deletion): the later of the two replaces all before it."""
    if state.full_stamp is not None and not state.is_replaced:
        _count_first_as_replacement(state, state.full_stamp)
    state.is_replaced = True
    if row.stamp < state.marks.floor:
        return
    _erase_before(state, row.stamp)
    state.full_stamp = row.stamp
    _write_fields(state, row.fields, row.stamp)


def _count_first_as_replacement(state: SpanState, stamp: int) -> None:
    base = state.shadow
    if base is None:
        base = _frozen(values_at(state.fields, state.marks, _BASE))
    state.shadow = None
    _erase_before(state, stamp)
    _write_fields(state, base, stamp)


def _apply_update(state: SpanState, row: Row) -> None:
    if row.stamp < state.marks.floor:
        return
    is_early = state.full_stamp is not None and row.stamp < state.full_stamp
    if is_early and not state.is_replaced and state.shadow is None:
        state.shadow = _frozen(values_at(state.fields, state.marks, _BASE))
    for path in row.replaced_paths:
        if is_object(_value_at(row.fields, path)):  # anything else replaces as it is
            erase_path(state.fields, state.marks, path, row.stamp)
    for key in row.erased_fields:
        erase_path(state.fields, state.marks, [key], row.stamp)
    _write_fields(state, row.fields, row.stamp)
    for path, unwanted in row.array_deletes:
        if path == ["tags"]:
            for tag in unwanted:
                erase_path(state.fields, state.marks, ["tags", str(tag)], row.stamp)
        elif (row.stamp, path, unwanted) not in state.array_deletes:  # a row may come twice
            state.array_deletes.append((row.stamp, path, unwanted))


def _write_fields(state: SpanState, fields: dict[str, Any], stamp: int) -> None:
    marks = state.marks
    if stamp == _BASE and not marks.children:
        state.fields = fields
        return
    for key, value in fields.items():
        write_key(state.fields, marks, key, value, stamp)
    marks.written = max(marks.written, stamp)


def _erase_before(state: SpanState, stamp: int) -> None:
    erase_keys(state.fields, state.marks, stamp)
    state.marks.floor = stamp


def _delete_from_arrays(state: SpanState) -> None:
    """Take away what `_array_delete` named from each list that is older than it."""
    for stamp, path, unwanted in state.array_deletes:
        found = stamp_at(state.fields, state.marks, path)
        if found is None or found > stamp:
            continue
        value = parsed(_value_at(state.fields, path))
        if isinstance(value, list):
            items = cast("list[Any]", value)
            _put_value(state.fields, path, [item for item in items if item not in unwanted])


def _value_at(fields: dict[str, Any], path: Path) -> Any:
    value: Any = fields
    for key in path:
        value = parsed(value)
        if not isinstance(value, dict):
            return None
        value = cast("dict[str, Any]", value).get(key)
    return value


def _put_value(fields: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        fields[key] = parsed(fields[key])
        fields = fields[key]
    fields[path[-1]] = value


def _note_identity(state: SpanState, row: Row, kind: int) -> None:
    """Keep the first value of each field of the identity; the writer's process is one of them."""
    rank = (kind, row.stamp)
    identity, known = state.identity, state.ranks
    for key, value in row.identity.items():
        if key not in known or rank < known[key]:
            identity[key], known[key] = value, rank


def _frozen(fields: Any) -> dict[str, Any]:
    """Return a copy that later writes into the span do not reach."""
    if fields is ABSENT:
        return {}
    return {key: JsonText(dump_text(value)) for key, value in cast("dict[str, Any]", fields).items()}


def encode_stamps(state: SpanState) -> str:
    """Return what `decode_stamps` needs beside the span's own columns, as compact JSON text."""
    coded: dict[str, Any] = {}
    if state.full_stamp is not None:
        coded["full"] = state.full_stamp
    if state.is_replaced:
        coded["replaced"] = True
    if state.marks.children or state.marks.floor != NEVER:
        coded["marks"] = encode_mark(state.marks)
    default = (_FULL_ROW, state.full_stamp)
    ranks = {key: rank for key, rank in state.ranks.items() if rank != default}
    if ranks or state.full_stamp is None:
        coded["ranks"] = ranks
    if len(state.ranks) < len(_RANKED):
        coded["unsaid"] = [key for key in _RANKED if key not in state.ranks]
    if state.shadow is not None:
        coded["shadow"] = {key: dump_text(value) for key, value in state.shadow.items()}
    if state.array_deletes:
        coded["array_deletes"] = [
            [stamp, path, JsonText(dump_text(unwanted)).text] for stamp, path, unwanted in state.array_deletes
        ]
    return orjson.dumps(coded).decode()


_RANKED = ("created", "span_id", "root_span_id", "span_parents", "process")


def decode_stamps(state: SpanState, text: str) -> None:
    """Give a state that was read back from its columns what `encode_stamps` kept; in place.

    What no row has said of the identity (the columns then hold a stand-in) is taken out of it.
    """
    coded = orjson.loads(text)
    state.full_stamp = coded.get("full")
    state.is_replaced = "replaced" in coded
    if "marks" in coded:
        state.marks = decode_mark(coded["marks"])
    elif "updates" in coded:  # as whole segments are merged
        state.marks = marks_of_rows(state.fields, coded["updates"], coded["said"], coded, coded.get("named"))
    state.ranks = dict.fromkeys(_RANKED, (_FULL_ROW, state.full_stamp or _BASE))
    for key, rank in coded.get("ranks", {}).items():
        state.ranks[key] = tuple(rank)
    for key in coded.get("unsaid", ()):
        del state.ranks[key]
        state.identity.pop(key, None)
    if "shadow" in coded:
        state.shadow = {key: JsonText(value) for key, value in coded["shadow"].items()}
    if "array_deletes" in coded:
        state.array_deletes = [(stamp, path, JsonText(text).parse()) for stamp, path, text in coded["array_deletes"]]
