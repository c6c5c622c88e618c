"""Values as indented JSON that fits a narrow pane; no base64 flood."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from spanglass_viewer.format.quantities import format_bytes
from spanglass_viewer.values.data_urls import find_data_url

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

_INDENT = "  "
_LINE_CHARS = 60
_MAX_DEPTH = 100
_ESCAPE = re.compile(r"\\.")


def pretty_json(value: JsonValue) -> str:
    """Return JSON with two spaces a level; lists and objects that fit on one line stay on one.

    A base64 data URL is shown by its type and size. Below 100 levels the rest stands on one line.
    """
    return _pretty(value, 0)


def lined_json(value: JsonValue) -> str:
    """Return a text as it is, and anything else as `pretty_json` does, but for texts with their own line breaks.

    So one reads and compares it line by line; it is no JSON any more.
    """
    if isinstance(value, str):
        return value
    lines = pretty_json(value).split("\n")
    return "\n".join(_break_texts(line) if "\\n" in line else line for line in lines)


def compact_json(value: JsonValue) -> str:
    """Return JSON on one line, with a blank after comma and colon, and data URLs by their type and size."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {compact_json(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(compact_json(member) for member in value) + "]"
    return _scalar(value)


def fenced(text: str, language: str) -> str:
    """Return text in a Markdown fence that is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _pretty(value: JsonValue, depth: int) -> str:
    if not isinstance(value, dict | list) or not value:
        return _scalar(value) if not isinstance(value, dict | list) else "{}" if isinstance(value, dict) else "[]"
    if depth >= _MAX_DEPTH:
        return "…"
    if _is_flat(value):
        line = compact_json(value)
        is_short = len(line) + depth * len(_INDENT) <= _LINE_CHARS
        if is_short and (isinstance(value, list) or len(value) == 1) and depth > 0:
            return line
    pad, end = _INDENT * (depth + 1), _INDENT * depth
    if isinstance(value, dict):
        lines = [f"{pad}{_text(key)}: {_pretty(member, depth + 1)}" for key, member in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{end}}}"
    return "[\n" + ",\n".join(f"{pad}{_pretty(member, depth + 1)}" for member in value) + f"\n{end}]"


def _break_texts(line: str) -> str:
    pad = "\n" + line[: len(line) - len(line.lstrip(" "))] + _INDENT
    return _ESCAPE.sub(lambda found: pad if found[0] == r"\n" else found[0], line)


def _is_flat(value: dict[str, JsonValue] | list[JsonValue]) -> bool:
    members = value.values() if isinstance(value, dict) else value
    return len(value) <= _LINE_CHARS and not any(isinstance(member, dict | list) for member in members)


def _scalar(value: str | float | None) -> str:
    if isinstance(value, str) and (found := find_data_url(value)) is not None:
        return _text(f"data:{found.content_type};base64,… {format_bytes(found.size_bytes)}")
    return _text(value)


def _text(value: str | float | None) -> str:
    return json.dumps(value, ensure_ascii=False)
