"""What a logged `error` says: the text, its headline, and whether it was raised here or further down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from spanglass_store.database.error_headline import find_headline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spanglass_store.database.records import SpanRecord


def error_text(span: SpanRecord) -> str:
    """Return the error of a span as text: a string as it is, anything else as JSON, "" where there is none."""
    value = _logged_error(span)
    return value if isinstance(value, str) else (span.error or "")


def headline(span: SpanRecord) -> str:
    """Return the error of a span in one line, such as `Type: message` without its module, or "" where there is none."""
    found = find_headline(_logged_error(span))
    if found is None:
        return ""
    return ": ".join(part for part in ((found.type or "").rpartition(".")[2], found.message) if part)


def is_bubbled(span: SpanRecord, children: Iterable[SpanRecord]) -> bool:
    """Tell whether a span's error was raised by a child and only passed through, or was raised anew from it."""
    text = error_text(span)
    return any(child.is_error and (line := headline(child)) and line in text for child in children)


def _logged_error(span: SpanRecord) -> object:
    if not span.is_error or span.error is None:
        return None
    try:
        return orjson.loads(span.error)
    except orjson.JSONDecodeError:  # JSON that orjson does not take: a lone surrogate
        return span.error
