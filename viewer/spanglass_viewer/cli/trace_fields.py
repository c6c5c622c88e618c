"""Records as the JSON that `--json` prints. Scripts rely on these names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from spanglass_store.database.records import SpanRecord, TraceSummary
    from spanglass_viewer.cli.span_tree import TreeRow

LOGGED_FIELDS = ("input", "output", "expected", "error", "scores", "metadata", "metrics", "span_attributes", "context")


def trace_fields(trace: TraceSummary) -> dict[str, Any]:
    """Return one trace: times as ISO 8601 in UTC, `duration` in seconds, `cost` in US dollars."""
    return {
        "root_span_id": trace.root_span_id,
        "name": trace.name,
        "type": trace.type,
        "project_name": trace.project_name,
        "start": iso_time(trace.start_us),
        "end": iso_time(trace.end_us),
        "duration": trace.duration_secs,
        "spans": trace.span_count,
        "errors": trace.error_count,
        "own_errors": trace.own_error_count,
        "tokens": trace.tokens,
        "prompt_tokens": trace.prompt_tokens,
        "completion_tokens": trace.completion_tokens,
        "cached_tokens": trace.cached_tokens,
        "cost": trace.cost,
        "is_error": trace.is_error,
        "is_running": trace.is_running,
        "is_interrupted": trace.is_interrupted,
    }


def tree_row_fields(row: TreeRow) -> dict[str, Any]:
    """Return one span of a tree, and where it stands there."""
    return {**span_fields(row.span), "depth": row.depth, "is_orphan": row.is_orphan, "is_cut": row.is_cut}


def span_fields(span: SpanRecord) -> dict[str, Any]:
    """Return one span: its scalars, and what was logged, digit for digit."""
    return {
        "span_id": span.span_id,
        "id": span.id,
        "root_span_id": span.root_span_id,
        "span_parents": list(span.span_parents),
        "name": span.name,
        "type": span.type,
        "start": iso_time(span.start_us),
        "end": iso_time(span.end_us),
        "duration": duration_secs(span),
        "model": span.model,
        "tokens": span.tokens,
        "cost": span.cost,
        "tags": list(span.tags),
        "is_error": span.is_error,
        "is_running": is_running(span),
        "is_interrupted": span.is_interrupted,
        **{name: as_logged(getattr(span, name)) for name in LOGGED_FIELDS},
    }


def as_logged(text: str | None) -> orjson.Fragment | None:
    """Return logged JSON text as a part of other JSON, not read and written anew: numbers keep their digits."""
    return None if text is None else orjson.Fragment(text)


def is_running(span: SpanRecord) -> bool:
    """Tell whether a span has no end yet, and a process that may still give it one."""
    return span.end_us is None and not span.is_interrupted


def duration_secs(span: SpanRecord) -> float | None:
    """Return how long an ended span took."""
    if span.start_us is None or span.end_us is None:
        return None
    return (span.end_us - span.start_us) / 1e6


def iso_time(moment_us: int | None) -> str | None:
    """Return a moment (µs since the epoch) as ISO 8601 in UTC."""
    if moment_us is None:
        return None
    secs, micros = divmod(moment_us, 1_000_000)
    return datetime.fromtimestamp(secs, tz=UTC).replace(microsecond=micros).isoformat().replace("+00:00", "Z")
