"""Two traces side by side in a window of their own: the tree of both in one, and how a span's values differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute
from spanglass_viewer.format.quantities import format_count
from spanglass_viewer.format.text import span_name
from spanglass_viewer.models.compare_table import CompareTableModel, delta_cost, delta_count, delta_duration
from spanglass_viewer.models.diff_lines import DiffLinesModel
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.trace.comparison import Change
from spanglass_viewer.views.compare_delegates import ChangeDelegate
from spanglass_viewer.views.diff_lines_view import DiffLinesView
from spanglass_viewer.widgets.buttons import Chip
from spanglass_viewer.widgets.figures_table import make_figures_table
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel
from spanglass_viewer.widgets.screen_room import resize_within_screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeySequence

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.comparison import Comparison
    from spanglass_viewer.trace.snapshot import TraceSnapshot
    from spanglass_viewer.values.text_diff import DiffLine

_ROW_PX = 26
_FIGURE_PX = 92


class CompareDialog(QDialog):
    """Shows a comparison; `pair_chosen` asks for the difference of a row's values."""

    pair_chosen = Signal(object, object)  # SpanRef | None before, SpanRef | None after

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare traces")
        resize_within_screen(self, 980, 760)
        self._model = CompareTableModel(self)
        self._lines = DiffLinesModel(self)
        self._before, self._after = ElidedLabel(role=FontRole.BODY_STRONG), ElidedLabel(role=FontRole.BODY_STRONG)
        self._figures = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._only_changes = Chip("Only changes")
        self._only_changes.setToolTip("Hide the spans that are the same, but for those above a change")
        self._only_changes.toggled.connect(self._on_only_changes_toggled)
        self._table = make_figures_table(self._model, "Spans of both traces", row_px=_ROW_PX, figure_px=_FIGURE_PX)
        self._table.setItemDelegate(ChangeDelegate(appearance, self._table))
        self._diff = DiffLinesView(self._lines, appearance)
        self._diff_note = PlainLabel(role=FontRole.SMALL, tone="faint")
        self._notice = PlainLabel(tone="faint")
        self._notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for said in (self._figures, self._diff_note, self._notice):
            said.setWordWrap(True)
        self._pages = QStackedWidget()
        self._lay_out()
        appearance.changed.connect(self._table.viewport().update)
        self._table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self._next_keys, self._previous_keys = QShortcut(self), QShortcut(self)
        self._next_keys.activated.connect(lambda: self._step(1))
        self._previous_keys.activated.connect(lambda: self._step(-1))
        self.show_notice("Comparing…")

    @property
    def model(self) -> CompareTableModel:
        """The rows."""
        return self._model

    @property
    def lines(self) -> DiffLinesModel:
        """The lines of the difference."""
        return self._lines

    def show_notice(self, text: str) -> None:
        """Say something instead of a comparison."""
        self._model.set_comparison(None)
        self._notice.setText(text)
        self._pages.setCurrentWidget(self._notice)
        self.show_diff_notice("")

    def show_comparison(self, comparison: Comparison) -> None:
        """Show two traces and choose the first row that changed."""
        self._before.setText(_title("Before", comparison.before))
        self._after.setText(_title("After", comparison.after))
        self._figures.setText(_figures(comparison))
        self._model.set_comparison(comparison)
        self._pages.setCurrentIndex(0)
        self._table.setCurrentIndex(self._model.index(self._model.first_change() or 0, 0))
        self._table.setFocus()

    def show_diff(self, sections: tuple[tuple[str, list[DiffLine]], ...]) -> None:
        """Show how the chosen row's values differ."""
        self._lines.set_sections(sections)
        self._diff_note.setText("" if sections else self._say_nothing_differs())
        self._diff.scrollToTop()

    def _say_nothing_differs(self) -> str:
        current = self._table.currentIndex()
        is_in_both = current.isValid() and None not in self._model.refs_at(current.row())
        return "Input, output and error are the same" if is_in_both else "It has no input, output or error"

    def show_diff_notice(self, text: str) -> None:
        """Say something instead of a difference."""
        self._lines.set_sections(())
        self._diff_note.setText(text)

    def _lay_out(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(24)
        names.addWidget(self._before, 1)
        names.addWidget(self._after, 1)
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 8, 0, 0)
        below.addWidget(self._diff_note)
        below.addWidget(self._diff, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.addWidget(self._table)
        halves.addWidget(lower)
        halves.setSizes([420, 280])
        compared = QWidget()
        column = QVBoxLayout(compared)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        figures = QHBoxLayout()
        figures.addWidget(self._figures, 1)
        figures.addWidget(self._only_changes)
        column.addLayout(names)
        column.addLayout(figures)
        column.addWidget(halves, 1)
        self._pages.addWidget(compared)
        self._pages.addWidget(self._notice)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.addWidget(self._pages)

    def set_step_keys(self, to_next: Sequence[QKeySequence], to_previous: Sequence[QKeySequence]) -> None:
        """Go from change to change by these keys."""
        self._next_keys.setKeys(to_next)
        self._previous_keys.setKeys(to_previous)

    def _step(self, direction: int) -> None:
        row = self._model.next_change(self._table.currentIndex().row(), direction)
        if row is not None:
            self._table.setCurrentIndex(self._model.index(row, 0))

    def _on_only_changes_toggled(self, only: bool) -> None:
        chosen = self._model.refs_at(self._table.currentIndex().row()) if self._table.currentIndex().isValid() else None
        self._model.set_only_changes(only)
        rows = range(self._model.rowCount())
        same = next((row for row in rows if self._model.refs_at(row) == chosen), self._model.first_change() or 0)
        self._table.setCurrentIndex(self._model.index(same, 0))

    def _on_row_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self._diff_note.setText("Comparing the values…")
            self.pair_chosen.emit(*self._model.refs_at(current.row()))


def _title(side: str, trace: TraceSnapshot) -> str:
    return f"{side}  {span_name(trace.name_of(trace.root_span))}  {format_absolute(trace.first_us)}"


def _figures(comparison: Comparison) -> str:
    """Return what changed in sum: `3 changed · 1 added · +1.20 s · +340 tokens`."""
    before, after = comparison.before, comparison.after
    words = ((Change.CHANGED, "changed"), (Change.ADDED, "added"), (Change.REMOVED, "removed"))
    parts = [f"{format_count(count)} {word}" for change, word in words if (count := comparison.count(change))]
    secs = [(trace.last_us - trace.first_us) / 1e6 for trace in (before, after)]
    parts.append(delta_duration(*secs) or f"{format_duration(secs[0])} as before")
    if tokens := delta_count(before.rollups.tokens_total or 0, after.rollups.tokens_total or 0):
        parts.append(f"{tokens} tokens")
    if before.rollups.cost is not None and after.rollups.cost is not None:
        is_estimate = before.rollups.has_estimate or after.rollups.has_estimate
        cost = delta_cost(before.rollups.cost, after.rollups.cost, is_estimate=is_estimate)
        parts += [cost] if cost else []
    return " · ".join(parts)
