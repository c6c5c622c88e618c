"""A box that says what went wrong with something that the user asked for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def say_problem(parent: QWidget, sentence: str) -> None:
    """Say it in a box over the window, until it is closed."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Spanglass")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # a message box guesses rich text, and the sentence names files of others
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence)
    box.open()
