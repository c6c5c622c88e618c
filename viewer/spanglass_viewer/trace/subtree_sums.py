"""Sums over a span and all below it, found for the spans that are asked about: a trace shows few of a million."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_viewer.trace.layout import Ints, Longs, TraceLayout


@dataclass(frozen=True, slots=True, eq=False)
class SubtreeSums:
    """`rows` are the rows of a layout with more than nothing, rising; `running` is what those before each come to.

    `running` has one more entry than `rows`; a subtree is a stretch of rows, so its sum is a difference of two. It is
    None where each of them is one. Ghosts are not counted again.
    """

    layout: TraceLayout
    rows: Ints
    running: npt.NDArray[Any] | None

    def of(self, spans: npt.NDArray[np.integer[Any]]) -> npt.NDArray[Any]:
        """Return the sums of some spans: int64, or float64, off by as little as sums of them are."""
        first, end = self._stretches(spans)
        return end - first if self.running is None else self.running[end] - self.running[first]

    def count(self, spans: npt.NDArray[np.integer[Any]]) -> Longs:
        """Return how many terms other than 0 the sums have."""
        first, end = self._stretches(spans)
        return end - first

    @property
    def total(self) -> int | float:
        """The sum over the trace."""
        return len(self.rows) if self.running is None else self.running[-1].item()

    def _stretches(self, spans: npt.NDArray[np.integer[Any]]) -> tuple[Longs, Longs]:
        rows = self.layout.row_of_span[spans]
        ends = rows + self.layout.subtree_rows[rows]
        return np.searchsorted(self.rows, rows), np.searchsorted(self.rows, ends)


def sum_below(layout: TraceLayout, per_span: npt.NDArray[Any], alike: SubtreeSums | None = None) -> SubtreeSums:
    """Return the sums of a number (no NaN), given by span; what is true counts as one.

    `alike` are other sums of the trace, whose rows are kept once where these have the same.
    """
    spans = np.flatnonzero(per_span)
    is_counted = np.zeros(len(layout), np.bool_)
    is_counted[layout.row_of_span[spans]] = True
    rows = np.flatnonzero(is_counted).astype(np.int32)
    if alike is not None and np.array_equal(rows, alike.rows):
        rows = alike.rows
    if per_span.dtype == np.bool_:
        return SubtreeSums(layout, rows, None)
    terms = per_span[layout.span[rows]]
    running = np.zeros(len(rows) + 1, np.float64 if terms.dtype.kind == "f" else np.int64)
    np.cumsum(terms, out=running[1:])
    return SubtreeSums(layout, rows, running)


def count_ghosts_below(layout: TraceLayout) -> SubtreeSums:
    """Return how many rows of a subtree are ghosts."""
    return SubtreeSums(layout, np.flatnonzero(layout.is_ghost).astype(np.int32), None)
