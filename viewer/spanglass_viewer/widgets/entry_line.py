"""A line to type into that leaves dropped files to the window around it, and takes dropped text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent


class EntryLine(QLineEdit):
    """Qt's own would put a file's address into the text: a store that is dropped there would not open."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take text alone; what is ignored goes to the widget around."""
        if event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragEnterEvent(event)
