"""Metrics and scores as rows: moments as moments, seconds as durations, counts with their commas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_clock
from spanglass_viewer.values.presentation import Block, RowsBlock, TextBlock, scalar_text
from spanglass_viewer.values.pretty import compact_json

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

_MOMENTS = frozenset({"start", "end"})
_LATEST_SECS = 253_402_300_799.0  # the end of the year 9999
_MICROS = 1_000_000


def present_metrics(metrics: JsonValue) -> Block | None:
    """Return the rows of a span's metrics, None where they are no object."""
    if not isinstance(metrics, dict):
        return None
    rows = [(name, TextBlock(_metric_text(name, value))) for name, value in metrics.items()]
    return RowsBlock(tuple(sorted(rows, key=lambda row: row[0] not in _MOMENTS)))


def list_scores(scores: JsonValue) -> list[tuple[str, float | None]] | None:
    """Return names and values of a span's scores, None where they are not scores."""
    if not isinstance(scores, dict) or not all(_is_score(value) for value in scores.values()):
        return None
    return [(name, float(value) if isinstance(value, int | float) else None) for name, value in scores.items()]


def _is_score(value: JsonValue) -> bool:
    return value is None or isinstance(value, int | float)


def _metric_text(name: str, value: JsonValue) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return compact_json(value) if isinstance(value, dict | list) else scalar_text(value)
    if name in _MOMENTS and 0 <= value <= _LATEST_SECS:
        return format_clock(round(value * _MICROS))
    if name.startswith("time_") or name in {"duration", "retry_after"}:
        return format_duration(value)
    return f"{value:,}" if isinstance(value, int) else scalar_text(value)
