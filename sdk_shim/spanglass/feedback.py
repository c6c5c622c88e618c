"""Feedback: what people and judges say of a span afterwards, and comments, which are rows of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from spanglass import clock
from spanglass.bounded_walk import storable
from spanglass.identifiers import new_row_id
from spanglass.updates import update_row
from spanglass.validation import checked_event

if TYPE_CHECKING:
    from spanglass.container import Container

SOURCES = ("external", "app", "api")


def record_feedback(
    container: Container,
    row_id: str,
    *,
    scores: dict[str, Any] | None = None,
    expected: Any = None,
    tags: list[str] | None = None,
    comment: str | None = None,
    metadata: dict[str, Any] | None = None,
    source: str | None = None,
) -> None:
    """Log scores, an expected output or tags into the span with this row id, and a comment beside it.

    Raises ValueError where none of the four is given, and for values of the wrong shape.
    """
    if scores is None and expected is None and tags is None and comment is None:
        raise ValueError("at least one of scores, expected, tags and comment must be specified")
    if source is not None and source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join(SOURCES)}, not {source!r}")
    if comment is not None and not isinstance(comment, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may have no checker
        raise ValueError(f"comment must be a string, not {type(comment).__name__}")
    checked_metadata = checked_event({"metadata": metadata}).get("metadata")
    audit = {"_audit_source": source or SOURCES[0], "_audit_metadata": checked_metadata}
    feedback = checked_event({"scores": scores, "expected": expected, "tags": tags})
    if feedback:
        update_row(container, row_id, {**feedback, **audit})
    if comment is not None:
        _record_comment(container, row_id, {"comment": {"text": comment}, **audit})


def _record_comment(container: Container, row_id: str, fields: dict[str, Any]) -> None:
    _, stamp, iso, micros, _ = clock.read_row_time()
    origin_json = orjson.dumps({"origin": {"id": storable(str(row_id))}}).decode()[1:-1]
    head = f'{{"id":"{new_row_id()}","created":"{iso}.{micros}+00:00",{container.fields_json},{origin_json}'
    container.recorder.record(head, {name: value for name, value in fields.items() if value is not None}, stamp)
