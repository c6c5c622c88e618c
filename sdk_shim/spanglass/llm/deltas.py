"""Deltas of a streamed answer, put together field by field as they come."""

from __future__ import annotations

import functools
from typing import Any, cast

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
    for name, value in _fields_of(delta).items():
        if value is None:
            continue
        kind: type[Any] = value.__class__
        if kind is str and name not in _NAMING_FIELDS:
            before = merged.get(name)
            if type(before) is TextPieces:
                before.append(value)
            else:
                merged[name] = TextPieces((value,))
        elif kind is list:
            _merge_items(_part(merged, name, list), value)
        elif _has_fields(kind):
            merge_delta(_part(merged, name, dict), value)
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
        kind: type[Any] = item.__class__
        if not _has_fields(kind):
            merged.append(item)
            continue
        fields = _fields_of(item)
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
    goes_on = index is not None or ("function" in fields and not fields.get("id"))
    for item in reversed(merged) if goes_on else ():  # items come one after the other: most often it is the last
        if item.__class__ is dict and (index is None or item.get("index") == index):
            return item
    return None


def _part(merged: Merged, name: str, kind: type[Any]) -> Any:
    found = merged.get(name)
    if type(found) is not kind:
        found = merged[name] = kind()
    return found


@functools.lru_cache(256)
def _has_fields(kind: type[Any]) -> bool:
    """Tell whether a class is a dict or a pydantic model; asked once a class, as asking pydantic takes its time."""
    return issubclass(kind, dict) or hasattr(kind, "model_fields")


def _fields_of(value: Any) -> Merged:
    """Return a dict's or a pydantic model's fields by name, the undeclared ones too; costs no dump."""
    if isinstance(value, dict):
        return cast("Merged", value)
    extra: Merged | None = getattr(value, "__pydantic_extra__", None)
    fields: Merged = value.__dict__
    return {**fields, **extra} if extra else fields
