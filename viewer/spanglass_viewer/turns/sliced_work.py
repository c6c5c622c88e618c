"""Work that comes in pieces, as many a turn of the event loop as there is time for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from spanglass_viewer.turns.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Iterator

_DONE = object()


class SlicedWork(QObject):
    """Goes through an iterator; what that does from one value to the next is a piece."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: Iterator[object] = iter(())
        self._slices = Slices(self)
        self._slices.due.connect(self._on_slice_due)

    @property
    def is_active(self) -> bool:
        """Tell whether there are pieces to come."""
        return self._slices.is_active

    def start(self, pieces: Iterator[object]) -> None:
        """Do these from the next turn on; what is left of others is not done."""
        self._pieces = pieces
        self._slices.start()

    def _on_slice_due(self) -> None:
        while self._slices.has_time:
            if next(self._pieces, _DONE) is _DONE:
                self._slices.stop()
                return
