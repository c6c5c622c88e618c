"""The tree and its waterfall: a flat table that keeps its place while a trace grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip, QWidget

from spanglass_viewer.models.span_table import Column, SpanTableModel
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.views.cell_painter import CellPainter, FigurePainter, PlacedRow, RowState
from spanglass_viewer.views.error_scroll_bar import ErrorScrollBar
from spanglass_viewer.views.kept_place import KeptPlace, RowsInSight
from spanglass_viewer.views.parent_edges import paint_parent_edges
from spanglass_viewer.views.row_style import RowStyle, row_height
from spanglass_viewer.views.ruler import Ruler
from spanglass_viewer.views.span_cell import SpanCell, lay_out_cell
from spanglass_viewer.views.span_painter import SpanPainter
from spanglass_viewer.views.span_tooltip import tooltip_of
from spanglass_viewer.views.timeline_painter import PAD_PX, TimelinePainter
from spanglass_viewer.widgets.arrival_mark import ArrivalMark
from spanglass_viewer.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QFocusEvent,
        QHelpEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QRegion,
        QResizeEvent,
        QWheelEvent,
    )

    from spanglass_viewer.models.span_row import SpanRow
    from spanglass_viewer.models.time_axis import TimeAxis
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_SPAN_SHARE = 0.56  # of the width that the figures leave
_LEAST_SPAN_PX, _LEAST_TIMELINE_PX = 270, 90
_FIGURES = ((Column.DURATION, 74, 430), (Column.TOKENS, 76, 560), (Column.COST, 78, 680))  # width, of a view this wide
_CONTEXT_ROWS = 2  # around a row that was gone to
_ZOOM_STEP = 0.8
_PAN_STEP = 0.15
_ZOOMS = {Qt.Key.Key_Plus: _ZOOM_STEP, Qt.Key.Key_Equal: _ZOOM_STEP, Qt.Key.Key_Minus: 1 / _ZOOM_STEP}
_PANS = {Qt.Key.Key_Left: -_PAN_STEP, Qt.Key.Key_Right: _PAN_STEP}


class SpanTableView(QTableView):
    """Shows a `SpanTableModel`; selection, scroll position and folds outlive every update of the trace."""

    span_selected = Signal(object)  # the span's number, by the user's hand
    current_changed = Signal()  # by whomever
    rows_added_below = Signal(int)  # how many rows came in below the last one in sight

    def __init__(
        self, model: SpanTableModel, axis: TimeAxis, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._spans = model
        self._axis = axis
        self._style = RowStyle(appearance, self)
        self._state = RowState()
        self._span_share = _SPAN_SHARE
        self._place: KeptPlace | None = None
        self._is_quiet = False  # the current row changes by no user's hand
        self._is_fitting = False
        self._shows_costs = False
        self._error_bar = ErrorScrollBar(appearance, self)
        self._set_up_table()
        self._set_up_columns()
        model.rows_about_to_move.connect(self._on_rows_about_to_move)
        model.rows_moved.connect(self._on_rows_moved)
        axis.changed.connect(self._on_axis_changed)
        appearance.changed.connect(self._on_look_changed)

    def _set_up_table(self) -> None:
        self.setVerticalScrollBar(self._error_bar)
        self.setModel(self._spans)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAutoScroll(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        # each paint fills its ground, and a row's place depends on no height: Qt has only new rows painted
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.setAccessibleName("Spans")
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setAccessibleName("Rows")
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_row_height()

    def _set_up_columns(self) -> None:
        header = Ruler(self._style, self._axis, self)
        self.setHorizontalHeader(header)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.SPAN, QHeaderView.ResizeMode.Interactive)
        header.sectionResized.connect(self._on_section_resized)
        self._cell_painters: dict[Column, CellPainter] = {
            Column.SPAN: SpanPainter(self._style, self._state),
            **{column: FigurePainter(self._style, self._state, column) for column, _, _ in _FIGURES},
            Column.TIMELINE: TimelinePainter(self._style, self._state, self._axis),
        }

    # what the pane asks for

    @property
    def current_span(self) -> int | None:
        """The selected span."""
        return self._spans.span_at(self.currentIndex().row())

    def prepare(self) -> None:
        """Make ready for the first trace, which is still being read."""
        self._style.set_device_ratio(self.devicePixelRatioF())
        self._style.prepare()

    def show_snapshot(self, snapshot: TraceSnapshot | None) -> None:
        """Show a trace or its later state; tells by `rows_added_below` what came in out of sight."""
        before = self._spans.snapshot
        is_same = before is not None and snapshot is not None and before.root_span_id == snapshot.root_span_id
        rows_below = self._rows_below()
        self._spans.set_snapshot(snapshot)
        if self._spans.has_costs != self._shows_costs:
            self._fit_columns()
        if is_same and self._rows_below() > rows_below:
            self.rows_added_below.emit(self._rows_below() - rows_below)

    def select_span(self, span: int, *, centred: bool = False) -> None:
        """Select a span without telling so, and bring it into sight, unfolding what hides it."""
        row = self._spans.reveal(span)
        if self.currentIndex().row() != row:
            self._set_current_quietly(row)
        self._scroll_to(row, centred=centred)

    def mark_current(self, appearance: Appearance) -> None:
        """Mark the selected row for a moment, as where a link has led to."""
        row = self.currentIndex().row()
        if row >= 0:
            place = QRect(0, self.rowViewportPosition(row), self.viewport().width(), row_height())
            ArrivalMark(place, appearance, self.viewport())

    def set_hits(self, spans: frozenset[int]) -> None:
        """Mark the names of these spans."""
        if spans != self._state.hits:
            self._state.hits = spans
            self.viewport().update()

    def fold_all(self) -> None:
        """Fold everything below the roots' children, and keep the selected row in sight."""
        self._spans.fold_all()
        self._scroll_to(self.currentIndex().row(), centred=True)

    def unfold_all(self) -> None:
        """Show every row, and keep the selected one in sight."""
        self._spans.unfold_all()
        self._scroll_to(self.currentIndex().row(), centred=True)

    def is_at_bottom(self) -> bool:
        """Whether the last row is in sight because the user went there."""
        bar = self.verticalScrollBar()
        return 0 < bar.maximum() == bar.value()

    # keeping the place

    def _on_rows_about_to_move(self) -> None:
        self.executeDelayedItemsLayout()  # what it has painted would be forgotten below
        top = self.rowAt(0)
        self._place = KeptPlace(
            top_key=self._spans.key_of(top),
            top_offset_px=self.rowViewportPosition(top) if top >= 0 else 0,
            current_key=self._spans.key_of(self.currentIndex().row()),
            is_at_bottom=self.is_at_bottom(),
            sight=self._rows_in_sight(),
        )
        self._is_quiet = True
        # else Qt has everything painted anew, be it as it was; what differs is found when all is over
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_UpdatesDisabled)

    def _on_rows_moved(self) -> None:
        self._is_quiet = False
        self.executeDelayedItemsLayout()
        self.updateGeometries()
        self._error_bar.set_error_rows(self._spans.error_rows(), self._spans.rowCount())
        place, self._place = self._place, None
        if place is None:
            return
        found = None if place.current_key is None else self._spans.find_key(place.current_key)
        current = self.currentIndex().row() if found is None else found
        if current != self.currentIndex().row():
            self._set_current_quietly(current)
        self._scroll_back(place)
        # not where the picture of the pane is held: Qt has what comes on again painted, and this would be on already
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_UpdatesDisabled, on=not self.updatesEnabled())
        self._paint_what_differs(place.sight)
        if self._spans.key_of(current) != place.current_key:  # else others may be selecting another just now
            self._tell_current()

    def _scroll_back(self, place: KeptPlace) -> None:
        top = None if place.top_key is None else self._spans.find_key(place.top_key)
        bar = self.verticalScrollBar()
        if top is None:
            bar.setValue(0)
        elif place.is_at_bottom:
            bar.setValue(bar.maximum())
        else:
            bar.setValue(top * row_height() - place.top_offset_px)

    def _rows_in_sight(self) -> RowsInSight:
        first = self.rowAt(0)
        if first < 0:
            return RowsInSight(0, 0, None, has_edges=False, rows=[])
        top_px = self.rowViewportPosition(first)
        count = (self.viewport().height() - top_px + row_height() - 1) // row_height()
        end = min(first + count, self._spans.rowCount())
        current = self.currentIndex().row()
        rows = [self._spans.row_at(row) for row in range(first, end)]
        place = current - first if first <= current < end else None
        return RowsInSight(first, top_px, place, self._spans.has_further_parents(current), rows)

    def _paint_what_differs(self, before: RowsInSight) -> None:
        """Paint the rows anew that look other than `before`; all of them where they stand elsewhere."""
        now = self._rows_in_sight()
        if self._state.hovered_row >= 0:  # the mouse is over the same place
            self._state.hovered_row += now.first - before.first
        is_same_place = (before.top_px, before.current, len(before.rows)) == (now.top_px, now.current, len(now.rows))
        # what lies over the rows is moved by Qt with what it lies on
        if not is_same_place or before.has_edges or now.has_edges or self.viewport().children():
            self.viewport().update()
            return
        for place, (row, was) in enumerate(zip(now.rows, before.rows, strict=True)):
            if not row.looks_like(was):
                self._update_row(now.first + place)

    def _rows_below(self) -> int:
        last = self.rowAt(self.viewport().height() - 1)
        return self._spans.rowCount() - 1 - last if last >= 0 else 0

    def show_time(self) -> None:
        """Paint anew what goes on with the clock: the rows of spans that run."""
        sight = self._rows_in_sight()
        for place, row in enumerate(sight.rows):
            if row.is_running:
                self._update_row(sight.first + place)

    def _on_axis_changed(self) -> None:
        left, width = self.columnViewportPosition(Column.TIMELINE), self.columnWidth(Column.TIMELINE)
        self.viewport().update(QRect(left, 0, width, self.viewport().height()))

    # the current row

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Tell which span the user chose."""
        super().currentChanged(current, previous)
        self._repaint_selected(current.row(), previous.row())
        self.current_changed.emit()
        if not self._is_quiet and current.isValid():
            self._scroll_to(current.row())
            self._tell_current()

    def _repaint_selected(self, *rows: int) -> None:
        """Paint these rows anew; all of them where the span has others, or edges to its parents."""
        there = [row for row in rows if 0 <= row < self._spans.rowCount()]
        shown = [self._spans.row_at(row) for row in there]
        if len(there) < len(rows) or any(row.is_ghost or row.has_further_parents for row in shown):
            self.viewport().update()
            return
        for row in there:
            self._update_row(row)

    def _update_row(self, row: int) -> None:
        self.viewport().update(QRect(0, self.rowViewportPosition(row), self.viewport().width(), row_height()))

    def _tell_current(self) -> None:
        if self.current_span is not None:
            self.span_selected.emit(self.current_span)

    def _set_current_quietly(self, row: int) -> None:
        self._is_quiet = True
        self.selectionModel().setCurrentIndex(
            self._spans.index(row, 0),
            QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
        )
        self._is_quiet = False

    def _go_to_row(self, row: int) -> None:
        if 0 <= row < self._spans.rowCount():
            self.setCurrentIndex(self._spans.index(row, 0))

    def _scroll_to(self, row: int, *, centred: bool = False) -> None:
        row_px = row_height()
        bar, height, top = self.verticalScrollBar(), self.viewport().height(), row * row_px
        margin = _CONTEXT_ROWS * row_px if centred else 0
        is_in_sight = bar.value() + margin <= top and top + row_px <= bar.value() + height - margin
        if row < 0 or is_in_sight:
            return
        if centred:
            bar.setValue((row - height // row_px // 2) * row_px)
        else:
            bar.setValue(top if top < bar.value() else top + row_px - height)

    # keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, fold, zoom the time; letters are the window's."""
        row, key = self.currentIndex().row(), Qt.Key(event.key())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and key in _PANS:
            self._axis.pan_by(_PANS[key])
            return
        if key in _ZOOMS:
            self._zoom_at_current(_ZOOMS[key])
            return
        if key == Qt.Key.Key_Home:
            self._go_to_row(0)
        elif key == Qt.Key.Key_End:
            self._go_to_row(self._spans.rowCount() - 1)
        elif row >= 0 and key == Qt.Key.Key_Left:
            self._fold_or_go_up(row)
        elif row >= 0 and key == Qt.Key.Key_Right:
            self._unfold_or_go_down(row)
        elif row >= 0 and key in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._toggle_or_go_home(row)
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _zoom_at_current(self, factor: float) -> None:
        """Zoom around the selected span, as far as it is in sight."""
        first_us, last_us = self._axis.window
        at_us = (first_us + last_us) / 2
        if self.currentIndex().isValid():
            row = self._spans.row_at(self.currentIndex().row())
            at_us = (row.start_us + max(row.end_us, row.start_us)) / 2
        self._axis.zoom_by(factor, min(max(at_us, first_us), last_us))

    def _fold_or_go_up(self, row: int) -> None:
        shown = self._spans.row_at(row)
        if shown.has_children and not shown.is_folded:
            self._spans.toggle(row)
        else:
            parent = self._spans.parent_of(row)
            self._go_to_row(-1 if parent is None else parent)

    def _unfold_or_go_down(self, row: int) -> None:
        shown = self._spans.row_at(row)
        if shown.is_folded:
            self._spans.toggle(row)
        elif shown.has_children:
            self._go_to_row(row + 1)

    def _toggle_or_go_home(self, row: int) -> None:
        """Fold or unfold what is below a row; a ghost leads to the row that is the span itself."""
        self._spans.toggle(row)
        if (shown := self._spans.row_at(row)).is_ghost:
            self.select_span(shown.span, centred=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold by the chevron, go to an error's origin by its mark, else select."""
        at = event.position().toPoint()
        index = self.indexAt(at)
        cell = self._cell_at(index)
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            shown = self._spans.row_at(index.row())
            if shown.has_children and cell.chevron.adjusted(-3, 0, 2, 0).contains(at):
                self._spans.toggle(index.row())
                return
            if cell.origin_link is not None and cell.origin_link.contains(at):
                self._go_to_row(self._spans.reveal(self._spans.origin_below(index.row())))
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold the row, or leave a ghost; two quick clicks on its chevron are two clicks."""
        at = event.position().toPoint()
        index = self.indexAt(at)
        cell = self._cell_at(index)
        if not index.isValid() or (cell is not None and cell.chevron.contains(at)):
            self.mousePressEvent(event)
        else:
            self._toggle_or_go_home(index.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the row under the mouse."""
        at = event.position().toPoint()
        self._hover(self.rowAt(at.y()))
        cell = self._cell_at(self.indexAt(at))
        is_over = cell is not None and cell.origin_link is not None and cell.origin_link.contains(at)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Put out the light."""
        self._hover(-1)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the time with Ctrl, move it with Shift, else scroll."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and turn:
            left = self.columnViewportPosition(Column.TIMELINE) + PAD_PX
            width = self.columnWidth(Column.TIMELINE) - 2 * PAD_PX
            at_us = self._axis.moment_at(min(max(event.position().x() - left, 0.0), width), width)
            self._axis.zoom_by(_ZOOM_STEP if turn > 0 else 1 / _ZOOM_STEP, at_us)
            event.accept()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and turn:
            self._axis.pan_by(-_PAN_STEP if turn > 0 else _PAN_STEP)
            event.accept()
        else:
            super().wheelEvent(event)
            self._hover(self.rowAt(event.position().toPoint().y()))

    def _cell_at(self, index: QModelIndex) -> SpanCell | None:
        is_span = index.column() == Column.SPAN
        return lay_out_cell(self._spans.row_at(index.row()), self.visualRect(index)) if is_span else None

    def _hover(self, row: int) -> None:
        if row == self._state.hovered_row:
            return
        for changed in (self._state.hovered_row, row):
            if changed >= 0:
                self._update_row(changed)
        self._state.hovered_row = row

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, and over them the edges to all parents of a span with several."""
        self._style.set_device_ratio(self.devicePixelRatioF())
        self._state.current_row = self.currentIndex().row()
        self._state.current_span = -1 if self.current_span is None else self.current_span
        self._state.now_us = self._spans.now_us()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._style.window)
        self._paint_rows(painter, event.region())
        painter.end()
        if self.current_span is not None and self._spans.has_further_parents(self._state.current_row):
            paint_parent_edges(self, self._spans, self.current_span, self._style)

    def _paint_rows(self, painter: QPainter, region: QRegion) -> None:
        """Paint the rows of a region: their grounds, then column after column, which changes pens and fonts less."""
        row_px, first = row_height(), self.rowAt(max(region.boundingRect().top(), 0))
        if first < 0:
            return
        first_px = self.rowViewportPosition(first)
        painter.translate(0, first_px)  # above the viewport halves of pixels would be rounded to the other side
        region = region.translated(0, -first_px)
        rows = self._place_rows(painter, region, first)
        for column, cell_painter in self._cell_painters.items():
            left, width = self.columnViewportPosition(column), self.columnWidth(column)
            cells = [row for row in rows if region.intersects(QRect(left, row.top, width, row_px))]
            if cells and not self.isColumnHidden(column):
                cell_painter.paint(painter, QRect(left, cells[0].top, width, row_px), cells)

    def _place_rows(self, painter: QPainter, region: QRegion, first: int) -> list[PlacedRow]:
        row_px, width, bounds = row_height(), self.viewport().width(), region.boundingRect()
        is_whole = region.rectCount() == 1
        top, placed = 0, list[PlacedRow]()
        for number in range(first, self._spans.rowCount()):
            if top > bounds.bottom():
                break
            place = QRect(0, top, width, row_px)
            if is_whole or region.intersects(place):
                row = self._spans.row_at(number)
                placed.append(PlacedRow(top, row, self._paint_ground(painter, place, number, row)))
            top += row_px
        return placed

    def _paint_ground(self, painter: QPainter, place: QRect, number: int, row: SpanRow) -> bool:
        """Fill a row's ground, and tell whether it is the selected one."""
        style, state = self._style, self._state
        if number == state.current_row:
            painter.fillRect(place, style.selection)
            return True
        if row.span == state.current_span:
            painter.fillRect(place, style.selection_soft)
        elif number == state.hovered_row:
            painter.fillRect(place, style.hover)
        return False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard; where a row is selected, Qt would do no more than have all of them painted anew."""
        if not self.currentIndex().isValid():
            super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Give the keyboard away without a paint: no row tells of it."""

    def viewportEvent(self, event: QEvent) -> bool:
        """Show a row's tooltip."""
        if event.type() == QEvent.Type.ToolTip:
            help_event: QHelpEvent = event  # pyright: ignore[reportAssignmentType] - its type says so
            index = self.indexAt(help_event.pos())
            if index.isValid():
                row = self._spans.row_at(index.row())
                text = tooltip_of(row, self._spans.now_us(), self._spans.token_kinds_below(row.span))
                QToolTip.showText(help_event.globalPos(), plain_tooltip(text), self)
            return True
        return super().viewportEvent(event)

    def _on_look_changed(self) -> None:
        if self.verticalHeader().defaultSectionSize() != row_height():
            top, is_at_bottom = self.rowAt(0), self.is_at_bottom()
            current = self.visualRect(self.currentIndex())
            was_in_sight = current.isValid() and self.viewport().rect().intersects(current)
            self._fit_row_height()
            self._fit_columns()
            self.updateGeometries()
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum() if is_at_bottom else max(top, 0) * row_height())
            if was_in_sight:  # fewer rows have room now, or more
                self._scroll_to(self.currentIndex().row())
        self.viewport().update()

    def _fit_row_height(self) -> None:
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(row_height())
        rows.setDefaultSectionSize(row_height())

    # columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the width, and keep the selected row in sight where fewer rows have room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_columns()
        elif self._spans.has_further_parents(self.currentIndex().row()):
            self.viewport().update()  # edges to parents out of sight end at its rim
        current, before = self.visualRect(self.currentIndex()), event.oldSize().height()
        is_row_fit = current.height() == row_height()  # else text is growing, and the rows have their turn next
        if is_row_fit and 0 <= current.top() < before and event.size().height() < before:
            self._scroll_to(self.currentIndex().row())

    def _fit_columns(self) -> None:
        width = self.viewport().width()
        self._shows_costs = self._spans.has_costs
        self._is_fitting = True
        header = self.horizontalHeader()
        header.blockSignals(True)  # a table paints once more a turn after each change that it hears of
        for column, figure_px, from_px in _FIGURES:
            has_figures = column != Column.COST or self._shows_costs
            self.setColumnHidden(column, width < text_px(from_px) or not has_figures)
            self.setColumnWidth(column, text_px(figure_px))
        free = self._free_width()
        least = min(_LEAST_SPAN_PX, free - _LEAST_TIMELINE_PX)
        span_px = max(least, min(round(self._span_share * free), free - _LEAST_TIMELINE_PX))
        self.setColumnWidth(Column.SPAN, span_px)
        self.setColumnWidth(Column.TIMELINE, free - span_px)
        header.blockSignals(False)
        header.viewport().update()
        self.updateGeometries()
        self.viewport().update()
        self._is_fitting = False

    def _free_width(self) -> int:
        shown = (px for column, px, _ in _FIGURES if not self.isColumnHidden(column))
        return self.viewport().width() - sum(map(text_px, shown))

    def _on_section_resized(self, column: int, _before: int, width: int) -> None:
        if column == Column.SPAN and not self._is_fitting:
            self._span_share = min(max(width / max(self._free_width(), 1), 0.2), 0.85)
            self._fit_columns()
