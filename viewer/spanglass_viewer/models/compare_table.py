"""Two aligned traces as a table: what each span took before and takes now."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Qt

from spanglass_viewer.format.durations import NO_VALUE, format_duration
from spanglass_viewer.format.quantities import format_cost
from spanglass_viewer.format.text import span_name
from spanglass_viewer.models.titled_table import AnyIndex, TitledTableModel, alignment_of
from spanglass_viewer.trace.comparison import Change

if TYPE_CHECKING:
    from spanglass_viewer.trace.comparison import Comparison
    from spanglass_viewer.trace.layout import Ints
    from spanglass_viewer.trace.references import SpanRef
    from spanglass_viewer.trace.snapshot import TraceSnapshot


class Column(enum.IntEnum):
    """The columns, from left to right; the last three say how much more there is after than before."""

    SPAN = 0
    BEFORE = 1
    AFTER = 2
    DURATION = 3
    TOKENS = 4
    COST = 5


CHANGE_ROLE = Qt.ItemDataRole.UserRole + 1  # Change
DEPTH_ROLE = Qt.ItemDataRole.UserRole + 2
_WORDS = {Change.SAME: "same", Change.CHANGED: "changed", Change.ADDED: "added", Change.REMOVED: "removed"}
_MAX_NAME_CHARS = 200
_LEAST_DOLLARS = 5e-7


class CompareTableModel(TitledTableModel):
    """The rows of a comparison, the tree of both traces in one."""

    titles = ("Span", "Before", "After", "Δ duration", "Δ tokens", "Δ cost")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._only_changes = False
        self._rows: Ints = np.zeros(0, np.int32)

    @property
    def comparison(self) -> Comparison | None:
        """What is shown."""
        return self._comparison

    def set_comparison(self, comparison: Comparison | None) -> None:
        """Show another comparison."""
        self.beginResetModel()
        self._comparison = comparison
        self._choose_rows()
        self.endResetModel()

    def set_only_changes(self, only: bool) -> None:
        """Show what changed and what is above it, or every row."""
        self.beginResetModel()
        self._only_changes = only
        self._choose_rows()
        self.endResetModel()

    def _choose_rows(self) -> None:
        comparison = self._comparison
        if comparison is None:
            self._rows = np.zeros(0, np.int32)
        elif self._only_changes:
            self._rows = comparison.rows_with_changes()
        else:
            self._rows = np.arange(len(comparison), dtype=np.int32)

    def refs_at(self, row: int) -> tuple[SpanRef | None, SpanRef | None]:
        """Return the two spans of a row, before and after. Raises LookupError without a comparison."""
        comparison, row = self._need(), int(self._rows[row])
        before, after = int(comparison.before_span[row]), int(comparison.after_span[row])
        return (
            comparison.before.ref(before) if before >= 0 else None,
            comparison.after.ref(after) if after >= 0 else None,
        )

    def first_change(self) -> int | None:
        """Return the first row with a change."""
        if self._comparison is None:
            return None
        changed = np.flatnonzero(self._comparison.change[self._rows])
        return int(changed[0]) if len(changed) else None

    def next_change(self, row: int, direction: int) -> int | None:
        """Return the next changed row after this one (1), or the one before (-1); from the last on to the first."""
        if self._comparison is None:
            return None
        changed: list[int] = np.flatnonzero(self._comparison.change[self._rows]).tolist()
        ahead = [one for one in changed if one > row] if direction > 0 else [one for one in changed if one < row][::-1]
        return next(iter([*ahead, *changed[::direction]]), None)

    def count_rows(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, what became of the row, or what a screen reader says."""
        if not index.isValid() or self._comparison is None:
            return None
        row = int(self._rows[index.row()])
        change = Change(int(self._comparison.change[row]))
        if role in {CHANGE_ROLE, DEPTH_ROLE}:
            return change if role == CHANGE_ROLE else int(self._comparison.depth[row])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment_of(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self._comparison, row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._text(self._comparison, row, index.column())}, {_WORDS[change]}"
        return None

    def _text(self, comparison: Comparison, row: int, column: int) -> str:
        before, after = int(comparison.before_span[row]), int(comparison.after_span[row])
        if column == Column.SPAN:
            return _name(comparison, before, after)
        if column in {Column.BEFORE, Column.AFTER}:
            trace, span = (comparison.before, before) if column == Column.BEFORE else (comparison.after, after)
            return format_duration(_duration_secs(trace, span)) if span >= 0 else NO_VALUE
        if before < 0 or after < 0:
            return ""
        if column == Column.DURATION:
            return delta_duration(_duration_secs(comparison.before, before), _duration_secs(comparison.after, after))
        sums = comparison.before.rollups.below(np.array([before]))
        later = comparison.after.rollups.below(np.array([after]))
        if column == Column.TOKENS:
            return delta_count(int(sums.tokens[0]), int(later.tokens[0]))
        is_estimate = bool(sums.has_estimate[0] or later.has_estimate[0])
        return delta_cost(float(sums.costs[0]), float(later.costs[0]), is_estimate=is_estimate)

    def _need(self) -> Comparison:
        if self._comparison is None:
            raise LookupError("nothing is compared")
        return self._comparison


def delta_duration(before_secs: float | None, after_secs: float | None) -> str:
    """Return how much longer: `+1.20 s`, `−80 ms`; nothing where it is unknown or too little to tell."""  # noqa: RUF002 - a minus sign is meant
    if before_secs is None or after_secs is None or abs(after_secs - before_secs) < 1e-6:
        return ""
    return _signed(after_secs - before_secs, format_duration(abs(after_secs - before_secs)))


def delta_count(before: int, after: int) -> str:
    """Return how many more: `+1,200`."""
    return _signed(after - before, f"{abs(after - before):,}") if after != before else ""


def delta_cost(before: float, after: float, *, is_estimate: bool = False) -> str:
    """Return how much more in US dollars, `≈` before an estimate; nothing where either is unknown or both are alike."""
    difference = after - before
    if not abs(difference) > _LEAST_DOLLARS:  # unknown is NaN
        return ""
    return f"{'≈' if is_estimate else ''}{_signed(difference, format_cost(abs(difference)))}"


def _signed(difference: float, text: str) -> str:
    return f"{'+' if difference > 0 else '−'}{text}"  # noqa: RUF001 - a minus sign is meant


def _name(comparison: Comparison, before: int, after: int) -> str:
    """Return a row's name; both where the span has another one now."""
    names = [
        trace.name_of(span) for trace, span in ((comparison.before, before), (comparison.after, after)) if span >= 0
    ]
    return " → ".join(span_name(name, _MAX_NAME_CHARS) for name in dict.fromkeys(names))


def _duration_secs(trace: TraceSnapshot, span: int) -> float | None:
    end_us = int(trace.end_us[span])
    return None if end_us < 0 else (end_us - int(trace.start_us[span])) / 1e6
