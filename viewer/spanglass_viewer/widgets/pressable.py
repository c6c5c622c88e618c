"""What is pressed like a button and looks like none: by a click, by Enter, by the space bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


class Pressable(QFrame):
    """A frame that says when it is pressed; where it takes the keyboard is its owner's choice."""

    pressed = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click for a press where it ends inside."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and the space bar press it."""
        if event.key() in _KEYS:
            self.pressed.emit()
        else:
            super().keyPressEvent(event)
