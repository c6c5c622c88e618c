"""Names with their values, side by side where the value is short, one below the other where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.values.presentation import Block, TextBlock
from spanglass_viewer.widgets.labels import ElidedLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

_SHORT_CHARS = 72
_NAME_WIDTH_PX = 112
_MOST_NAME_SHARE = 0.4


class RowsView(QWidget):
    """A grid of names and values."""

    def __init__(
        self,
        rows: tuple[tuple[str, Block], ...],
        make_widget: Callable[[Block], QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        self._grid = grid
        self._names: list[ElidedLabel] = []  # which have their values beside them
        for number, (name, block) in enumerate(rows):
            self._add_row(grid, number, name, block, make_widget)
        self._fit_names()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave a moment or a figure on one line where the pane is narrow."""
        super().resizeEvent(event)
        self._fit_names()

    def _fit_names(self) -> None:
        most = round(self.width() * _MOST_NAME_SHARE)
        if self._names:
            self._grid.setColumnMinimumWidth(0, min(text_px(_NAME_WIDTH_PX), most))
        for name in self._names:
            name.setMaximumWidth(most)

    def _add_row(
        self, grid: QGridLayout, number: int, name: str, block: Block, make_widget: Callable[[Block], QWidget]
    ) -> None:
        label = ElidedLabel(name, role=FontRole.SMALL, tone="faint")
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if isinstance(block, TextBlock) and _is_short(block):
            value = TextView(block.text, role=FontRole.CODE)
            value.setAccessibleName(name)
            value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a stop of Tab for each figure would be in everyone's way
            grid.addWidget(label, number * 2, 0, Qt.AlignmentFlag.AlignTop)
            self._names.append(label)
            grid.addWidget(value, number * 2, 1)
            return
        if name:
            grid.addWidget(label, number * 2, 0, 1, 2)
        grid.addWidget(make_widget(block), number * 2 + 1, 0, 1, 2)


def _is_short(block: Block) -> bool:
    return isinstance(block, TextBlock) and len(block.text) <= _SHORT_CHARS and "\n" not in block.text
