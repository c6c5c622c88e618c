"""The scores of an experiment as a table, held against those of another one."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt

from spanglass_viewer.format.durations import NO_VALUE
from spanglass_viewer.format.quantities import format_count, format_score
from spanglass_viewer.format.text import one_line
from spanglass_viewer.models.titled_table import AnyIndex, TitledTableModel, alignment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_store.database.records import ScoreSummary


class Column(enum.IntEnum):
    """The columns, from left to right; the last four speak of the other experiment."""

    NAME = 0
    MEAN = 1
    CASES = 2
    BASE = 3
    DIFFERENCE = 4
    IMPROVED = 5
    REGRESSED = 6


_MAX_NAME_CHARS = 80
_LEAST_DIFFERENCE = 0.005
_ALIGNED_BELOW = 1000


class ScoreTableModel(TitledTableModel):
    """One row a score, by name."""

    titles = ("Score", "Mean", "Cases", "Other", "Δ", "Improved", "Regressed")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scores: Sequence[ScoreSummary] = ()

    def set_scores(self, scores: Sequence[ScoreSummary]) -> None:
        """Show these scores."""
        self.beginResetModel()
        self._scores = scores
        self.endResetModel()

    def count_rows(self) -> int:
        """Return the number of rows."""
        return len(self._scores)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, or what a screen reader says."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment_of(index.column())
        text = _text(self._scores[index.row()], Column(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.titles[index.column()]} {text or NO_VALUE}"
        return text if role == Qt.ItemDataRole.DisplayRole else None


def _text(score: ScoreSummary, column: Column) -> str:
    if column is Column.NAME:
        return one_line(score.name, _MAX_NAME_CHARS)
    if column is Column.MEAN:
        return _aligned(score.mean)
    if column is Column.CASES:
        return format_count(score.count)
    if score.base_mean is None:
        return ""
    counts = {Column.IMPROVED: ("▲", score.improved), Column.REGRESSED: ("▼", score.regressed)}
    if column in counts:
        mark, count = counts[column]
        return f"{mark} {format_count(count)}" if count else "0" if score.shared else NO_VALUE
    return _aligned(score.base_mean) if column is Column.BASE else difference_text(score.mean, score.base_mean)


def _aligned(score: float | None) -> str:
    """Return a score with as many digits as those above and below it, so that points stand in a line."""
    return format_score(score) if score is None or abs(score) >= _ALIGNED_BELOW else f"{score:.2f}"


def difference_text(mean: float | None, base_mean: float | None) -> str:
    """Return how much more a mean is: `+0.12`, `−0.05`, `0.00`."""  # noqa: RUF002 - a minus sign is meant
    if mean is None or base_mean is None:
        return NO_VALUE
    difference = mean - base_mean
    if abs(difference) < _LEAST_DIFFERENCE:
        return _aligned(0.0)
    return f"{'+' if difference > 0 else '−'}{_aligned(abs(difference))}"  # noqa: RUF001 - as above
