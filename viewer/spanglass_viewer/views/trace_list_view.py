"""The list of traces as it is painted: two lines a trace, a dot for its state, errors in red at the right."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from spanglass_viewer.format.durations import NO_VALUE, format_duration
from spanglass_viewer.format.moments import format_relative
from spanglass_viewer.format.quantities import format_compact, format_cost_short, format_many
from spanglass_viewer.format.text import span_name
from spanglass_viewer.models.pane_clock import PaneClock
from spanglass_viewer.models.trace_list import PRICES_ROLE, SCORE_ROLE, SUMMARY_ROLE
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.turns.painted_parts import PaintedParts
from spanglass_viewer.views.row_style import elided, text_width
from spanglass_viewer.widgets.state_dot import paint_state_dot, trace_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from spanglass_store.database.records import TraceSummary
    from spanglass_viewer.theme.appearance import Appearance

ROW_HEIGHT = 56  # where text is 100 %
_EDGE = 8  # around the rounded ground of a row
_PAD = 12  # from that ground's edge to the dot
_TEXT_LEFT = 28
_TICK_MS = 1000
_BETWEEN, _CLOSER = "  ·  ", " · "
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CACHED_NAMES = 4096
_MOST_PICTURES = 48  # of rows: those in sight, in all their states
_SHOWN_STATES = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
_LEAST_NAME_PX = 140  # of a name that is cut: before that, the time beside it goes


class TraceListView(QTableView):
    """One selection, uniform rows; what is running ticks once a second, and only while it can be seen.

    A table of one column: a list would lay out all its rows anew for each trace that comes, 70 ms of 50,000.
    """

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row_height = text_px(ROW_HEIGHT)
        self._set_up_table()
        # each paint fills its ground: so Qt moves what is scrolled, and only rows that come into sight are painted
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._appearance = appearance
        self._clock = PaneClock()
        self._painted_parts = PaintedParts(self)
        self.setItemDelegate(TraceDelegate(appearance, self, self._clock.now_us))
        self._place = (0, 0)
        self.verticalScrollBar().valueChanged.connect(self._note_place)
        appearance.changed.connect(self._on_look_changed)
        self._told_us = 0  # the moment for which rows were looked through last
        self._ticker = QTimer(self, interval=_TICK_MS)
        self._ticker.timeout.connect(self._on_tick)
        self._ticker.start()

    def _set_up_table(self) -> None:
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Traces")
        for header, name in ((self.horizontalHeader(), "Columns"), (self.verticalHeader(), "Rows")):
            header.setAccessibleName(name)
            header.hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_row_height()

    def _fit_row_height(self) -> None:
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(self._row_height)
        rows.setDefaultSectionSize(self._row_height)

    def set_paused(self, paused: bool) -> None:
        """Hold still how long traces run, or let it catch up; how long ago they began goes on being true."""
        self._clock.hold(held=paused)
        self.viewport().update()

    def reset(self) -> None:
        """Show other traces, as they are now."""
        self._clock.catch_up()
        # else Qt paints the rows, then has the column fit beside a scroll bar, then paints them again
        self._painted_parts.start((self.viewport(),))
        super().reset()
        self.executeDelayedItemsLayout()

    def rowsInserted(self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int) -> None:
        """Leave what is in sight where it is when traces come in above it; at the top, show them."""
        bar = self.verticalScrollBar()
        place_px = bar.value()
        super().rowsInserted(parent, start, end)
        if place_px > 0 and start <= place_px // self._row_height:
            self.executeDelayedItemsLayout()
            self.updateGeometries()
            bar.setValue(place_px + (end - start + 1) * self._row_height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open no trace by the right button: it asks what one can be compared with, such as the open one."""
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the first or the last trace, too: in a table these keys go to the ends of the row."""
        last = self.model().rowCount() - 1
        row = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}.get(Qt.Key(event.key()))
        if row is None or last < 0:
            super().keyPressEvent(event)
        else:
            self.setCurrentIndex(self.model().index(row, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Note how many rows there is room for."""
        super().resizeEvent(event)
        self._note_place()

    def _note_place(self) -> None:
        """Note what is in sight, as long as rows are as high as their text: what comes between is no place to keep."""
        if self._row_height == text_px(ROW_HEIGHT):
            self._place = self.verticalScrollBar().value(), self.viewport().height()

    def _on_look_changed(self) -> None:
        before, self._row_height = self._row_height, text_px(ROW_HEIGHT)
        if before != self._row_height:
            self._keep_place(before)
        self.viewport().update()

    def _keep_place(self, before: int) -> None:
        """Leave the selected row where it is between top and bottom where it was in sight, else the first row first."""
        height, (top, room), row = self._row_height, self._place, self.currentIndex().row()
        self._fit_row_height()
        self.updateGeometries()
        bar = self.verticalScrollBar()
        y = row * before - top
        if row >= 0 and -before < y < room > before:
            bar.setValue(round(row * height - y * (self.viewport().height() - height) / (room - before)))
        else:
            bar.setValue(round(top * height / before))
        self._note_place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the rows on it."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), _color(self._appearance.tokens.window))
        painter.end()
        super().paintEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard; where no row is current, Qt would open the first one without showing it as selected."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)

    def _on_tick(self) -> None:
        """Paint those rows anew that say something else by now."""
        before_us, self._told_us = self._told_us, time.time_ns() // 1000
        if not self.isVisible():
            return
        first, last = self.indexAt(QPoint(_EDGE, 0)).row(), self.indexAt(QPoint(_EDGE, self.viewport().height())).row()
        for row in range(max(first, 0), last + 1 if last >= 0 else self.model().rowCount()):
            index = self.model().index(row, 0)
            summary: TraceSummary = index.data(SUMMARY_ROLE)
            start_us = summary.start_us
            ticks = summary.is_running and not self._clock.is_held
            if ticks or format_relative(start_us, before_us) != format_relative(start_us, self._told_us):
                self.update(index)


