"""The table's header: column titles, and over the bars the ruler of the time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QHeaderView, QWidget

from spanglass_viewer.format.durations import format_tick
from spanglass_viewer.models.span_table import Column
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.views.row_style import text_width
from spanglass_viewer.views.timeline_painter import PAD_PX, TICK_SPACING_PX

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from spanglass_viewer.models.time_axis import TimeAxis
    from spanglass_viewer.views.row_style import RowStyle

_HEIGHT = 30
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Ruler(QHeaderView):
    """A header that paints ticks over the column of bars."""

    def __init__(self, style: RowStyle, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._row_style = style
        self._axis = axis
        self.setHighlightSections(False)
        self.setAccessibleName("Columns, and the time over the bars")
        self.setMinimumSectionSize(40)
        axis.changed.connect(self._on_axis_changed)

    def sizeHint(self) -> QSize:
        """Return the header's fixed height."""
        return QSize(super().sizeHint().width(), text_px(_HEIGHT))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803 - Qt's name
        """Paint one title, or the ticks."""
        style = self._row_style
        painter.save()
        painter.fillRect(rect, style.window)
        painter.setPen(style.grid_pen)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(style.detail_font)
        painter.setPen(style.muted)
        if logicalIndex == Column.TIMELINE:
            self._paint_ticks(painter, rect.adjusted(PAD_PX, 0, -PAD_PX, 0))
        else:
            is_name = logicalIndex == Column.SPAN
            side = Qt.AlignmentFlag.AlignLeft if is_name else Qt.AlignmentFlag.AlignRight
            title = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal))
            painter.drawText(rect.adjusted(12 if is_name else 0, 0, -8, 0), int(side | _MIDDLE), title)
        painter.restore()

    def _paint_ticks(self, painter: QPainter, track: QRect) -> None:
        step, ticks = self._axis.ticks(track.width() // text_px(TICK_SPACING_PX))
        first_us = self._axis.extent[0]
        for secs in ticks:
            x = round(self._axis.x_of(first_us + secs * 1e6, track.width()))
            label = format_tick(secs, step)
            width = text_width(label, FontRole.SMALL)
            left = min(max(x - width // 2, 0), track.width() - width) if secs else x
            place = QRect(track.left() + left, track.top(), width + 2, track.height())
            painter.setPen(self._row_style.muted)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | _MIDDLE), label)
            painter.setPen(self._row_style.grid_pen)
            painter.drawLine(track.left() + x, track.bottom() - 4, track.left() + x, track.bottom())

    def _on_axis_changed(self) -> None:
        self.viewport().update()
