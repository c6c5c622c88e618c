"""The keys, as a table to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.screen_room import resize_within_screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtGui import QAction

_TREE_KEYS = (
    ("↑  ↓", "Previous, next span"),
    ("←  →", "Collapse or go to the parent, expand or go to the first child"),
    ("Home  End", "First, last span"),
    ("+  −", "Zoom the time in, out"),  # noqa: RUF001 - a minus sign is meant
    ("Shift+← →", "Move the time that is zoomed"),
    ("Enter", "Fold or unfold; in the flame view: fit the span"),
    ("Tab", "Next control"),
)


_AROUND_PX = 84  # title and margins
_MOST_WIDTH_SHARE = 0.9


class KeysDialog(QDialog):
    """Lists every action that has a key, and the keys of the tree."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        native = QKeySequence.SequenceFormat.NativeText
        keyed = [action for action in actions if action.shortcuts()]
        rows = [("  ".join(key.toString(native) for key in action.shortcuts()), action.text()) for action in keyed]
        rows += _TREE_KEYS
        half = -(-len(rows) // 2)
        content = _make_columns((rows[:half], rows[half:]))
        if content.sizeHint().width() > parent.screen().availableGeometry().width() * _MOST_WIDTH_SHARE:
            content = _make_columns((rows,))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Keys")
        area.setWidget(content)
        area.setMinimumWidth(content.sizeHint().width())
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 12, 24)
        column.setSpacing(16)
        column.addWidget(PlainLabel("Keyboard shortcuts", role=FontRole.TITLE))
        column.addWidget(area)
        resize_within_screen(self, self.sizeHint().width(), content.sizeHint().height() + _AROUND_PX)


def _make_columns(parts: Sequence[Sequence[tuple[str, str]]]) -> QWidget:
    content = QWidget()
    columns = QHBoxLayout(content)
    columns.setContentsMargins(0, 0, 12, 0)
    columns.setSpacing(40)
    for part in parts:
        columns.addLayout(_make_grid(part), 1)
    return content


def _make_grid(rows: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(len(rows), 1)
    for row, (keys, what) in enumerate(rows):
        grid.addWidget(PlainLabel(keys, role=FontRole.CODE, tone="muted"), row, 0, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(PlainLabel(what), row, 1)
    return grid
