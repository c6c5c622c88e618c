"""Who wrote what, path by path: the last writer wins, whatever the order in which rows arrive.

Beside a span's value (a tree of dicts) stands a tree of marks. A mark is a plain stamp where one row wrote the
whole subtree, else a `Mark`. With them a row that comes late changes only what no later row has written since:
the outcome is a function of the set of rows, not of their order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from spanglass_store.database.json_text import JsonText, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_DEPTH = 200  # below it a dict is one value: replaced, not merged
NEVER = -1
# The fields that `bulk_fold.sql` notes the rows of, in its order; all other keys each of these rows says alike.
NOTED_FIELDS = (
    "input", "output", "expected", "error", "scores", "metadata", "metrics", "span_attributes", "context", "tags",
)  # fmt: skip


class Absent:
    """The value of a path that was never written, or was deleted."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(slots=True)
class Mark:
    """The writers of a dict: `rest` wrote the keys that `children` does not name.

    `floor` is the last write that replaced the whole (anything older below is void); `written` is the last
    write of a dict here. A child that has a mark but no value was deleted at that stamp.
    """

    rest: int
    floor: int = NEVER
    written: int = NEVER
    children: dict[str, Mark | int] = field(default_factory=dict)


def write(value: Any, mark: Mark | int | None, incoming: Any, stamp: int, depth: int = 0) -> tuple[Any, Mark | int]:
    """Write `incoming` at `stamp` over `value`; return the value and the mark that stand then.

    Dicts merge, anything else replaces; `ABSENT` deletes. `mark` is None where nothing was ever written.
    `value` is changed in place where it is a dict.
    """
    if mark is None:
        return incoming, stamp
    fields = _find_dict(value, depth)
    floor = _floor_of(mark, is_dict=fields is not None)
    if stamp < floor:
        return value, mark
    new_fields = _find_dict(incoming, depth)
    if new_fields is None:
        return (incoming, stamp) if fields is None else _replace(fields, mark, incoming, stamp)
    if fields is None:
        return new_fields, Mark(rest=stamp, floor=floor, written=stamp)
    node = _as_mark(mark)
    node.written = max(node.written, stamp)
    for key, new in new_fields.items():
        write_key(fields, node, key, new, stamp, depth=depth + 1)
    return fields, node


def write_key(fields: dict[str, Any], node: Mark, key: str, incoming: Any, stamp: int, *, depth: int = 1) -> None:
    """Write one key of a dict and its mark, in place."""
    value = fields.get(key, ABSENT)
    mark = node.children.get(key)
    if mark is None and value is not ABSENT:
        mark = node.rest
    if mark is None:
        value, mark = incoming, stamp
    elif type(value) is str and type(incoming) is str and type(mark) is int:  # as `write` says; most are such
        if mark > stamp:
            return
        value, mark = incoming, stamp
    else:
        value, mark = write(value, mark, incoming, stamp, depth)
    if mark != node.rest or value is ABSENT or key in node.children:  # so that a row that comes twice notes nothing new
        node.children[key] = mark
    if value is ABSENT:
        fields.pop(key, None)
    else:
        fields[key] = value


def erase_older(value: Any, mark: Mark | int | None, stamp: int) -> tuple[Any, Mark | int | None]:
    """Take away all that was written before `stamp`; return what stands then (`ABSENT`, None for nothing)."""
    if mark is None or isinstance(mark, int):
        return (ABSENT, None) if mark is None or mark < stamp else (value, mark)
    if mark.written < stamp:
        return ABSENT, None
    fields = cast("dict[str, Any]", parsed(value))
    erase_keys(fields, mark, stamp)
    return fields, mark


def erase_keys(fields: dict[str, Any], node: Mark, stamp: int) -> None:
    """Take away what was written below a dict before `stamp`, in place; the dict itself stays."""
    for key in [*fields, *(key for key in node.children if key not in fields)]:
        value, mark = erase_older(fields.get(key, ABSENT), _child_mark(fields, node, key), stamp)
        if value is ABSENT:
            fields.pop(key, None)
        else:
            fields[key] = value
        if mark is None:
            node.children.pop(key, None)
        elif mark != node.rest or key in node.children:  # as in `write_key`
            node.children[key] = mark


def erase_path(fields: dict[str, Any], node: Mark, path: list[str], stamp: int) -> None:
    """Take away what stands at a path and is older than `stamp`; the dicts on the way there are written."""
    *way, last = path
    for key in way:
        write_key(fields, node, key, {}, stamp)
        inner = _find_dict(fields.get(key), depth=0)
        mark = _as_mark(node.children.get(key, node.rest))
        if inner is None or stamp < mark.floor:
            return  # a later row has replaced the way
        node.children[key] = mark
        fields, node = inner, mark
    write_key(fields, node, last, ABSENT, stamp)


