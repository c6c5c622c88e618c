"""Details of spans, as the detail thread reads them, with the fields of the test's choice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spanglass_store.database.records import AttachmentRecord, SpanRecord
from spanglass_viewer.trace.references import SpanDetail, SpanRef

if TYPE_CHECKING:
    from pathlib import Path

START_US = 1_795_442_531_560_000
_JSON_FIELDS = ("input", "output", "expected", "error", "scores", "metadata", "metrics", "context")


def make_record(**fields: Any) -> SpanRecord:
    """Return a record; the logged fields are JSON texts, as in the store."""
    defaults: dict[str, Any] = {
        "id": "row-1", "span_id": "731715ec2e9f7f70", "root_span_id": "8b6089648525a51ee769be7689d1c1a6",
        "span_parents": (), "name": "payments.refund", "type": "tool", "project_id": "p", "project_name": "demo",
        "experiment_id": None, "created_us": START_US, "start_us": START_US, "end_us": START_US + 1_380_000,
        "is_error": fields.get("error") is not None, "is_interrupted": False, "model": None, "tokens": None,
        "cost": None, "tags": (), "span_attributes": None, "extra": None,
    }  # fmt: skip
    return SpanRecord(**{**dict.fromkeys(_JSON_FIELDS), **defaults, **fields})


def make_detail(
    *, attachments: dict[str, AttachmentRecord] | None = None, blobs: dict[str, Path] | None = None, **fields: Any
) -> SpanDetail:
    """Return a detail; the logged fields are values here."""
    texts = {name: json.dumps(fields.pop(name)) for name in _JSON_FIELDS if name in fields}
    record = make_record(**texts, **fields)
    ref = SpanRef(record.root_span_id, record.span_id, record.created_us)
    return SpanDetail(ref, record, attachments or {}, blobs or {})


def stored_file(key: str, path: Path, content_type: str) -> tuple[dict[str, str], AttachmentRecord]:
    """Return the reference that a row holds to an attachment, and its record."""
    reference = {"type": "braintrust_attachment", "key": key, "filename": path.name, "content_type": content_type}
    record = AttachmentRecord(key, path.name, content_type, "done", "0" * 64, path.stat().st_size, None)
    return reference, record
