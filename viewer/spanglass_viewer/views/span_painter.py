"""The first cell of a row: guides, chevron, type, name, what is worth knowing beside it."""

from __future__ import annotations

from PySide6.QtCore import QLine, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from spanglass_viewer.models.span_row import ErrorKind, SpanRow
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.views.cell_painter import CellPainter, PlacedRow
from spanglass_viewer.views.row_style import MARK_PX, elided, text_width
from spanglass_viewer.views.span_cell import SpanCell, Tag, lay_out_cell, name_role

_EDGE_PX = 4
_CHEVRON_ICON_PX = 14
_TEXT_FLAGS = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine)
_MIDDLE_FLAGS = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)


class SpanPainter(CellPainter):
    """Paints the column of names."""

    def paint(self, painter: QPainter, column: QRect, rows: list[PlacedRow]) -> None:
        """Paint the column."""
        left, width, height = column.left(), column.width(), column.height()
        cells: list[tuple[SpanRow, SpanCell]] = []
        for placed in rows:
            if placed.is_selected:
                painter.fillRect(left, placed.top, _EDGE_PX, height, self.style.accent)
            cells.append((placed.row, lay_out_cell(placed.row, QRect(left, placed.top, width, height))))
        self._paint_guides(painter, cells)
        for row, cell in cells:
            self._paint_lead(painter, row, cell)
            self._paint_name(painter, row, cell)
            for tag, place in cell.tags:
                self._paint_tag(painter, tag, place)

    def _paint_guides(self, painter: QPainter, cells: list[tuple[SpanRow, SpanCell]]) -> None:
        """Draw the lines that run down, each in one piece as far as it goes."""
        begun: dict[int, tuple[int, int]] = {}  # by its place: where a line begins, and how far it is known to go
        lines: list[QLine] = []
        for _, cell in cells:
            top, end = cell.chevron.top(), cell.chevron.bottom() + 1
            for x in cell.guides:
                line = begun.get(x)
                if line is not None and line[1] == top:
                    begun[x] = (line[0], end)
                    continue
                if line is not None:
                    lines.append(QLine(x, line[0], x, line[1] - 1))
                begun[x] = (top, end)
        lines += [QLine(x, top, x, end - 1) for x, (top, end) in begun.items()]
        painter.setPen(self.style.guide_pen)
        painter.drawLines(lines)

    def _paint_lead(self, painter: QPainter, row: SpanRow, cell: SpanCell) -> None:
        """Paint what stands before the badge."""
        if row.is_ghost or row.is_orphan:
            painter.setPen(self.style.dashed_pen)
            left = cell.guides[-1] + 4 if cell.guides else cell.left + 6
            middle = cell.chevron.center().y()
            painter.drawLine(left, middle, cell.badge.left() - 3, middle)
        if row.has_children:
            name = "chevron-right" if row.is_folded else "chevron-down"
            place = _centred(cell.chevron, _CHEVRON_ICON_PX)
            painter.drawPixmap(place, self.style.mark(name, self.style.muted, _CHEVRON_ICON_PX))
        elif cell.is_depth_cut:
            painter.setFont(self.style.tiny_font)
            painter.setPen(self.style.faint)
            painter.drawText(cell.chevron, _MIDDLE_FLAGS, str(row.depth))

    def _paint_name(self, painter: QPainter, row: SpanRow, cell: SpanCell) -> None:
        style = self.style
        painter.drawPixmap(cell.badge.topLeft(), style.badge(row.type, is_dimmed=row.is_ghost))
        role = name_role(row)
        name = elided(row.name, role, cell.name.width(), in_middle=True)
        if row.span in self._state.hits:
            half = text_px(9)
            marked = QRect(
                cell.name.left() - 2, cell.name.center().y() - half, text_width(name, role) + 4, 2 * half + 1
            )
            painter.fillRect(marked, style.hit)
        painter.setFont(font(role))
        painter.setPen(style.error if row.error is ErrorKind.OWN else style.muted if row.is_ghost else style.text)
        painter.drawText(cell.name, _TEXT_FLAGS, name)
        if cell.detail is not None:
            painter.setFont(style.detail_font)
            painter.setPen(style.faint)
            shown = elided(cell.detail_text, FontRole.SMALL, cell.detail.width())
            painter.drawText(cell.detail, _TEXT_FLAGS, shown)

    def _paint_tag(self, painter: QPainter, tag: Tag, place: QRect) -> None:
        style = self.style
        color = self._tone(tag.tone)
        if tag.is_pill:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(style.hairline))
            painter.setBrush(style.raised)
            half = text_px(15) / 2
            pill = QRectF(place.left() + 0.5, place.center().y() - half, place.width() - 1, 2 * half + 1)
            painter.drawRoundedRect(pill, half, half)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        left = place.left()
        if tag.icon:
            at = QPoint(left, place.center().y() - MARK_PX // 2 + 1)
            painter.drawPixmap(at, style.mark(tag.icon, color))
            left += MARK_PX + 4
        if tag.text:
            painter.setFont(style.tiny_font)
            painter.setPen(color)
            room = place if tag.is_pill else QRect(left, place.top(), place.right() + 1 - left, place.height())
            painter.drawText(room, _MIDDLE_FLAGS if tag.is_pill else _TEXT_FLAGS, tag.text)

    def _tone(self, tone: str) -> QColor:
        style = self.style
        tones = {"error": style.error, "warning": style.warning, "faint": style.faint}
        return tones.get(tone, style.muted)


def _centred(rect: QRect, side: int) -> QPoint:
    return QPoint(rect.left() + (rect.width() - side) // 2, rect.top() + (rect.height() - side) // 2)
