"""What paints the cells of a row: its figures here, the name and the bar in modules of their own.

No delegates of Qt's: those are handed an option and an index for each cell, which took a quarter of a paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from spanglass_viewer.models.span_table import Column

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter

    from spanglass_viewer.models.span_row import SpanRow
    from spanglass_viewer.views.row_style import RowStyle

_PAD = 8
_FIGURE_FLAGS = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine)


@dataclass(slots=True)
class RowState:
    """Which rows stand out; -1 where none does. `now_us` is the moment that a paint shows."""

    current_row: int = -1
    current_span: int = -1
    hovered_row: int = -1
    hits: frozenset[int] = frozenset()
    now_us: int = 0


class CellPainter:
    """Paints the cells of one column, on the ground that the row has already."""

    def __init__(self, style: RowStyle, state: RowState) -> None:
        self.style = style
        self._state = state

    def paint(self, painter: QPainter, rect: QRect, row: SpanRow, *, is_selected: bool) -> None:
        """Paint a row's cell."""
        raise NotImplementedError


class FigurePainter(CellPainter):
    """Paints a column of figures, aligned to the right."""

    def __init__(self, style: RowStyle, state: RowState, column: Column) -> None:
        super().__init__(style, state)
        self._column = column

    def paint(self, painter: QPainter, rect: QRect, row: SpanRow, *, is_selected: bool) -> None:  # noqa: ARG002 - the base's signature
        """Paint one cell."""
        is_duration = self._column is Column.DURATION
        if is_duration:
            text = row.duration_text(self._state.now_us)
        else:
            text = row.cost_text() if self._column is Column.COST else row.tokens_text()
        if not text:
            return
        strong = self.style.live if row.is_running and is_duration else self.style.text
        painter.setFont(self.style.detail_font)
        painter.setPen(self.style.faint if row.is_ghost else strong if is_duration else self.style.muted)
        painter.drawText(rect.adjusted(_PAD, 0, -_PAD, 0), _FIGURE_FLAGS, text)