def values_at(value: Any, mark: Mark | int | None, stamp: int) -> Any:
    """Return what the row of `stamp` wrote and nobody has overwritten since, or `ABSENT`."""
    if mark is None or isinstance(mark, int):
        return value if mark == stamp else ABSENT
    fields = cast("dict[str, Any]", parsed(value))
    found: dict[str, Any] = {}
    for key, child in fields.items():
        kept = values_at(child, _child_mark(fields, mark, key), stamp)
        if kept is not ABSENT:
            found[key] = kept
    return found if found or mark.rest == stamp else ABSENT


def oldest(mark: Mark | int) -> int:
    """Return the lowest stamp that a tree of marks names."""
    if isinstance(mark, int):
        return mark
    return min([mark.rest, *(oldest(child) for child in mark.children.values())])


def newest(mark: Mark | int) -> int:
    """Return the highest stamp that a tree of marks names."""
    if isinstance(mark, int):
        return mark
    return max(mark.rest, mark.floor, mark.written, *map(newest, mark.children.values()), NEVER)


def encode_mark(mark: Mark | int) -> Any:
    """Return a mark as plain JSON."""
    if isinstance(mark, int):
        return mark
    children = {
        key: child if isinstance(child, int) else encode_mark(child)  # most are stamps
        for key, child in mark.children.items()
    }
    return [mark.rest, mark.floor, mark.written, children]


def decode_mark(coded: Any) -> Any:
    """Return the mark that `encode_mark` wrote."""
    if isinstance(coded, int):
        return coded
    rest, floor, written, children = coded
    marks = {key: child if isinstance(child, int) else decode_mark(child) for key, child in children.items()}
    return Mark(rest, floor, written, marks)


def marks_of_rows(
    fields: Mapping[str, Any],
    updates: Sequence[int],
    said: Sequence[int],
    lengths: Mapping[str, Sequence[int]],
    named: int | None = None,
) -> Mark:
    """Return the marks of a span whose rows added up: a full row, then `updates`, by their stamps.

    `said` has a bit for each row that said something of a field, `lengths` how many bytes each of these had where
    there were several: objects, which stand one after the other in the field's text. `named` has a bit for each row
    that said all other keys, if not each did.
    """
    stamps = [0, *updates]
    marks = Mark(rest=0, written=stamps[-1])
    last = stamps[-1] if named is None else stamps[named.bit_length() - 1]
    if last:
        marks.children.update((key, last) for key in fields if key not in NOTED_FIELDS)
    for key, bits in zip(NOTED_FIELDS, said, strict=True):
        sayers = [stamp for place, stamp in enumerate(stamps) if bits >> place & 1]
        if len(sayers) > 1:
            node = Mark(rest=sayers[0], written=sayers[-1])
            for stamp, keys in zip(sayers[1:], _keys_of_parts(fields[key], lengths[key])[1:], strict=True):
                node.children.update(dict.fromkeys(keys, stamp))
            marks.children[key] = node
        elif sayers and sayers[0]:
            marks.children[key] = sayers[0]
    return marks


def _keys_of_parts(whole: JsonText, lengths: Sequence[int]) -> list[list[str]]:
    """Return the keys of the objects that were written one after the other into one."""
    inner, start = whole.text.encode(), 1
    keys: list[list[str]] = []
    for length in lengths:
        end = start + length - 2
        keys.append([*JsonText("{" + inner[start:end].decode() + "}").parse()])
        start = end + 1
    return keys


def stamp_at(fields: dict[str, Any], node: Mark, path: list[str]) -> int | None:
    """Return the stamp of the value at `path`, or None where it is a dict of several writers or not there."""
    mark: Mark | int | None = node
    value: Any = fields
    for key in path:
        if isinstance(mark, int):
            return mark
        if mark is None or not isinstance(value, dict):
            return None
        inner = cast("dict[str, Any]", value)
        mark, value = _child_mark(inner, mark, key), parsed(inner.get(key, ABSENT))
    return mark if isinstance(mark, int) else None


def _replace(fields: dict[str, Any], mark: Mark | int, incoming: Any, stamp: int) -> tuple[Any, Mark | int]:
    """Replace a dict as a whole, save what later rows wrote below it."""
    node = _as_mark(mark)
    if node.written < stamp or (node.written == stamp and incoming is not ABSENT):
        return incoming, stamp
    erase_keys(fields, node, stamp)
    node.floor = max(node.floor, stamp)
    return fields, node


def _child_mark(fields: dict[str, Any], node: Mark, key: str) -> Mark | int | None:
    mark = node.children.get(key)
    if mark is not None:
        return mark
    return node.rest if key in fields else None


def _as_mark(mark: Mark | int) -> Mark:
    return Mark(rest=mark, written=mark) if isinstance(mark, int) else mark


def _floor_of(mark: Mark | int, *, is_dict: bool) -> int:
    if isinstance(mark, Mark):
        return mark.floor
    return NEVER if is_dict else mark


def _find_dict(value: Any, depth: int) -> dict[str, Any] | None:
    """Return a value that merges key by key, parsed if need be; None for all others."""
    if depth >= MAX_DEPTH:
        return None
    if isinstance(value, JsonText):
        return value.parse() if value.is_object() else None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
