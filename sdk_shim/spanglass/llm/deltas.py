"""Deltas of a streamed answer, put together field by field as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from spanglass.llm.json_values import list_objects

if TYPE_CHECKING:
    from collections.abc import Iterable

# Text that some servers repeat in every chunk, where others say it once: it names, and does not add up.
_NAMING_FIELDS = frozenset({"id", "index", "name", "role", "type", "format"})


class TextPieces(list[str]):
    """Text that arrived in pieces: joining at the end costs less than a new string a chunk."""

    __slots__ = ()

    def text(self) -> str:
        """Return the text, and keep it as one piece."""
        if len(self) > 1:
            self[:] = ["".join(self)]
        return self[0] if self else ""


Merged = dict[str, Any]


def merge_delta(merged: Merged, delta: Any) -> None:
    """Add a delta's fields: text to text, lists item by item, objects field by field; the rest replaces."""
    for name, value in _fields_of(delta):
        if value is None:
            continue
        if type(value) is str and name not in _NAMING_FIELDS:
            before = merged.get(name)
            if type(before) is TextPieces:
                before.append(value)
            else:
                merged[name] = TextPieces((value,))
        elif isinstance(value, list):
            _merge_items(merged.setdefault(name, []), cast("list[Any]", value))
        elif _is_object(value):
            merge_delta(_object_in(merged, name), value)
        elif value != "":  # an empty name is none: it stands in for one that came before
            merged[name] = value


def plain(value: Any) -> Any:
    """Return what was put together as plain dicts, lists and text, which later deltas do not change."""
    if type(value) is TextPieces:
        return value.text()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in cast("Merged", value).items()}
    if isinstance(value, list):
        return [plain(item) for item in cast("list[Any]", value)]
    return value


def _merge_items(merged: list[Any], items: list[Any]) -> None:
    for item in items:
        if not _is_object(item):
            merged.append(item)
            continue
        fields = dict(_fields_of(item))
        before = _find_item(merged, fields)
        if before is None:
            before = {}
            merged.append(before)
        merge_delta(before, fields)


def _find_item(merged: list[Any], fields: Merged) -> Merged | None:
    """Return the item that a delta belongs to: that of its index, else of its id; one without either adds an item.

    Servers that leave the index out begin each tool call with its id, and go on without one.
    """
    index = fields.get("index")
    if index is not None:
        return next((item for item in list_objects(merged) if item.get("index") == index), None)
    if "function" not in fields or fields.get("id") or not merged:
        return None
    return merged[-1]


def _object_in(merged: Merged, name: str) -> Merged:
    found = merged.get(name)
    if not isinstance(found, dict):
        found = merged[name] = {}
    return cast("Merged", found)


def _is_object(value: object) -> bool:
    return isinstance(value, dict) or hasattr(type(value), "model_fields")


def _fields_of(value: Any) -> Iterable[tuple[str, Any]]:
    """Return name and value of a dict's or a pydantic model's fields, the undeclared ones too; costs no dump."""
    if isinstance(value, dict):
        return cast("Merged", value).items()
    extra: Merged | None = getattr(value, "__pydantic_extra__", None)
    fields: Merged = value.__dict__
    return {**fields, **extra}.items() if extra else fields.items()
