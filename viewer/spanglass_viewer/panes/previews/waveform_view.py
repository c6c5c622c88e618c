"""A sound as it looks: bars as loud as its stretches, what was played in the accent's colour; a click seeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_BAR_PX, _STEP_PX = 3, 5
_MARGIN_PX = 32
_MAX_HALF_PX = 110
_LOUDEST = 255


class WaveformView(QWidget):
    """Bars for levels of 0 to 255."""

    sought = Signal(float)  # 0 to 1

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._levels = b""
        self._position = 0.0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Waveform")
        appearance.changed.connect(self.update)

    def show_levels(self, levels: bytes) -> None:
        """Show a sound."""
        self._levels = levels
        self.update()

    def set_position(self, position: float) -> None:
        """Show how much was played, 0 to 1."""
        self._position = position
        self.update()

    def sizeHint(self) -> QSize:
        """Return a wide, low shape."""
        return QSize(600, 240)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw a bar for each few pixels."""
        if not self._levels:
            return
        tokens = self._appearance.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width = self._width()
        bars = max(1, width // _STEP_PX)
        middle = self.height() / 2
        half = min(_MAX_HALF_PX, middle - 8)
        for number in range(bars):
            first = number * len(self._levels) // bars
            last = max(first + 1, (number + 1) * len(self._levels) // bars)
            tall = max(1.5, max(self._levels[first:last]) / _LOUDEST * half)
            is_played = (number + 0.5) / bars <= self._position
            painter.setBrush(QColor(tokens.accent if is_played else tokens.text_faint))
            painter.drawRoundedRect(QRectF(_MARGIN_PX + number * _STEP_PX, middle - tall, _BAR_PX, 2 * tall), 1.5, 1.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Seek on."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def _seek(self, x: float) -> None:
        self.sought.emit(min(1.0, max(0.0, (x - _MARGIN_PX) / max(1, self._width()))))

    def _width(self) -> int:
        return max(1, self.width() - 2 * _MARGIN_PX)
