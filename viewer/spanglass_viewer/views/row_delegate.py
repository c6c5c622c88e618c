"""What the delegates of all columns share: the ground of a row, and its figures as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtWidgets import QStyledItemDelegate

from spanglass_viewer.models.span_table import Column, SpanTableModel
from spanglass_viewer.views.row_style import RowStyle, row_height

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QStyleOptionViewItem

    from spanglass_viewer.models.span_row import SpanRow

AnyIndex = QModelIndex | QPersistentModelIndex
_PAD = 8
_FIGURE_FLAGS = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine)


@dataclass(slots=True)
class RowState:
    """Which rows stand out, shared by all delegates of a view; -1 where none does."""

    current_row: int = -1
    current_span: int = -1
    hovered_row: int = -1
    hits: frozenset[int] = frozenset()


class RowDelegate(QStyledItemDelegate):
    """Paints its part of a row's ground: a row is painted as one, whatever its cells."""

    def __init__(self, style: RowStyle, state: RowState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.style = style
        self._state = state

    def row_at(self, index: AnyIndex) -> SpanRow:
        """Return what stands in the row of an index."""
        return cast("SpanTableModel", index.model()).row_at(index.row())

    def paint_ground(self, painter: QPainter, rect: QRect, index: AnyIndex, row: SpanRow) -> bool:
        """Fill the row's ground, and tell whether it is the selected one."""
        if index.row() == self._state.current_row:
            painter.fillRect(rect, self.style.selection)
            return True
        if row.span == self._state.current_span:
            painter.fillRect(rect, self.style.selection_soft)
        elif index.row() == self._state.hovered_row:
            painter.fillRect(rect, self.style.hover)
        return False

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: ARG002 - Qt's signature
        """Every row is as high as the next."""
        return QSize(100, row_height())


class FigureDelegate(RowDelegate):
    """Paints the columns of figures, aligned to the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one cell."""
        row = self.row_at(index)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue] - the stubs leave it out
        self.paint_ground(painter, rect, index, row)
        column = index.column()
        is_duration = column == Column.DURATION
        if is_duration:
            text = row.duration_text(cast("SpanTableModel", index.model()).now_us())
        else:
            text = row.cost_text() if column == Column.COST else row.tokens_text()
        if not text:
            return
        strong = self.style.live if row.is_running and is_duration else self.style.text
        painter.setFont(self.style.detail_font)
        painter.setPen(self.style.faint if row.is_ghost else strong if is_duration else self.style.muted)
        painter.drawText(rect.adjusted(_PAD, 0, -_PAD, 0), _FIGURE_FLAGS, text)