@functools.lru_cache(maxsize=_CACHED_NAMES)
def _shown_name(name: str) -> str:
    return span_name(name)


@functools.cache
def _color(name: str) -> QColor:
    """Return a colour of a theme; do not change what it returns."""
    return QColor(name)


class TraceDelegate(QStyledItemDelegate):
    """Paints one trace."""

    def __init__(self, appearance: Appearance, parent: QWidget, clock_us: Callable[[], int]) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._clock_us = clock_us
        self._pictures: dict[object, QPixmap | None] = {}
        self._pictured_size: object = None
        appearance.changed.connect(self._forget)

    def _forget(self) -> None:
        """Measure and paint everything anew: it may have another size, and other colours."""
        text_width.cache_clear()
        elided.cache_clear()
        self._pictures.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002 - Qt's signature
        """Return one height for all rows."""
        return QSize(0, text_px(ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a row; what does not move is a picture, which is painted once."""
        summary: TraceSummary = index.data(SUMMARY_ROLE)
        score = str(index.data(SCORE_ROLE) or "")
        knows_prices = bool(index.data(PRICES_ROLE))
        figures = (*([score] if score else []), *_figures(summary, self._clock_us(), knows_prices=knows_prices))
        rect = QRect(option.rect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType] - the stubs lack the members of QStyleOption
        state = option.state & _SHOWN_STATES  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] - as above
        when = format_relative(summary.start_us, time.time_ns() // 1000)
        ratio = painter.device().devicePixelRatioF()
        if summary.is_running or ratio != int(ratio):  # between two pixels a picture would be blurred
            self._paint_row(painter, rect, state, summary, when=when, figures=figures)
            return
        if self._pictured_size != (rect.size(), ratio) or len(self._pictures) >= _MOST_PICTURES:
            self._pictured_size = (rect.size(), ratio)
            self._pictures.clear()
        key = (summary, when, figures, state)
        picture = self._pictures.get(key)
        if picture is None and key not in self._pictures:
            self._pictures[key] = None  # a picture pays from the second paint on: in a drag of the edge none comes
            self._paint_row(painter, rect, state, summary, when=when, figures=figures)
            return
        if picture is None:
            picture = self._pictures[key] = QPixmap(rect.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(_color(self._appearance.tokens.window))
            own = QPainter(picture)
            self._paint_row(own, QRect(QPoint(0, 0), rect.size()), state, summary, when=when, figures=figures)
            own.end()
        painter.drawPixmap(rect.topLeft(), picture)

    def _paint_row(
        self,
        painter: QPainter,
        rect: QRect,
        state: QStyle.StateFlag,
        summary: TraceSummary,
        *,
        when: str,
        figures: tuple[str, ...],
    ) -> None:
        """Paint ground, dot, name and time, then the figures."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(
            painter,
            rect.adjusted(_EDGE, 1, -_EDGE, -1),
            is_selected=bool(state & QStyle.StateFlag.State_Selected),
            is_hovered=bool(state & QStyle.StateFlag.State_MouseOver),
            has_focus=bool(state & QStyle.StateFlag.State_HasFocus),
        )
        self._paint_dot(painter, rect, summary)
        inner = rect.adjusted(_EDGE + _TEXT_LEFT, text_px(8), -(_EDGE + _PAD), -text_px(8))
        first = QRect(inner.left(), inner.top(), inner.width(), text_px(20))
        self._paint_first_line(painter, first, summary, when)
        below = QRect(inner.left(), inner.top() + text_px(21), inner.width(), text_px(18))
        self._paint_second_line(painter, below, summary, figures)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, rect: QRect, *, is_selected: bool, is_hovered: bool, has_focus: bool
    ) -> None:
        tokens = self._appearance.tokens
        if is_selected or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_color(tokens.selection if is_selected else tokens.hover))
            painter.drawRoundedRect(rect, 6, 6)
        if has_focus and is_selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(_color(tokens.accent), 1))
            painter.drawRoundedRect(rect, 6, 6)

    def _paint_dot(self, painter: QPainter, rect: QRect, summary: TraceSummary) -> None:
        center = QPointF(rect.left() + _EDGE + _PAD + 2, rect.top() + text_px(18))
        state = trace_state(
            has_errors=summary.error_count > 0,
            is_running=summary.is_running,
            is_interrupted=summary.is_interrupted,
        )
        paint_state_dot(painter, center, state, self._appearance.tokens)

    def _paint_first_line(self, painter: QPainter, rect: QRect, summary: TraceSummary, when: str) -> None:
        tokens = self._appearance.tokens
        color = tokens.text_faint
        if summary.is_running:
            when, color = "live", tokens.accent
        name = _shown_name(summary.name)
        room = rect.width() - text_width(when, FontRole.SMALL) - 10
        if room < min(text_width(name, FontRole.BODY_STRONG), text_px(_LEAST_NAME_PX)):
            when, room = "", rect.width()
        painter.setFont(font(FontRole.SMALL))
        painter.setPen(_color(color))
        painter.drawText(rect, _RIGHT, when)
        painter.setFont(font(FontRole.BODY_STRONG))
        painter.setPen(_color(tokens.text))
        painter.drawText(rect, _LEFT, elided(name, FontRole.BODY_STRONG, room, in_middle=True))

    def _paint_second_line(
        self, painter: QPainter, rect: QRect, summary: TraceSummary, figures: tuple[str, ...]
    ) -> None:
        tokens = self._appearance.tokens
        painter.setFont(font(FontRole.SMALL))
        right = ""
        if summary.error_count:
            right = format_many(summary.own_error_count, "error")
            painter.setPen(_color(tokens.error))
        painter.drawText(rect, _RIGHT, right)
        room = rect.width() - text_width(right, FontRole.SMALL) - 10
        painter.setPen(_color(tokens.text_muted))
        text = self._fitting(figures, room)
        painter.drawText(rect, _LEFT, text)

    def _fitting(self, parts: tuple[str, ...], room: int) -> str:
        """Return figures side by side: closer to each other, then fewer of them, where there is little room."""
        for count in range(len(parts), 1, -1):  # half a figure misleads: the last ones go whole
            for between in (_BETWEEN, _CLOSER):
                text = between.join(parts[:count])
                if text_width(text, FontRole.SMALL) <= room:
                    return text
        return parts[0] if text_width(parts[0], FontRole.SMALL) <= room else ""


def _figures(summary: TraceSummary, now_us: int, *, knows_prices: bool) -> list[str]:
    secs = summary.duration_secs
    if summary.is_running:
        secs = max(0, now_us - summary.start_us) / 1e6
    parts = ["interrupted" if secs is None and summary.is_interrupted else format_duration(secs)]
    if summary.tokens:
        parts.append(f"{format_compact(summary.tokens)} tok")
    if summary.cost is not None:
        parts.append(format_cost_short(summary.cost, is_estimate=summary.has_estimate))
    elif summary.tokens and knows_prices:
        parts.append(f"cost {NO_VALUE}")
    if len(parts) == 1:
        parts.append(format_many(summary.span_count, "span"))
    return parts
