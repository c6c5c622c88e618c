"""Values of megabytes: a span is read without them, and the engine itself writes each into a file.

A value that becomes a Python text holds the interpreter's lock for as long as it is copied and decoded, and with it
every other thread of a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.reader import span_record
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import SpanRecord

LARGE_FIELDS = ("input", "output", "expected", "scores", "metadata", "metrics", "context")
_MOST_ERROR_CHARS = 2_000_000
# what stands in the JSON of every image that is written into a value
_MEDIA = '"bytes"|base64|inline_?[dD]ata'


@dataclass(frozen=True, slots=True)
class TrimmedSpan:
    """A span whose large values are None in `record`; `large` has their sizes in bytes, by the fields' names."""

    record: SpanRecord
    large: dict[str, int]


def find_trimmed_span(
    cursor: Cursor, root_span_id: str, span_id: str, created_us: int, *, most_bytes: int, most_media_bytes: int
) -> TrimmedSpan | None:
    """Return a span of a trace without its values of more than `most_bytes`, or None where there is no such span.

    Values with images written into them stay up to `most_media_bytes`: these are few texts, though long ones. Of a
    giant error the beginning is given. `created_us` is only a hint, with which the span is found at once.
    """
    names = {"root_span_id": root_span_id, "span_id": span_id}
    limits = {
        "most": most_bytes,
        "most_media": most_media_bytes,
        "media": _MEDIA,
        "most_error_chars": _MOST_ERROR_CHARS,
    }
    beginning = query("span_within") + query("span_columns")
    created = {"created": EPOCH + timedelta(microseconds=created_us)}
    row = cursor.row(f"{beginning}{query('where_span_at')})", names | limits | created)
    row = row or cursor.row(f"{beginning}{query('where_span_of')})", names | limits)
    if row is None:
        return None
    record, sizes = span_record(row[: -len(LARGE_FIELDS)]), row[-len(LARGE_FIELDS) :]
    large = {
        field: size
        for field, size in zip(LARGE_FIELDS, sizes, strict=True)
        if size is not None and getattr(record, field) is None
    }
    return TrimmedSpan(record, large)


def write_value(cursor: Cursor, record: SpanRecord, field: str, path: Path) -> None:
    """Write the JSON text of one of a span's `LARGE_FIELDS` into a file, as UTF-8.

    Raises OSError where the file cannot be written, and ValueError for what is no such field.
    """
    if field not in LARGE_FIELDS:
        raise ValueError(f"{field} is no field of a span that can be large")
    created = EPOCH + timedelta(microseconds=record.created_us)
    values = {"created": created, "row_id": record.id}
    cursor.write_bytes(path, query("read_value_bytes").format(field=field), values)
