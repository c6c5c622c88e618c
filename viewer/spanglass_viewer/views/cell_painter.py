"""What paints the cells of a row: its figures here, the name and the bar in modules of their own.

No delegates of Qt's: those are handed an option and an index for each cell, which took a quarter of a paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from spanglass_viewer.models.span_table import Column
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.views.row_style import elided

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter

    from spanglass_viewer.models.span_row import SpanRow
    from spanglass_viewer.views.row_style import RowStyle

_PAD = 8
_SURE_CHARS = 7  # of a figure, for which a column has room
_FIGURE_FLAGS = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine)


@dataclass(slots=True)
class RowState:
    """Which rows stand out; -1 where none does. `now_us` is the moment that a paint shows."""

    current_row: int = -1
    current_span: int = -1
    hovered_row: int = -1
    hits: frozenset[int] = frozenset()
    now_us: int = 0


@dataclass(slots=True)
class PlacedRow:
    """A row of a paint: where its top is in the view, and whether it is the selected one."""

    top: int
    row: SpanRow
    is_selected: bool


class CellPainter:
    """Paints the cells of one column, on the ground that the rows have already."""

    def __init__(self, style: RowStyle, state: RowState) -> None:
        self.style = style
        self._state = state

    def paint(self, painter: QPainter, column: QRect, rows: list[PlacedRow]) -> None:
        """Paint the cells of all rows of a paint; `column` is where the first one's cell lies."""
        raise NotImplementedError


class FigurePainter(CellPainter):
    """Paints a column of figures, aligned to the right."""

    def __init__(self, style: RowStyle, state: RowState, column: Column) -> None:
        super().__init__(style, state)
        self._column = column

    def paint(self, painter: QPainter, column: QRect, rows: list[PlacedRow]) -> None:
        """Paint the column."""
        style = self.style
        is_duration = self._column is Column.DURATION
        usual = style.text if is_duration else style.muted
        left, width, height = column.left() + _PAD, column.width() - 2 * _PAD, column.height()
        painter.setFont(style.detail_font)
        for placed in rows:
            row = placed.row
            text = self._text_of(row)
            if text:
                is_live = is_duration and row.end_us < 0
                painter.setPen(style.faint if row.is_ghost else style.live if is_live else usual)
                if len(text) > _SURE_CHARS:  # without its first digits it would be another figure
                    text = elided(text, FontRole.SMALL, width)
                painter.drawText(left, placed.top, width, height, _FIGURE_FLAGS, text)

    def _text_of(self, row: SpanRow) -> str:
        if self._column is Column.DURATION:
            return row.duration_text(self._state.now_us)
        return row.cost_text() if self._column is Column.COST else row.tokens_text()
