from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from spanglass_viewer.widgets.focus_frame import FocusFrame, show_focus
from spanglass_viewer.widgets.tab_order import step_focus

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    """Two rows of a button each with another one to its right, made in no sensible order, in a page that scrolls."""
    root = QWidget()
    qtbot.addWidget(root)
    content = QWidget()
    column = QVBoxLayout(content)
    below = QHBoxLayout()
    for name in ("d", "c"):
        below.insertWidget(0, QPushButton(name))
    above = QHBoxLayout()
    for name in ("b", "a"):
        above.insertWidget(0, QPushButton(name))
    silent, hidden, disabled = QPushButton("silent"), QPushButton("hidden"), QPushButton("disabled")
    silent.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    disabled.setEnabled(False)
    column.addLayout(above)
    for button in (silent, hidden, disabled):
        column.addWidget(button)
    column.addSpacing(600)
    column.addLayout(below)
    area = QScrollArea()
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    QVBoxLayout(root).addWidget(area)
    root.resize(300, 200)
    root.show()
    hidden.hide()
    root.activateWindow()
    qtbot.waitUntil(root.isActiveWindow)
    if (first := QApplication.focusWidget()) is not None:  # Qt gave it the keyboard
        first.clearFocus()
    return root


def test_tab_goes_on_as_one_reads_and_round(page: QWidget) -> None:
    names = []
    for _ in range(5):
        reached = step_focus(page, is_forward=True)
        assert isinstance(reached, QPushButton)
        assert QApplication.focusWidget() is reached
        names.append(reached.text())
    assert names == ["a", "b", "c", "d", "a"]


def test_shift_tab_goes_back(page: QWidget) -> None:
    names = [getattr(step_focus(page, is_forward=False), "text", str)() for _ in range(5)]
    assert names == ["d", "c", "b", "a", "d"]


def test_from_what_tab_does_not_reach_it_goes_on_from_there(page: QWidget) -> None:
    next(button for button in page.findChildren(QPushButton) if button.text() == "silent").setFocus()
    reached = step_focus(page, is_forward=True)
    assert isinstance(reached, QPushButton)
    assert reached.text() == "c"


def test_what_is_reached_is_brought_into_sight(page: QWidget) -> None:
    area = page.findChild(QScrollArea)
    for _ in range(3):
        step_focus(page, is_forward=True)
    assert area.verticalScrollBar().value() > 300


def test_a_frame_stands_around_a_text_while_it_has_the_keyboard(
    page: QWidget, qtbot: QtBot, appearance: Appearance
) -> None:
    content = page.findChild(QScrollArea).widget()
    text = QPlainTextEdit("text", content)
    text.setGeometry(10, 200, 40, 40)
    text.show()
    text.setFocus()
    show_focus(text, appearance)
    frame = content.findChild(FocusFrame)
    assert frame.isVisible()
    text.move(10, 300)
    qtbot.waitUntil(lambda: frame.geometry() == text.geometry().adjusted(-4, -4, 4, 4))
    step_focus(page, is_forward=True)
    qtbot.waitUntil(lambda: content.findChild(FocusFrame) is None)
