"""The keys, as a table to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QAction

_TREE_KEYS = (
    ("↑  ↓", "Previous, next span"),
    ("←  →", "Collapse or go to the parent, expand or go to the first child"),
    ("Home  End", "First, last span"),
    ("+  −  Enter", "In the flame view: zoom in, zoom out, fit the span"),  # noqa: RUF001 - a minus sign is meant
)


class KeysDialog(QDialog):
    """Lists every action that has a key, and the keys of the tree."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        native = QKeySequence.SequenceFormat.NativeText
        rows = [("  ".join(key.toString(native) for key in action.shortcuts()), action.text()) for action in actions]
        for row, (keys, what) in enumerate([*rows, *_TREE_KEYS]):
            grid.addWidget(PlainLabel(keys, role=FontRole.CODE, tone="muted"), row, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(PlainLabel(what), row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 24)
        column.setSpacing(16)
        column.addWidget(PlainLabel("Keyboard shortcuts", role=FontRole.TITLE))
        column.addLayout(grid)
