"""The edges of a span with several parents, drawn over the rows while it is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPainterPath, QPen

from spanglass_viewer.models.span_table import Column, SpanTableModel
from spanglass_viewer.views.row_style import RowStyle, row_height
from spanglass_viewer.views.span_cell import lay_out_cell

if TYPE_CHECKING:
    from PySide6.QtWidgets import QTableView

_OUT_OF_SIGHT_PX = 400
_BEND_PX = 8


def paint_parent_edges(view: QTableView, model: SpanTableModel, span: int, style: RowStyle) -> None:
    """Draw an elbow from each visible parent of the span down to the row that the span has under it."""
    painter = QPainter(view.viewport())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.accent, 1.5))
    painter.setClipRect(0, 0, view.columnWidth(Column.SPAN), view.viewport().height())
    for upper, lower in model.edges_of(span):
        begin, end = _anchor(view, model, upper), _anchor(view, model, lower)
        begin.setY(begin.y() + row_height() / 2 - 6)
        path = QPainterPath(begin)
        path.lineTo(begin.x(), end.y() - _BEND_PX)
        path.quadTo(begin.x(), end.y(), begin.x() + _BEND_PX, end.y())
        path.lineTo(max(end.x() - 5, begin.x() + _BEND_PX), end.y())
        painter.drawPath(path)
    painter.end()


def _anchor(view: QTableView, model: SpanTableModel, row: int) -> QPointF:
    """Return the middle of a row's chevron for its edges downwards, not far out of the viewport."""
    place = view.visualRect(model.index(row, Column.SPAN))
    cell = lay_out_cell(model.row_at(row), place)
    y = min(max(place.center().y(), -_OUT_OF_SIGHT_PX), view.viewport().height() + _OUT_OF_SIGHT_PX)
    return QPointF(cell.chevron.center().x(), y)
