"""A scroll bar that shows by red ticks where the errors are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from spanglass_viewer.trace.arrays import NOTHING
from spanglass_viewer.views.ticks import TICK_PX, merge_ticks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.layout import Ints

_INSET_PX = 3


class ErrorScrollBar(QScrollBar):
    """A vertical scroll bar over rows, some of which have errors."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._appearance = appearance
        self._shares: npt.NDArray[np.float64] = NOTHING

    def set_error_rows(self, rows: Ints, count: int) -> None:
        """Mark these rows out of `count`."""
        self._shares = rows / max(count, 1) if len(rows) else NOTHING
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar and the ticks over it; nothing where all rows are in sight."""
        if self.maximum() <= self.minimum():
            return
        super().paintEvent(event)
        if not len(self._shares):
            return
        painter = QPainter(self)
        color = QColor(self._appearance.tokens.error)
        width = self.width() - 2 * _INSET_PX
        for top, length in merge_ticks(self._shares * (self.height() - TICK_PX)):
            painter.fillRect(QRect(_INSET_PX, top, width, length), color)
        painter.end()
