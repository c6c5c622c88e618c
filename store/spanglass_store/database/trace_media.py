"""The attachments of one trace, span by span in the order of their starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor

_PER_SPAN = 100


@dataclass(frozen=True, slots=True)
class SpanMedia:
    """The attachments that a span's values name, each as the JSON text that stands there."""

    span_id: str
    created_us: int
    name: str
    references: tuple[str, ...]


def list_trace_media(cursor: Cursor, root_span_id: str, limit: int) -> list[SpanMedia]:
    """Return up to `limit` spans that name attachments."""
    parameters = {"root_span_id": root_span_id, "limit": limit, "per_span": _PER_SPAN}
    rows = cursor.rows(query("list_trace_media"), parameters)
    return [SpanMedia(row[0], row[1], row[2], tuple(row[3])) for row in rows]
