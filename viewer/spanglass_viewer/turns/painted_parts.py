"""Has parts of a pane painted in a turn of the event loop each, after all of them have changed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from spanglass_viewer.turns.picture_hold import hold_picture, let_picture_go
from spanglass_viewer.turns.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget


class PaintedParts(QObject):
    """Keeps the pictures of parts as they are, and lets go of one a turn, in their order."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._held: list[QWidget] = []
        self._slices = Slices(self)
        self._slices.due.connect(self._on_slice_due)

    @property
    def is_idle(self) -> bool:
        """Tell whether no part is still to be painted."""
        return not self._slices.is_active

    def start(self, parts: Iterable[QWidget]) -> None:
        """Have these painted one after the other from the next turn on; call this before anything in them changes."""
        for part in parts:
            if part not in self._held:
                hold_picture(part)
                self._held.append(part)
        self._slices.start()

    def _on_slice_due(self) -> None:
        if self._held:
            let_picture_go(self._held.pop(0))
        else:
            self._slices.stop()
