"""The left pane: chips, the filter, the traces. A chip is a term of the filter: it puts it there and takes it out."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from spanglass_store.search.editing import has_term, with_term, without_term
from spanglass_store.search.expression import EVERYTHING
from spanglass_viewer.format.quantities import format_count
from spanglass_viewer.panes.container_picker import ContainerPicker
from spanglass_viewer.panes.filter_box import FilterBox
from spanglass_viewer.panes.sort_button import SortButton
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import text_px, wear
from spanglass_viewer.views.trace_list_view import TraceListView
from spanglass_viewer.widgets.buttons import Chip
from spanglass_viewer.widgets.flow_layout import FlowLayout
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from spanglass_store.search.expression import Expression
    from spanglass_viewer.backend.requests import ContainersAnswer
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.models.trace_list import TraceListModel
    from spanglass_viewer.panes.container_picker import PickedContainer
    from spanglass_viewer.theme.appearance import Appearance

_CHIPS = (
    ("Errors", "Traces with an error", "error"),
    ("Slow", "Traces of 5 s and more", "dur>=5s"),
    ("LLM", "Traces that call a model", "type=llm"),
)
_LOADING_AFTER_MS = 500  # the first page of a store comes sooner, as a rule
_ROOM_FOR_ORDER_PX = 230  # of a pane in which both buttons have words


class TraceListPane(QWidget):
    """Shows the model's traces and sets the selection; `filter_changed` says what is to be listed."""

    filter_changed = Signal(object)  # Expression
    order_changed = Signal(object)  # TraceOrder
    experiment_wanted = Signal(str)  # its id

    def __init__(
        self, model: TraceListModel, selection: Selection, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._count = PlainLabel(role=FontRole.SMALL, tone="faint")
        self._all_chip = Chip("All")
        self._chips: dict[str, Chip] = {}
        self._total = 0
        self._is_filtering = False  # a filter is asked for, and not answered
        self._loading = QTimer(self, interval=_LOADING_AFTER_MS, singleShot=True)
        self._is_awaited = False  # the keyboard goes to the traces once there are some
        self.filter_box = FilterBox(self, appearance)  # the window's top bar takes it in
        self.picker = ContainerPicker(appearance)
        self.sort = SortButton(appearance)
        self._experiment = QPushButton("Experiment summary")
        self._nothing = PlainLabel(role=FontRole.SMALL, tone="faint")
        self._view = TraceListView(appearance)
        self._view.setModel(model)
        self._lay_out()
        self._connect()

    @property
    def view(self) -> TraceListView:
        """The list itself, for focus and tests."""
        return self._view

    def show_loading(self) -> None:
        """Say that the first traces are being read, should it last."""
        self._loading.start()

    def show_total(self, traces: int) -> None:
        """Show how many traces the store holds."""
        self._total = traces
        self._show_count()

    def note_filter_answered(self) -> None:
        """Go on with what waited for the filter's answer: the traces that it lets through are in the model."""
        self._is_filtering = False
        if self._is_awaited and self._model.rowCount() and self.filter_box.has_keyboard:
            self._go_to_traces()

    def show_filter_box(self) -> None:
        """Put the keyboard into the filter."""
        self.filter_box.take_focus()

    def clear_filter(self) -> None:
        """List every trace again."""
        self.filter_box.clear()

    def step(self, rows: int) -> bool:
        """Select the trace so many rows further down; False where the list ends."""
        row = self._view.currentIndex().row() + rows if self._view.currentIndex().isValid() else 0
        if not 0 <= row < self._model.rowCount():
            return False
        self._view.setCurrentIndex(self._model.index(row))
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the order's icon alone where the project's name needs the room of its words."""
        super().resizeEvent(event)
        is_narrow = self.width() < text_px(_ROOM_FOR_ORDER_PX)
        style = Qt.ToolButtonStyle
        self.sort.setToolButtonStyle(style.ToolButtonIconOnly if is_narrow else style.ToolButtonTextBesideIcon)

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setContentsMargins(16, 0, 18, 0)
        title.addWidget(PlainLabel("Traces", role=FontRole.TITLE))
        title.addStretch()
        title.addWidget(self._count)
        scope = QHBoxLayout()
        scope.setContentsMargins(12, 0, 12, 0)
        scope.setSpacing(4)
        scope.addWidget(self.picker, 1)
        scope.addWidget(self.sort)
        self._experiment.setProperty("kind", "link")
        wear(self._experiment, FontRole.SMALL)
        self._experiment.setCursor(Qt.CursorShape.PointingHandCursor)
        self._experiment.hide()
        summary = QHBoxLayout()
        summary.setContentsMargins(14, 0, 14, 0)
        summary.addWidget(self._experiment, 0, Qt.AlignmentFlag.AlignLeft)
        chips = FlowLayout(spacing_px=6)  # a chip that is cut says nothing: those without room go below
        chip_row = QHBoxLayout()
        chip_row.setContentsMargins(14, 0, 14, 0)
        chip_row.addLayout(chips)
        self._all_chip.setToolTip("Every trace")
        self._all_chip.setChecked(True)
        chips.addWidget(self._all_chip)
        for text, what, term in _CHIPS:
            chip = self._chips[term] = Chip(text)
            chip.setToolTip(f"{what}: {term}")
            chips.addWidget(chip)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(16, 24, 16, 0)
        self._nothing.setWordWrap(True)
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self._view)
        self._stack.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(10)
        column.addLayout(title)
        column.addLayout(scope)
        column.addLayout(chip_row)
        column.addLayout(summary)
        column.addWidget(stack, 1)

    def _connect(self) -> None:
        self._all_chip.clicked.connect(self._on_all_clicked)
        for term, chip in self._chips.items():
            chip.clicked.connect(functools.partial(self._on_chip_clicked, term))
        self.picker.picked.connect(self._on_container_picked)
        self.sort.order_chosen.connect(self.order_changed)
        self._experiment.clicked.connect(self._on_experiment_clicked)
        self.filter_box.text_changed.connect(self._on_filter_text_changed)
        self.filter_box.expression_changed.connect(self._on_expression_changed)
        self.filter_box.left.connect(self._on_filter_left)
        self._view.selectionModel().currentChanged.connect(self._on_current_changed)
        self._selection.trace_changed.connect(self._on_trace_changed)
        self._loading.timeout.connect(self._on_loading_lasts)
        self._model.rows_leaving.connect(self._on_rows_leaving)
        for signal in (self._model.modelReset, self._model.rowsInserted, self._model.rowsRemoved):
            signal.connect(self._on_rows_changed)

    def _on_expression_changed(self, expression: Expression) -> None:
        self._is_filtering = True
        self.filter_changed.emit(expression)

    def _on_filter_left(self) -> None:
        """Go to the traces that match, as soon as they are known: to the open one, else to the first."""
        if self._is_filtering:
            self._is_awaited = True
        elif self._model.rowCount():
            self._go_to_traces()

    def _go_to_traces(self) -> None:
        self._is_awaited = False
        if not self._view.currentIndex().isValid():
            self._view.setCurrentIndex(self._model.index(0))
        self._view.setFocus()

    def _on_all_clicked(self) -> None:
        self._all_chip.setChecked(True)  # a click would turn it off
        self.clear_filter()

    def _on_chip_clicked(self, term: str) -> None:
        text = self.filter_box.text
        is_wanted = self._chips[term].isChecked()
        self.filter_box.set_text(with_term(text, term) if is_wanted else without_term(text, term))
        self._on_filter_text_changed(self.filter_box.text)  # of a faulty text no term counts

    def show_containers(self, answer: ContainersAnswer) -> None:
        """Offer the projects, experiments and scores of the store."""
        self.picker.set_containers(answer.containers)
        self.sort.set_score_names(answer.score_names)
        self._show_picked(self.filter_box.text)

    def _on_container_picked(self, container: PickedContainer | None) -> None:
        text = self.picker.without_containers(self.filter_box.text)
        self.filter_box.set_text(text if container is None else with_term(text, container.term))

    def _on_experiment_clicked(self) -> None:
        if self.picker.current is not None and self.picker.current.experiment_id is not None:
            self.experiment_wanted.emit(self.picker.current.experiment_id)

    def _show_picked(self, text: str) -> None:
        self.picker.show_filter(text)
        self._experiment.setVisible(self.picker.current is not None and self.picker.current.experiment_id is not None)

    def _on_filter_text_changed(self, text: str) -> None:
        self._is_awaited = False  # the user types on
        self._show_picked(text)
        self._all_chip.setChecked(not text.strip())
        for term, chip in self._chips.items():
            chip.setChecked(has_term(text, term))

    def _on_current_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self._selection.select_trace(self._model.summary_at(current.row()).root_span_id)

    def _on_rows_leaving(self, first: int, last: int) -> None:
        """Have no trace current rather than another one than the user chose; it stays open while it is in the store."""
        if first <= self._view.currentIndex().row() <= last:
            self._view.selectionModel().clear()

    def _on_trace_changed(self, root_span_id: str | None) -> None:
        row = None if root_span_id is None else self._model.find_row(root_span_id)
        if row is None:
            self._view.selectionModel().clear()
        elif row != self._view.currentIndex().row():
            self._view.selectionModel().setCurrentIndex(
                self._model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )

    def _on_loading_lasts(self) -> None:
        self._nothing.setText("Loading the traces…")
        self._stack.setCurrentIndex(1)

    def _on_rows_changed(self) -> None:
        self._loading.stop()
        has_rows = self._model.rowCount() > 0
        is_filtered = self.filter_box.expression != EVERYTHING
        self._nothing.setText("No trace matches this filter" if is_filtered else "No traces yet")
        self._stack.setCurrentIndex(0 if has_rows else 1)
        self._show_count()
        if has_rows and not self._view.currentIndex().isValid() and self._selection.root_span_id is not None:
            self._on_trace_changed(self._selection.root_span_id)

    def _show_count(self) -> None:
        """Say how many traces there are, and of a filter how many of them it has let through so far."""
        total = format_count(self._total)
        if self.filter_box.expression == EVERYTHING:
            self._count.setText(total)
            return
        more = "+" if self._model.has_more else ""
        self._count.setText(f"{format_count(self._model.rowCount())}{more} of {total}")
