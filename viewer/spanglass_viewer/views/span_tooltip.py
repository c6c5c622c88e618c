"""What hovering a row tells: that which its cells have no room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_clock
from spanglass_viewer.format.quantities import format_cost, format_count, format_many, format_score
from spanglass_viewer.models.span_row import ErrorKind
from spanglass_viewer.trace.clock_faults import ClockFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_viewer.models.span_row import SpanRow


def tooltip_of(row: SpanRow, now_us: int, token_kinds: Mapping[str, int] | None = None) -> str:
    """Return the lines of a row's tooltip, as plain text; `token_kinds` are those of the span and all below it."""
    took = row.duration_text(now_us)
    lines = [row.name, " · ".join(part for part in (row.type, row.model, took) if part)]
    lines.append(f"Level {row.depth + 1}, started {format_clock(row.start_us)}")
    if row.ttft_us > 0:
        lines.append(f"First token after {format_duration(row.ttft_us / 1e6)}")
    if row.tokens:
        kinds = [f"{format_count(count)} {kind}" for kind, count in (token_kinds or {}).items() if count]
        lines.append(" · ".join([f"{format_count(row.tokens)} tokens", *kinds]))
    if row.cost > 0:
        about = ", an estimate by list prices" if row.has_cost_estimate else ""
        lines.append(f"{format_cost(row.cost, is_estimate=row.has_cost_estimate)}{about}")
    lines += [f"{name} {format_score(value)}" for name, value in row.scores]
    if row.spans_below:
        lines.append(f"{format_many(row.spans_below, 'span')} below")
    if row.errors_below:
        lines.append(f"{format_many(row.errors_below, 'error')} below")
    lines += [words for holds, words in _states(row) if holds]
    return "\n".join(lines)


def _states(row: SpanRow) -> tuple[tuple[bool, str], ...]:
    return (
        (row.is_running, "Still running"),
        (row.is_interrupted, "Its process died before the span ended"),
        (row.is_orphan, "Its parent is not in this trace"),
        (row.is_cut, "It names a span below it as its parent; that edge is left out"),
        (
            row.clock_fault is not ClockFault.NONE,
            f"It {row.clock_fault.value}: clocks differ, or the times were logged so",
        ),
        (row.is_ghost, f"Stands under {row.also_under}, and has this parent too: Enter or a double click goes there"),
        (row.has_further_parents and not row.is_ghost, "Has several parents"),
        (row.error is ErrorKind.BUBBLED, "The error began further below: click the mark to go there"),
    )
