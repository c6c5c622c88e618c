"""A journal line → a row: whose it is, when it was written, what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from spanglass_store.database.json_text import JsonText, is_utf8, parsed
from spanglass_store.journal.lines import BadLine, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

IDENTITY_FIELDS = ("created", "span_id", "root_span_id", "span_parents")
_CONTAINER_FIELDS = ("experiment_id", "prompt_session_id", "dataset_id", "project_id")
_CONTROL_FIELDS = frozenset(
    ("id", "_line", "_is_merge", "_stamp", "_merge_paths", "_array_delete", "_object_delete", "_parent_id")
)
_NOT_FIELDS = _CONTROL_FIELDS.union(IDENTITY_FIELDS, ("tags",))

_STAMP_LIMIT = 2**63

Path = list[str]


@dataclass(slots=True)
class Row:
    """One row of a span. `stamp` names the row: two rows with one stamp are the same row.

    `container` is "" where the row names none; `fields` holds what merges, `tags` as a dict tag → True. A field
    that the row names as replaced by null is in `erased_fields`: without being named, null says nothing. The
    writer's process is part of `identity`.
    """

    id: str
    stamp: int
    container: str
    is_merge: bool
    is_deletion: bool = False
    identity: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    replaced_paths: Sequence[Path] = ()
    erased_fields: Sequence[str] = ()
    array_deletes: Sequence[tuple[Path, list[Any]]] = ()


def read_row(line: Line, default_stamp: int, process: str | None = None) -> Row:
    """Return the row that a decoded line holds; a line without a stamp gets `default_stamp`.

    Raises BadLine for a row without an id.
    """
    row_id = parsed(line.get("id"))
    if not isinstance(row_id, str) or not row_id or not is_utf8(row_id):
        raise BadLine("the row has no id")
    stamp = parsed(line.get("_stamp"))
    if not isinstance(stamp, int) or not 0 < stamp < _STAMP_LIMIT:
        stamp = default_stamp
    is_merge = line.get("_is_merge") is True  # true and false are never left as text
    if line.get("_object_delete") is True:
        return Row(row_id, stamp, container_of(line), is_merge, is_deletion=True)
    identity = _read_identity(line, process, is_merge=is_merge)
    fields = {key: value for key, value in line.items() if value is not None and key not in _NOT_FIELDS}
    if "tags" in line and line["tags"] is not None:
        fields["tags"] = dict.fromkeys(_read_tags(parsed(line["tags"])), True)
    row = Row(row_id, stamp, container_of(line), is_merge, identity=identity, fields=fields)
    if "_merge_paths" in line or "_array_delete" in line:
        _read_operators(row, line)
    return row


def container_of(line: Line) -> str:
    """Return the id of the experiment, playground, dataset or project that a row belongs to, or ""."""
    for key in _CONTAINER_FIELDS:
        if key in line:
            value = line[key]
            if isinstance(value, JsonText):
                value = value.parse()
            if isinstance(value, str) and value and is_utf8(value):
                return value
    return ""


def _read_identity(line: Line, process: str | None, *, is_merge: bool) -> dict[str, Any]:
    identity: dict[str, Any] = {} if process is None else {"process": process}
    for key in ("created", "span_id", "root_span_id"):
        value = line.get(key)
        if isinstance(value, JsonText):
            value = value.parse()
        if isinstance(value, str) and value:
            identity[key] = value
    parents = parsed(line["span_parents"]) if "span_parents" in line else None
    if parents is None and "_parent_id" in line and isinstance(parsed(line["_parent_id"]), str):
        parents = [parsed(line["_parent_id"])]
    if isinstance(parents, list):
        identity["span_parents"] = [item for item in cast("list[Any]", parents) if isinstance(item, str)]
    elif not is_merge:
        identity["span_parents"] = []
    return identity


def _read_tags(tags: Any) -> list[str]:
    items = cast("list[Any]", tags) if isinstance(tags, list) else [tags]
    return [item for item in items if isinstance(item, str)]


def _read_operators(row: Row, line: Line) -> None:
    """Read the wire's operators; one that is not understood is left out, the row itself is not."""
    paths = parsed(line.get("_merge_paths"))
    if isinstance(paths, list):
        row.replaced_paths = [path for path in cast("list[Any]", paths) if _is_path(path)]
        named = {path[0] for path in row.replaced_paths if len(path) == 1}
        row.erased_fields = [key for key in named.difference(_NOT_FIELDS) if key in line and parsed(line[key]) is None]
    deletes = parsed(line.get("_array_delete"))
    if isinstance(deletes, list):
        row.array_deletes = [
            (entry["path"], entry["delete"])
            for entry in cast("list[Any]", deletes)
            if isinstance(entry, dict) and _is_array_delete(cast("dict[str, Any]", entry))
        ]


def _is_array_delete(entry: dict[str, Any]) -> bool:
    return _is_path(entry.get("path")) and isinstance(entry.get("delete"), list)


def _is_path(path: Any) -> bool:
    keys = cast("list[Any]", path) if isinstance(path, list) else []
    return bool(keys) and all(isinstance(key, str) for key in keys)


def is_object(value: Any) -> bool:
    """Tell whether a field holds a JSON object, parsed or not."""
    return value.is_object() if isinstance(value, JsonText) else isinstance(value, dict)
