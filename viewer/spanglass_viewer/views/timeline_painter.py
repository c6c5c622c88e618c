"""The last cell of a row: the span's bar on the time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from spanglass_viewer.format.durations import NO_VALUE
from spanglass_viewer.models.span_row import ErrorKind
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.views.cell_painter import CellPainter, PlacedRow, RowState
from spanglass_viewer.views.row_style import text_width

if TYPE_CHECKING:
    from spanglass_viewer.models.span_row import SpanRow
    from spanglass_viewer.models.time_axis import TimeAxis
    from spanglass_viewer.views.row_style import RowStyle

PAD_PX = 12
TICK_SPACING_PX = 64
_BAR_PX = 8
_LEAST_BAR_PX = 3.0
_BAR_RADIUS = 2.5
_LABEL_GAP = 6
_SOFT_END_PX = 28.0
_DOT_PX = 2.5
_FLAGS = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_LEFT = int(Qt.AlignmentFlag.AlignLeft) | _FLAGS
_RIGHT = int(Qt.AlignmentFlag.AlignRight) | _FLAGS


class Bar(NamedTuple):
    """Where a bar begins and ends in its cell, and where its first token came; pixels from the cell's left."""

    left: float
    right: float
    first_token: float | None


class TimelinePainter(CellPainter):
    """Paints the column of bars."""

    def __init__(self, style: RowStyle, state: RowState, axis: TimeAxis) -> None:
        super().__init__(style, state)
        self._axis = axis
        self._grid: tuple[object, list[int]] = (None, [])  # what it was placed for, and its lines

    def paint(self, painter: QPainter, column: QRect, rows: list[PlacedRow]) -> None:
        """Paint the column: the grid, the bars, and what they say."""
        track = column.adjusted(PAD_PX, 0, -PAD_PX, 0)
        if track.width() < _BAR_PX:
            return
        bottom = rows[-1].top + column.height()
        painter.save()
        painter.setClipRect(column.left(), column.top(), column.width(), bottom - column.top())
        self._paint_grid(painter, track, bottom - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, now_us = track.width(), self._state.now_us
        places = [(placed, self.place_bar(placed.row, width, now_us)) for placed in rows]
        for placed, bar in places:
            if bar.right >= 0 and bar.left <= width:
                track.moveTop(placed.top)
                self._paint_bar(painter, track, placed.row, bar)
        for placed, bar in places:
            track.moveTop(placed.top)
            if bar.right < 0 or bar.left > width:
                self._paint_outside(painter, track, is_before=bar.right < 0)
            else:
                self._paint_label(painter, track, placed.row, bar, now_us)
        painter.restore()

    def place_bar(self, row: SpanRow, width_px: int, now_us: int) -> Bar:
        """Return where a row's bar lies on a track of `width_px`; it is at least 3 px wide and begins on the track."""
        end_us = max(now_us if row.end_us < 0 else row.end_us, row.start_us)
        left, right = self._axis.x_of(row.start_us, width_px), self._axis.x_of(end_us, width_px)
        if right - left < _LEAST_BAR_PX:
            left = min(left, max(width_px - _LEAST_BAR_PX, 0.0)) if left <= width_px else left
            right = left + _LEAST_BAR_PX
        first_token = self._axis.x_of(row.start_us + row.ttft_us, width_px) if row.ttft_us > 0 else None
        return Bar(left, right, first_token)

    def _paint_grid(self, painter: QPainter, track: QRect, bottom: int) -> None:
        painter.setPen(self.style.grid_pen)
        for x in self._grid_lines(track):
            painter.drawLine(x, track.top(), x, bottom)

    def _grid_lines(self, track: QRect) -> list[int]:
        """Return where the lines of the grid are, which are the same for all rows of a paint."""
        place = (self._axis.window, self._axis.extent, track.left(), track.width(), text_px(TICK_SPACING_PX))
        if self._grid[0] != place:
            first_us = self._axis.extent[0]
            _, ticks = self._axis.ticks(track.width() // text_px(TICK_SPACING_PX))
            lines = [track.left() + round(self._axis.x_of(first_us + secs * 1e6, track.width())) for secs in ticks]
            self._grid = (place, lines)
        return self._grid[1]

    def _paint_outside(self, painter: QPainter, track: QRect, *, is_before: bool) -> None:
        painter.setPen(self.style.faint)
        painter.setFont(self.style.tiny_font)
        painter.drawText(
            track.adjusted(-6, 0, 6, 0), _LEFT if is_before else _RIGHT, "\u2039" if is_before else "\u203a"
        )

    def _paint_bar(self, painter: QPainter, track: QRect, row: SpanRow, bar: Bar) -> None:
        # a bar much wider than the cell would cost Qt's rasteriser dearly
        left, right = max(bar.left, -20.0), min(bar.right, track.width() + 20.0)
        place = QRectF(track.left() + left, track.center().y() - _BAR_PX / 2 + 1, right - left, _BAR_PX)
        radius = min(_BAR_RADIUS, (right - left) / 2)
        if row.is_ghost:
            painter.setPen(self.style.dashed_pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        color = self.style.error if row.error is ErrorKind.OWN else self.style.hue(row.type)
        if row.is_running:
            self._paint_running(painter, place, color)
            return
        if bar.first_token is not None and bar.left < bar.first_token < bar.right:
            painter.setBrush(self._with_wait(place, color, track.left() + bar.first_token))
        else:
            painter.setBrush(color)
        painter.drawRoundedRect(place, radius, radius)
        if row.error is ErrorKind.BUBBLED:
            self._paint_end(painter, place, self.style.error)
        elif row.is_interrupted:
            self._paint_end(painter, place, self.style.warning)

    def _paint_end(self, painter: QPainter, place: QRectF, color: QColor) -> None:
        """Cross the end of a bar: it ended by an error from below, or by the death of its process."""
        painter.setBrush(color)
        painter.drawRect(QRectF(place.right() - 1.5, place.top() - 3, 2, place.height() + 6))

    def _with_wait(self, place: QRectF, color: QColor, first_token_x: float) -> QLinearGradient:
        """Return the colour of a bar whose part up to the first token is lighter."""
        wait = QColor(color)
        wait.setAlphaF(0.45)
        gradient = QLinearGradient(place.left(), 0, place.right(), 0)
        turn = min(max((first_token_x - place.left()) / place.width(), 0.0), 0.9999)
        gradient.setStops([(0.0, wait), (turn, wait), (min(turn + 1e-4, 1.0), color), (1.0, color)])
        return gradient

    def _paint_running(self, painter: QPainter, place: QRectF, color: QColor) -> None:
        """Paint a bar that fades towards now, and a dot where now is."""
        faded = QColor(color)
        faded.setAlphaF(0.3)
        gradient = QLinearGradient(QPointF(place.left(), 0), QPointF(place.right(), 0))
        soft = max(0.0, 1.0 - _SOFT_END_PX / max(place.width(), 1.0))
        gradient.setStops([(0.0, color), (soft, color), (1.0, faded)])
        painter.setBrush(gradient)
        radius = min(_BAR_RADIUS, place.width() / 2)
        painter.drawRoundedRect(place, radius, radius)
        painter.setBrush(self.style.live)
        painter.drawEllipse(QPointF(place.right(), place.center().y()), _DOT_PX, _DOT_PX)

    def _paint_label(self, painter: QPainter, track: QRect, row: SpanRow, bar: Bar, now_us: int) -> None:
        text = row.duration_text(now_us)
        if text == NO_VALUE:
            return
        width = text_width(text, FontRole.SMALL)
        left, right = max(bar.left, 0.0), min(bar.right, track.width())
        gap = _LABEL_GAP + (_DOT_PX if row.is_running else 0)
        if right + gap + width <= track.width() + PAD_PX - 2:
            x, flags = right + gap, _LEFT
        elif left - gap - width >= 0:
            x, flags = left - gap - width, _RIGHT
        else:
            return
        own = self.style.error if row.error is ErrorKind.OWN else self.style.faint
        painter.setPen(self.style.live if row.is_running else own)
        painter.setFont(self.style.detail_font)
        painter.drawText(QRectF(track.left() + x, track.top(), width + 1, track.height()), flags, text)
