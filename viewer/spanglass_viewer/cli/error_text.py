"""What a logged `error` says: the text, its headline, and whether it was raised here or further down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spanglass_store.database.records import SpanRecord


def error_text(span: SpanRecord) -> str:
    """Return the error of a span as text: a string as it is, anything else as JSON, "" where there is none."""
    if not span.is_error or span.error is None:
        return ""
    try:
        value: object = orjson.loads(span.error)
    except orjson.JSONDecodeError:  # a number that orjson does not take, say
        return span.error
    return value if isinstance(value, str) else span.error


def headline(span: SpanRecord) -> str:
    """Return an error in one line: a traceback's `Type: message`, an object's `name: message`, else the first line."""
    text = error_text(span)
    if text.startswith(("{", "[")) and span.error == text:
        return _headline_of_object(text)
    lines = text.strip().splitlines()
    # a traceback ends with the line that follows its last indented one; the message may go on below it
    starts = (number for number in range(len(lines) - 1, 0, -1) if _ends_frames(lines, number))
    return lines[next(starts, 0)] if lines else ""


def is_bubbled(span: SpanRecord, children: Iterable[SpanRecord]) -> bool:
    """Tell whether a span's error was raised by a child and only passed through, or was raised anew from it."""
    text = error_text(span)
    return any(child.is_error and (line := headline(child)) and line in text for child in children)


def _ends_frames(lines: list[str], number: int) -> bool:
    return lines[number - 1].startswith("  ") and bool(lines[number]) and not lines[number][0].isspace()


def _headline_of_object(text: str) -> str:
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    if not isinstance(value, dict):
        return text
    fields = cast("dict[str, Any]", value)
    parts = [str(fields[key]) for key in ("name", "type", "message") if isinstance(fields.get(key), str)]
    return ": ".join(parts) or text
