from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from spanglass_viewer.widgets.key_hints import hint_at, show_keys

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_hints_name_the_keys_of_their_actions(qtbot: QtBot) -> None:
    root, button, box, other = QWidget(), QPushButton(), QLineEdit(), QPushButton()
    qtbot.addWidget(root)
    column = QVBoxLayout(root)
    for widget in (button, box, other):
        column.addWidget(widget)
    hint_at(button, "find", "Find <all>")
    hint_at(box, "filter", "Filter")
    assert (button.toolTip(), box.placeholderText(), other.toolTip()) == ("Find &lt;all&gt;", "Filter", "")
    show_keys(root, {"find": "F3", "filter": "/"}.__getitem__)
    assert (button.toolTip(), box.placeholderText(), other.toolTip()) == ("Find &lt;all&gt; (F3)", "Filter  (/)", "")
    hint_at(button, "find", "Find the next one")
    assert button.toolTip() == "Find the next one (F3)"
    show_keys(root, lambda _action: "")
    assert (button.toolTip(), box.placeholderText()) == ("Find the next one", "Filter")
