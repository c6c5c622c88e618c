"""Where a text that was searched for stands in a span: the field, and what is around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from spanglass_store.search.expression import And, Or, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_store.database.records import SpanRecord
    from spanglass_store.search.expression import Expression

_FIELDS = ("output", "input", "error", "expected", "metadata")
_BEFORE_CHARS = 16  # short, so that the text itself is in sight on a narrow line
_AFTER_CHARS = 200


def list_texts(expression: Expression) -> list[str]:
    """Return the texts that a filter looks for, in its order; not those that it excludes."""
    if isinstance(expression, Text):
        return [expression.text]
    if isinstance(expression, And | Or):
        return [text for part in expression.parts for text in list_texts(part)]
    return []


def find_snippet(span: SpanRecord, texts: Sequence[str]) -> str:
    """Return the first place where one of the texts stands in a logged value, "" where none does."""
    for text in texts:
        for field in _FIELDS:
            value: str | None = getattr(span, field)
            at = _find(value or "", text)
            if value is not None and at >= 0:
                begin = max(0, at - _BEFORE_CHARS)
                around = value[begin : at + len(text) + _AFTER_CHARS]
                return f"{field}: {'…' if begin else ''}{around}"
    return ""


def _find(value: str, text: str) -> int:
    """Return where a text stands in logged JSON, as it is or escaped, in whatever case; -1 where it does not."""
    escaped = orjson.dumps(text).decode()[1:-1]
    lowered = value.lower()
    if len(lowered) == len(value):  # a letter that is longer in lower case would shift the place
        value, text, escaped = lowered, text.lower(), escaped.lower()
    at = value.find(text)
    return at if at >= 0 else value.find(escaped)
