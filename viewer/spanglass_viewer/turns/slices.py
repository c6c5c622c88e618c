"""Work in slices that leaves each turn of the event loop to what else is in it: an answer, a paint, a click.

A user waits for a whole turn, whatever came together in it. So a slice waits for a turn that is hardly used, and ends
while there is room. It lets a few turns pass at most: where each is full, nothing would ever be made.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer, Signal

_LATE_SECS = 0.004  # so long after its beginning a turn has no room for a slice
_FULL_SECS = 0.005
_MOST_PUT_OFF = 3  # turns


class Slices(QObject):
    """Tells by `due` when there is time for a slice, until it is stopped."""

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_timeout)
        self._turn_began = -1.0  # -1 where that was before anybody looked
        self._put_off = 0

    @property
    def is_active(self) -> bool:
        """Tell whether there are slices to come."""
        return self._timer.isActive()

    @property
    def has_time(self) -> bool:
        """Tell whether there is room for more in the present turn."""
        return time.thread_time() - self._turn_began <= _FULL_SECS

    def start(self) -> None:
        """Give slices from the next turn on: the present one has been used for what asks for them."""
        if self.is_active:
            return
        self._turn_began, self._put_off = -1.0, 0
        # only now: from Python, each look at a turn waits for the interpreter's lock
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._on_turn)
        dispatcher.aboutToBlock.connect(self._on_turn)
        self._timer.start()

    def stop(self) -> None:
        """Give no more."""
        if not self.is_active:
            return
        self._timer.stop()
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.disconnect(self._on_turn)
        dispatcher.aboutToBlock.disconnect(self._on_turn)

    def _on_turn(self) -> None:
        """Note where a turn begins, which lies between two of these."""
        self._turn_began = time.thread_time()

    def _on_timeout(self) -> None:
        is_late = self._turn_began < 0 or time.thread_time() - self._turn_began > _LATE_SECS
        if is_late and self._put_off < _MOST_PUT_OFF:
            self._put_off += 1
            return
        if is_late:
            self._on_turn()
        self._put_off = 0
        self.due.emit()
