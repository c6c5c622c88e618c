"""A long text in a window of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from spanglass_viewer.widgets.paged_text import PagedText
from spanglass_viewer.widgets.screen_room import resize_within_screen

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_WIDTH_PX, _HEIGHT_PX = 720, 480


def show_whole_text(text: str, appearance: Appearance, parent: QWidget) -> QDialog:
    """Open a dialog with a text to read and copy; it goes with its parent or with Esc."""
    dialog = QDialog(parent)
    dialog.setWindowTitle("Value")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    paged = PagedText(text, appearance)
    paged.view.set_max_height(_HEIGHT_PX - 80)
    column = QVBoxLayout(dialog)
    column.addWidget(paged)
    column.addStretch(1)
    column.addWidget(buttons)
    resize_within_screen(dialog, _WIDTH_PX, _HEIGHT_PX)
    dialog.open()
    return dialog
