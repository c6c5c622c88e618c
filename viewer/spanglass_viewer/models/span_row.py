"""One row of the span table as its delegates need it, read from the numpy columns a page at a time."""

from __future__ import annotations

import enum
import functools
import json
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from spanglass_viewer.format.durations import NO_VALUE, format_duration
from spanglass_viewer.format.quantities import format_compact, format_cost_short, format_count, format_score
from spanglass_viewer.format.text import one_line, span_name
from spanglass_viewer.trace.arrays import np
from spanglass_viewer.trace.clock_faults import CLOCK_FAULTS, ClockFault

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_viewer.trace.layout import Bools, Ints
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_MAX_NAME_CHARS = 300
_COMPACT_FROM = 1_000_000


class ErrorKind(enum.Enum):
    """Where a span's error began."""

    NONE = 0
    OWN = 1
    BUBBLED = 2


@dataclass(slots=True)
class SpanRow:
    """A visible row. `end_us` is -1 while the span runs, and as it was logged; `ttft_us` is -1 where there is none."""

    span: int
    layout_row: int
    depth: int
    is_ghost: bool
    has_children: bool
    is_folded: bool
    start_us: int
    end_us: int
    ttft_us: int
    is_interrupted: bool
    is_orphan: bool
    is_cut: bool
    has_further_parents: bool
    errors_below: int
    tokens: int
    cost: float  # US dollars of the span and all below it, NaN where unknown
    has_cost_estimate: bool
    spans_below: int
    attachment_count: int
    score_count: int
    name: str
    type: str
    model: str
    also_under: str  # the name of the parent under which the span has its own row
    error: ErrorKind
    clock_fault: ClockFault
    scores: tuple[tuple[str, float], ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether the span has not ended and its process lives."""
        return self.end_us < 0

    def looks_like(self, other: SpanRow) -> bool:
        """Tell whether both are painted the same, at the same time; they may stand in different places."""
        return _looks_of(self) == _looks_of(other)

    def duration_text(self, now_us: int) -> str:
        """Return the duration, up to now while the span runs."""
        end_us = now_us if self.end_us < 0 else self.end_us
        if self.is_interrupted and end_us <= self.start_us:
            return format_duration(None)
        took_us = end_us - self.start_us
        return format_duration((took_us if self.clock_fault is ClockFault.BACKWARD else max(took_us, 0)) / 1e6)

    def tokens_text(self) -> str:
        """Return the tokens of the span and all below it; nothing where there are none."""
        if not self.tokens or self.is_ghost:
            return ""
        shown = format_count(self.tokens) if self.tokens < _COMPACT_FROM else format_compact(self.tokens)
        return f"∑ {shown}" if self.is_folded else shown

    def cost_text(self) -> str:
        """Return what the span and all below it cost, `≈` before an estimate; "—" where tokens have no known price."""
        if self.is_ghost:
            return ""
        if math.isnan(self.cost):
            return NO_VALUE if self.tokens else ""
        return format_cost_short(self.cost, is_estimate=self.has_cost_estimate)

    def accessible_text(self, now_us: int) -> str:
        """Return what a screen reader says: `level 3, expanded, llm span chat.completions, 1.20 s, error`."""
        parts = [f"level {self.depth + 1}"]
        if self.has_children:
            parts.append("collapsed" if self.is_folded else "expanded")
        parts.append(f"{self.type} span {self.name}".lstrip())
        parts.append(self.duration_text(now_us))
        parts += [words for holds, words in self._states() if holds]
        return ", ".join(parts)

    def _states(self) -> tuple[tuple[bool, str], ...]:
        return (
            (self.is_running, "running"),
            (self.is_interrupted, "process died"),
            (self.is_orphan, "parent missing"),
            (self.is_cut, "part of a cycle"),
            (self.clock_fault is not ClockFault.NONE, self.clock_fault.value),
            (self.is_ghost, f"also under {self.also_under}"),
            (self.error is ErrorKind.OWN, "error"),
            (self.error is ErrorKind.BUBBLED, "error from below"),
            (self.is_folded and self.errors_below > 0, f"{self.errors_below} errors below"),
            (bool(self.scores), ", ".join(f"{name} {format_score(value)}" for name, value in self.scores)),
        )


# compared as tuples, in which the one NaN is itself
_looks_of = operator.attrgetter(*(name for name in SpanRow.__slots__ if name != "layout_row"))


def read_rows(snapshot: TraceSnapshot, layout_rows: Ints, is_folded: Bools) -> list[SpanRow]:
    """Return the rows at these places of the layout; one `.tolist()` a column."""
    skeleton, layout = snapshot.skeleton, snapshot.layout
    spans = layout.span[layout_rows]
    parent_rows = layout.parent_row[layout.row_of_span[spans]]
    is_own = snapshot.errors.is_own[spans]
    faults = snapshot.clock_faults[spans]
    is_backward = faults == CLOCK_FAULTS.index(ClockFault.BACKWARD)
    ends = np.where(is_backward, skeleton.end_us[spans], snapshot.end_us[spans])
    below = snapshot.rollups.below(spans)
    costs = below.costs.astype(object)
    costs[np.isnan(below.costs)] = math.nan  # one and the same, as `looks_like` has it
    codes = _as_lists(
        skeleton.name_code[spans],
        skeleton.type_code[spans],
        skeleton.model_code[spans],
        np.where(parent_rows < 0, -1, skeleton.name_code[layout.span[parent_rows]]),
        is_own * ErrorKind.OWN.value + snapshot.errors.is_bubbled[spans] * ErrorKind.BUBBLED.value,
        faults,
    )
    cells = _as_lists(
        spans,
        layout_rows,
        layout.depth[layout_rows],
        layout.is_ghost[layout_rows],
        layout.subtree_rows[layout_rows] > 1,
        is_folded[layout_rows],
        snapshot.start_us[spans],
        ends,
        skeleton.ttft_us[spans],
        skeleton.is_interrupted[spans],
        layout.is_orphan[spans],
        layout.is_cut[spans],
        layout.has_ghosts[spans],
        below.own_errors - is_own,
        below.tokens,
        costs,
        below.has_estimate,
        below.spans - 1,
        skeleton.attachment_count[spans],
        skeleton.score_count[spans],
    )
    return [
        SpanRow(
            *cell,
            name=_shown_name(skeleton.names, name),
            type=_shown(skeleton.types, type_code),
            model=_shown(skeleton.models, model),
            also_under=_shown_name(skeleton.names, upper) if upper >= 0 else "",
            error=ErrorKind(error),
            clock_fault=CLOCK_FAULTS[int(fault)],
            scores=read_scores(skeleton.scores.get(cell[0], "")),
        )
        for cell, (name, type_code, model, upper, error, fault) in zip(cells, codes, strict=True)
    ]


@functools.lru_cache(maxsize=4096)
def read_scores(text: str) -> tuple[tuple[str, float], ...]:
    """Return the names and values in a JSON text of scores, as far as it has them."""
    try:
        scores: object = json.loads(text) if text else None
    except ValueError:  # its end was cut off
        return ()
    named = cast("dict[str, object]", scores) if isinstance(scores, dict) else {}
    return tuple(
        (one_line(name, _MAX_NAME_CHARS), float(value))
        for name, value in named.items()
        if isinstance(value, int | float)
    )


def _as_lists(*columns: npt.NDArray[Any]) -> zip[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)


def _shown(texts: list[str], code: int) -> str:
    return _on_one_line(texts[code])


@functools.lru_cache(maxsize=4096)
def _on_one_line(text: str) -> str:
    return one_line(text, _MAX_NAME_CHARS)


def _shown_name(names: list[str], code: int) -> str:
    return _name_on_one_line(names[code])


@functools.lru_cache(maxsize=4096)
def _name_on_one_line(text: str) -> str:
    return span_name(text, _MAX_NAME_CHARS)
