"""Journal lines that are no rows of a span → their tables' rows: attachments, comments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from spanglass_store.database.columns import EPOCH, time_of
from spanglass_store.database.json_text import parsed
from spanglass_store.journal.lines import BadLine, Line

_STATE_RANKS = {"uploading": 0, "error": 1, "done": 2}
_STATE, _STAMP = 3, 7  # their places in a row of `attachments`
_NS_PER_US = 1000


def attachment_row(fields: Line, default_stamp: int) -> tuple[Any, ...]:
    """Return the row of `attachments` that a line holds. Raises BadLine for one without a key."""
    line = {key: parsed(value) for key, value in fields.items()}
    key = line.get("key")
    if not isinstance(key, str) or not key:
        raise BadLine("the attachment has no key")
    state = line.get("state")
    size = line.get("size_bytes")
    error = line.get("error")
    return (
        key,
        _text(line.get("filename")),
        _text(line.get("content_type")),
        state if state in _STATE_RANKS else "error",
        _text(line.get("digest")),
        size if isinstance(size, int) and 0 <= size < 2**63 else None,
        None if error is None else str(error),
        _stamp(line, default_stamp),
    )


def newer_attachment(old: tuple[Any, ...] | None, new: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the later of two states; bytes that are there stay there, and what is not said again is kept."""
    if old is None:
        return new
    first, last = sorted((old, new), key=lambda row: (_STATE_RANKS[row[_STATE]] == 2, row[_STAMP]))  # noqa: PLR2004 - "done"
    return tuple(old_value if value is None else value for old_value, value in zip(first, last, strict=True))


def comment_row(fields: Line, default_stamp: int, raw: bytes) -> tuple[Any, ...]:
    """Return the row of `comments` that a line holds. Raises BadLine for one that names no span."""
    line = {key: parsed(value) for key, value in fields.items()}
    origin = line.get("origin")
    origin_id = cast("dict[str, Any]", origin).get("id") if isinstance(origin, dict) else None
    if not isinstance(origin_id, str):
        raise BadLine("the comment names no span")
    comment = line.get("comment")
    text = cast("dict[str, Any]", comment).get("text") if isinstance(comment, dict) else comment
    stamp = _stamp(line, default_stamp)
    created_us = time_of(line.get("created"))
    return (
        _text(line.get("id")) or f"{origin_id}:{stamp}",
        origin_id,
        EPOCH + timedelta(microseconds=stamp // _NS_PER_US if created_us is None else created_us),
        _text(text),
        _text(line.get("source") or line.get("_audit_source")),
        raw.decode().rstrip("\n"),
    )


def _stamp(line: Line, default_stamp: int) -> int:
    stamp = line.get("_stamp")
    return stamp if isinstance(stamp, int) and 0 < stamp < 2**63 else default_stamp


def _text(value: Any) -> str | None:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None
