"""Journal lines that are no rows of a span → their tables' rows: attachments, comments, experiments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from spanglass_store.database.columns import EPOCH, time_of
from spanglass_store.database.json_text import dump_text, is_utf8, parsed
from spanglass_store.database.rows import is_object
from spanglass_store.journal.lines import BadLine, Line

_STATE_RANKS = {"uploading": 0, "error": 1, "done": 2}
_STATE, _STAMP = 3, 7  # their places in a row of `attachments`
_NS_PER_US = 1000

# The columns of `experiments` in their order.
_ID, _NAME, _PROJECT_ID, _CREATED, _SAID_STAMP = 0, 1, 2, 6, 7


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


def experiment_row(fields: Line, default_stamp: int) -> tuple[Any, ...]:
    """Return the row of `experiments` that a line holds. Raises BadLine for one without an id."""
    experiment_id = parsed(fields.get("experiment_id"))
    if not isinstance(experiment_id, str) or not experiment_id or not is_utf8(experiment_id):
        raise BadLine("the experiment has no id")
    line = {key: parsed(value) for key, value in fields.items()}
    description = _text(line.get("description"))
    metadata = fields.get("metadata")
    metadata_text = dump_text(metadata) if is_object(metadata) else None
    tags = line.get("tags")
    tag_list = [tag for tag in cast("list[Any]", tags) if isinstance(tag, str)] if isinstance(tags, list) else None
    says_something = not (description is None and metadata_text is None and tag_list is None)
    created_us = time_of(line.get("created"))
    return (
        experiment_id,
        _text(line.get("experiment_name")),
        _text(line.get("project_id")),
        description,
        metadata_text,
        tag_list,
        None if created_us is None else EPOCH + timedelta(microseconds=created_us),
        _stamp(line, default_stamp) if says_something else 0,
    )


def named_experiment(experiment_id: str, name: str | None) -> tuple[Any, ...]:
    """Return the row of `experiments` for one that only its spans speak of."""
    return (experiment_id, name, *[None] * (_CREATED - _NAME), 0)


def joined_experiment(old: tuple[Any, ...] | None, new: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what two lines say of one experiment: the last word is that of the last one that says something.

    It began with the first one of all. The outcome does not hang on the order of the lines.
    """
    if old is None:
        return new
    first, last = sorted((old, new), key=lambda row: row[_SAID_STAMP])
    joined = list(last)
    for place in (_NAME, _PROJECT_ID):
        joined[place] = first[place] if last[place] is None else last[place]
    joined[_CREATED] = min((row[_CREATED] for row in (old, new) if row[_CREATED] is not None), default=None)
    return tuple(joined)


def _stamp(line: Line, default_stamp: int) -> int:
    stamp = line.get("_stamp")
    return stamp if isinstance(stamp, int) and 0 < stamp < 2**63 else default_stamp


def _text(value: Any) -> str | None:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None
