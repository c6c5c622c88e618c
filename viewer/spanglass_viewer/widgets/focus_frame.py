"""A frame around what Tab has led to, where that shows the keyboard by nothing of its own: texts, tables, views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QScrollArea, QWidget

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_ROOM_PX = 4  # between the frame and what it is around
_MOVES = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.LayoutRequest})
_ENDS = frozenset({QEvent.Type.FocusOut, QEvent.Type.Hide})


def show_focus(widget: QWidget | None, appearance: Appearance) -> None:
    """Put a frame around what has the keyboard now, where it needs one."""
    if isinstance(widget, QAbstractScrollArea):
        FocusFrame(widget, appearance)


class FocusFrame(QWidget):
    """Lies over the page that scrolls with what it is around, else over the window; it goes with the keyboard."""

    def __init__(self, around: QAbstractScrollArea, appearance: Appearance) -> None:
        host = _find_host(around)
        super().__init__(host)
        self._host = host
        self._around = around
        self._appearance = appearance
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        at: QWidget | None = around
        while at is not None and at is not host:  # whatever lies between may move, and take it along
            at.installEventFilter(self)
            at = at.parentWidget()
        around.destroyed.connect(self.deleteLater)
        self._place()
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow it; end where the keyboard goes elsewhere."""
        if event.type() in _MOVES:
            self._place()
        elif event.type() in _ENDS and watched is self._around:
            self.hide()
            self.deleteLater()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw a rounded line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._appearance.tokens.accent), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)

    def _place(self) -> None:
        place = QRect(self._around.mapTo(self._host, QPoint()), self._around.size())
        self.setGeometry(place.adjusted(-_ROOM_PX, -_ROOM_PX, _ROOM_PX, _ROOM_PX) & self._host.rect())


def _find_host(widget: QWidget) -> QWidget:
    """Return the page of the scroll area that a widget lies in, its window where it lies in none."""
    at: QWidget = widget
    while (parent := at.parentWidget()) is not None and not at.isWindow():
        area = parent.parentWidget()
        if isinstance(area, QScrollArea) and area.widget() is at:
            return at
        at = parent
    return at
