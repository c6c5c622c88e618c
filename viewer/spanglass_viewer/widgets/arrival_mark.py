"""Marks where a link has led to: a frame over a part of the window that fades away by itself, or just ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_FADE_STEP_MS = 60
_STEADY_STEPS, _FADE_STEPS = 25, 15
_FILL_ALPHA = 40
_LINE_PX, _RADIUS_PX = 2, 6


class ArrivalMark(QWidget):
    """Lies over a part of its parent (None: all of it), lets every click through, and ends itself."""

    def __init__(self, over: QRect | None, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._color = QColor(appearance.tokens.accent)
        self._fades = not appearance.reduces_motion
        self._steps_left = _STEADY_STEPS + _FADE_STEPS
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(over or parent.rect())
        if over is None:
            parent.installEventFilter(self)
        self._timer = QTimer(self, interval=_FADE_STEP_MS)
        self._timer.timeout.connect(self._on_step)
        self._timer.start()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as what is marked: it may only be growing."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame and a veil, as strong as they still are."""
        del event
        strength = min(1.0, self._steps_left / _FADE_STEPS) if self._fades else 1.0
        line, fill = QColor(self._color), QColor(self._color)
        line.setAlphaF(strength)
        fill.setAlpha(round(_FILL_ALPHA * strength))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(line, _LINE_PX))
        painter.setBrush(fill)
        inset = _LINE_PX / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), _RADIUS_PX, _RADIUS_PX)

    def _on_step(self) -> None:
        self._steps_left -= 1
        self.update()
        if self._steps_left <= 0:
            self._timer.stop()
            self.hide()
            self.deleteLater()
