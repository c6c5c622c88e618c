"""A span as the lines of Python that read it from its store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.records import SpanRecord

_SNIPPET = """\
import json

from spanglass_store import open_store

with open_store({store!r}) as store:
    span = store.get_span({row_id!r}, created_us={created_us})

print(span.name, span.model, span.tokens)
print(json.loads(span.input or "null"))
print(json.loads(span.output or "null"))
"""


def span_as_python(record: SpanRecord, store: Path) -> str:
    """Return a program that reads the span."""
    return _SNIPPET.format(store=str(store), row_id=record.id, created_us=record.created_us)
