"""Every command of the window by its name: type a few letters, see its keys, press Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from spanglass_viewer.models.command_match import match_command
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QAction

_SIZE = (560, 420)
_TOP_SHARE = 0.14  # of the window's height above the palette
_LIST_KEYS = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_KEYS_PX = 170


class CommandPalette(QDialog):
    """Lists the actions that can be called now, best fit first, and calls the one that is chosen."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("Commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._candidates = [action for action in actions if action.isEnabled()]
        self._edit = QLineEdit()
        self._list = QTreeWidget()
        self._nothing = PlainLabel("No command has these letters", tone="faint")
        self._lay_out(parent)
        self._edit.textChanged.connect(self._on_typed)
        self._edit.installEventFilter(self)
        self._list.itemClicked.connect(self._on_item_chosen)
        self._on_typed("")

    def _lay_out(self, parent: QWidget) -> None:
        self._edit.setPlaceholderText("Type a command")
        self._edit.setAccessibleName("Command")
        self._list.setAccessibleName("Commands")
        self._list.setProperty("kind", "commands")
        self._list.setColumnCount(2)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = self._list.header()
        header.setAccessibleName("Columns")
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, text_px(_KEYS_PX))
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._edit)
        column.addWidget(self._list, 1)
        column.addWidget(self._nothing, 1)
        top = round(parent.height() * _TOP_SHARE)
        width, height = min(_SIZE[0], parent.width() - 32), min(_SIZE[1], parent.height() - top - 16)
        self.resize(width, height)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - width) // 2, corner.y() + top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand the keys that move to the list; Enter calls the command."""
        if watched is not self._edit or not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in _LIST_KEYS:
            if not self._wrap(event.key()):
                self._list.event(event)
            return True
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_item_chosen(self._list.currentItem())
            return True
        return False

    def _wrap(self, key: int) -> bool:
        """Go from the first command up to the last, from the last down to the first, and tell whether that was it."""
        row, last = self._list.currentIndex().row(), self._list.topLevelItemCount() - 1
        leaps = {Qt.Key.Key_Up: (0, last), Qt.Key.Key_Down: (last, 0)}
        at, to = leaps.get(Qt.Key(key), (-1, -1))
        item = self._list.topLevelItem(to)
        if row != at or item is None:
            return False
        self._list.setCurrentItem(item)
        return True

    def _on_typed(self, typed: str) -> None:
        scored = [(match_command(typed, action.text()), action) for action in self._candidates]
        fitting = [(score, action) for score, action in scored if score is not None]
        fitting.sort(key=lambda pair: -pair[0])  # stable: equals keep the order of the table
        items = [_item_of(action) for _, action in fitting]
        self._list.clear()
        self._list.addTopLevelItems(items)
        self._list.setVisible(bool(fitting))
        self._nothing.setVisible(not fitting)
        if items:
            self._list.setCurrentItem(items[0])

    def _on_item_chosen(self, item: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        name = item.data(0, Qt.ItemDataRole.UserRole)
        action = next(action for action in self._candidates if action.objectName() == name)
        self.accept()
        action.trigger()


def _item_of(action: QAction) -> QTreeWidgetItem:
    native = QKeySequence.SequenceFormat.NativeText
    keys = "  ".join(key.toString(native) for key in action.shortcuts())
    item = QTreeWidgetItem([action.text(), keys])
    item.setData(0, Qt.ItemDataRole.UserRole, action.objectName())
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{action.text()}, {keys}" if keys else action.text())
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setFont(1, font(FontRole.CODE))
    return item
