"""What a node of a JSON tree says of itself: its kind, and its value in one line."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING

from spanglass_viewer.format.quantities import format_bytes, format_many
from spanglass_viewer.format.text import one_line
from spanglass_viewer.values.data_urls import find_data_url

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

PREVIEW_CHARS = 300
_SUMMARY_MEMBERS = 4


class NodeKind(enum.Enum):
    """What a node holds, as far as its colour goes."""

    CONTAINER = "container"
    RANGE = "range"
    TEXT = "text"
    NUMBER = "number"
    WORD = "word"  # true, false, null
    MEDIA = "media"


def kind_of_value(value: JsonValue) -> NodeKind:
    """Return what a value is."""
    if isinstance(value, dict):
        return NodeKind.MEDIA if _attachment_name(value) is not None else NodeKind.CONTAINER
    if isinstance(value, list):
        return NodeKind.CONTAINER
    if isinstance(value, str):
        return NodeKind.MEDIA if find_data_url(value) is not None else NodeKind.TEXT
    return NodeKind.WORD if value is None or isinstance(value, bool) else NodeKind.NUMBER


def preview_value(value: JsonValue) -> str:
    """Return a value in one line, cut."""
    if isinstance(value, dict):
        return _attachment_name(value) or _summary(value)
    if isinstance(value, list):
        return format_many(len(value), "item")
    return _scalar_preview(value)


def seems_json(text: str) -> bool:
    """Tell whether a text looks like an object or a list."""
    return (text[:1], text[-1:]) in {("{", "}"), ("[", "]")}


def _scalar_preview(value: str | float | None) -> str:
    if not isinstance(value, str):
        return one_line(json.dumps(value), PREVIEW_CHARS)
    if (found := find_data_url(value)) is not None:
        return f"{found.content_type} · {format_bytes(found.size_bytes)}"
    shown = one_line(value, PREVIEW_CHARS)
    return f'"{shown}"'


def _summary(value: dict[str, JsonValue]) -> str:
    """Return an object by the names of its first members, so that a folded list of records can be told apart."""
    names = [one_line(name, 24) for name, _ in zip(value, range(_SUMMARY_MEMBERS), strict=False)]
    return "{" + ", ".join(names) + (", …}" if len(value) > len(names) else "}")


def _attachment_name(value: dict[str, JsonValue]) -> str | None:
    if value.get("type") not in {"braintrust_attachment", "external_attachment"}:
        return None
    named = [value.get("filename"), value.get("content_type")]
    return " · ".join(one_line(part, 80) for part in named if isinstance(part, str)) or "attachment"
