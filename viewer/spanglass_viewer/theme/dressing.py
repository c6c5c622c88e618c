"""Dresses all widgets anew, some milliseconds a turn of the event loop; the picture stays until the last is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Signal
from shiboken6 import getCppPointer, isValid

from spanglass_viewer.theme.text_size import refit
from spanglass_viewer.turns.picture_hold import count_holders, hold_picture, let_picture_go
from spanglass_viewer.turns.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication, QWidget

_STRIPS = 4  # of a window that is painted for the first time


class Dressing(QObject):
    """Has each widget look up anew what the style sheet says of it, after the palette or the font has changed.

    Another style sheet would be taken over by all widgets in one turn, and twice. This one stays as it is, as it has
    its colours from the palette and its heights from the font; and where its style forgets a widget and sees it again,
    a widget has the new ones.
    """

    dressed = Signal()  # what is painted or made without the sheet is to follow
    fitted = Signal()  # after it, in a turn of its own: what measured text when it was made is to be made anew

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._done: set[int] = set()  # addresses: of a widget that Qt made, Python does not know that it is gone
        self._held: list[QWidget] = []
        self._turns: Iterator[None] | None = None
        self._slices = Slices(self)
        self._slices.due.connect(self._on_slice_due)

    @property
    def is_done(self) -> bool:
        """Tell whether all there is wears the newest colours and sizes, and shows them."""
        return self._turns is None

    def start(self) -> None:
        """Begin, again where it has begun already; all at once where nobody looks."""
        for window in self._app.topLevelWidgets():
            if window.isVisible() and window not in self._held:
                self._held.append(window)
                hold_picture(window)
        if self._held:
            self._turns = self._iter_turns()
            self._slices.start()
        else:
            for _ in self._iter_turns():
                pass

    def _on_slice_due(self) -> None:
        if self._turns is not None and next(self._turns, self) is not self:
            return
        self._slices.stop()
        self._turns = None

    def _iter_turns(self) -> Iterator[None]:
        """Do it all: from one value to the next is a turn."""
        self._done.clear()
        while self._dress_some():
            yield
        yield
        self.dressed.emit()
        yield
        self.fitted.emit()
        while self._held:
            yield
            yield from self._iter_showing(self._held[0])
            window = self._held.pop(0)
            if isValid(window):
                let_picture_go(window)

    def _iter_showing(self, window: QWidget) -> Iterator[None]:
        """Wait until nobody else holds a window's picture, then paint it into nothing, a strip a turn.

        What is painted for the first time is measured, cut and drawn then. With that behind it, the paint that shows
        all of the window takes two thirds of the time.
        """
        while isValid(window) and count_holders(window) > 1:
            yield
        for number in range(_STRIPS):
            if isValid(window):
                height = -(-window.height() // _STRIPS)
                window.grab(QRect(0, number * height, window.width(), height))
            yield

    def _dress_some(self) -> bool:
        """Dress widgets while the turn has time, all where nobody looks, and tell whether there are more."""
        style = self._app.style()
        has_time = True
        for widget in self._app.allWidgets():
            address = getCppPointer(widget)[0]
            if address in self._done:
                continue
            if not has_time:
                return True
            self._done.add(address)
            style.unpolish(widget)
            style.polish(widget)
            refit((widget,))
            has_time = not self._held or self._slices.has_time
        return False
