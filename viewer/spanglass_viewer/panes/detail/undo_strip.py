"""A line that says what was just done, and takes it back where that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance


class UndoStrip(QFrame):
    """Hidden until something was done."""

    undo_wanted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._what = ElidedLabel(role=FontRole.SMALL, mode=Qt.TextElideMode.ElideRight)
        self._undo = QPushButton("Undo")
        self._undo.setProperty("kind", "link")
        self._undo.clicked.connect(self.undo_wanted)
        dismiss = IconButton("close", "Dismiss", appearance)
        dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self._what, 1)
        row.addWidget(self._undo)
        row.addWidget(dismiss)
        self.hide()

    def show_done(self, what: str, *, can_undo: bool) -> None:
        """Say what was done."""
        self._what.setText(what)
        self._undo.setVisible(can_undo)
        self.show()
