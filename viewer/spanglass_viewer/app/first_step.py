"""Notices the user's first own step, from where on the window does not change the trace by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QAction, QWindow

_STEPS = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.Wheel)


class FirstStep(QObject):
    """Tells by `taken`, once, that a key or the mouse was used, from the time on that it watches.

    It looks at what the system hands to the window, where each press comes by once. Among the events of all widgets it
    would meet a hundred more for each, and take a fifth of every turn of the event loop.
    """

    taken = Signal()

    def __init__(self, actions: Iterable[QAction], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handle: QWindow | None = None
        for action in actions:  # of a key that calls an action the system's window is told nothing
            action.triggered.connect(self._take)

    def watch(self, handle: QWindow) -> None:
        """Begin: what was done before is no step."""
        self._handle = handle
        handle.installEventFilter(self)

    def stop(self) -> None:
        """Tell of no step any more."""
        if self._handle is not None:
            self._handle.removeEventFilter(self)
            self._handle = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for a press."""
        if event.type() in _STEPS:
            self._take()
        return super().eventFilter(watched, event)

    def _take(self) -> None:
        if self._handle is not None:
            self.stop()
            self.taken.emit()
