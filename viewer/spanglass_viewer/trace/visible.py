"""Which rows of a layout show, given what is folded; the fold is kept by span, so that it outlives a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.trace.arrays import NOTHING, np

if TYPE_CHECKING:
    from spanglass_viewer.trace.layout import Bools, Ints, TraceLayout
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_MOST_CLIMBED_LANES = 300  # deeper than that, one look at every row takes less than a step a level


def visible_rows(layout: TraceLayout, is_folded: Bools, first: int = 0, end: int | None = None) -> Ints:
    """Return the layout rows that show, in order; `is_folded` says by row whether what is below it is hidden.

    `first` and `end` ask for the rows of one subtree alone, as if nothing above it were folded.
    """
    end = len(layout) if end is None else end
    sizes = layout.subtree_rows[first:end]
    folded = np.flatnonzero(is_folded[first:end])
    folded = folded[sizes[folded] > 1]
    if not len(folded):
        return np.arange(first, end, dtype=np.int32)
    ends = folded + sizes[folded]
    is_outer = folded >= np.append(0, np.maximum.accumulate(ends)[:-1])
    begins = np.append(0, ends[is_outer])  # of what shows between outer folds, and where it stops
    lengths = np.append(folded[is_outer] + 1, end - first) - begins
    skipped = begins - (np.cumsum(lengths) - lengths) + first
    rows = np.repeat(skipped.astype(np.int32), lengths)
    rows += np.arange(len(rows), dtype=np.int32)
    return rows


class Folding:
    """What is folded: all or nothing, but for the spans named. A span that comes later follows the rest."""

    def __init__(self) -> None:
        self._folds_all = False
        self._exceptions: set[str] = set()
        self._counted: Ints = NOTHING

    def fold_all(self) -> None:
        """Fold everything below the roots' children."""
        self._folds_all = True
        self._exceptions.clear()

    def unfold_all(self) -> None:
        """Show everything."""
        self._folds_all = False
        self._exceptions.clear()

    def toggle(self, span_id: str) -> None:
        """Fold the span where it is open, and open it where it is folded."""
        self._exceptions.symmetric_difference_update({span_id})

    def visible_rows(self, snapshot: TraceSnapshot, is_folded: Bools) -> Ints:
        """Return the layout rows that show; `is_folded` is what `folded_rows` said of this snapshot."""
        if not self._exceptions:
            if self._folds_all:
                return np.flatnonzero(snapshot.layout.depth <= 1).astype(np.int32)
            return self._count_to(len(snapshot.layout))
        return visible_rows(snapshot.layout, is_folded)

    def _count_to(self, count: int) -> Ints:
        """Return 0 to `count` - 1, of numbers that are there already: a trace that grows asks again and again."""
        if len(self._counted) < count:
            more = count // 4 if len(self._counted) else 0  # few traces grow
            self._counted = np.arange(count + more, dtype=np.int32)
            self._counted.flags.writeable = False
        return self._counted[:count]

    def folded_rows(self, snapshot: TraceSnapshot) -> Bools:
        """Return by layout row whether it is folded; rows without anything below them never are."""
        layout = snapshot.layout
        if self._folds_all:
            is_folded = (layout.depth > 0) & (layout.subtree_rows > 1)
        else:
            is_folded = np.zeros(len(layout), np.bool_)
        rows = layout.row_of_span[snapshot.find_spans(self._exceptions)]
        rows = rows[layout.subtree_rows[rows] > 1]
        is_folded[rows] = ~is_folded[rows]
        return is_folded


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which rows are let through: those of some spans with what is above them, what is below one span, some types.

    What hangs below a span of a hidden type stays where it is, one level deeper than the rows around it say.
    """

    span_ids: frozenset[str] | None = None
    focus_id: str | None = None
    hidden_types: frozenset[str] = frozenset()

    def kept_rows(self, snapshot: TraceSnapshot) -> Bools:
        """Return by layout row whether it is let through."""
        layout = snapshot.layout
        if self.span_ids is None:
            is_kept = np.ones(len(layout), np.bool_)
        else:
            is_kept = _rows_down_to(snapshot, layout.row_of_span[snapshot.find_spans(self.span_ids)])
        focus = None if self.focus_id is None else snapshot.find_span(self.focus_id)
        if focus is not None:
            first = int(layout.row_of_span[focus])
            is_kept[:first] = False
            is_kept[first + int(layout.subtree_rows[first]) :] = False
        if self.hidden_types:
            types = snapshot.skeleton.types
            is_hidden = np.array([name in self.hidden_types for name in types], np.bool_)
            is_kept &= ~is_hidden[snapshot.skeleton.type_code][layout.span]
        return is_kept


def _rows_down_to(snapshot: TraceSnapshot, rows: Ints) -> Bools:
    """Return by layout row whether it is one of these or stands above one."""
    layout = snapshot.layout
    if snapshot.lanes <= _MOST_CLIMBED_LANES:  # a search finds few of a million spans: what is above them is soon told
        is_kept = np.zeros(len(layout), np.bool_)
        while len(rows):
            is_kept[rows] = True
            above = layout.parent_row[rows]
            above = above[above >= 0]
            rows = np.unique(above[~is_kept[above]])
        return is_kept
    up_to = np.zeros(len(layout) + 1, np.int32)
    up_to[rows + 1] = 1
    np.cumsum(up_to, out=up_to)
    ends = np.arange(len(layout), dtype=np.int32)
    ends += layout.subtree_rows
    return up_to.take(ends) > up_to[:-1]
