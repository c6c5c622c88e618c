"""The first step of a user is noticed once, whichever it is; what comes before the watch or through no hand is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QWindow
from PySide6.QtWidgets import QLineEdit

from spanglass_viewer.app.first_step import FirstStep

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _Watched:
    """A window with a field, and what was told of it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.field = QLineEdit()
        qtbot.addWidget(self.field)
        self.field.show()
        qtbot.waitExposed(self.field)
        self.handle: QWindow = self.field.windowHandle()
        self.action = QAction(self.field)
        self.step = FirstStep([self.action], self.field)
        self.taken: list[bool] = []
        self.step.taken.connect(lambda: self.taken.append(True))


@pytest.fixture
def watched(qtbot: QtBot) -> _Watched:
    return _Watched(qtbot)


def test_a_key_is_a_step_once_and_still_does_what_it_does(watched: _Watched, qtbot: QtBot) -> None:
    watched.step.watch(watched.handle)
    watched.field.activateWindow()
    qtbot.waitUntil(watched.field.hasFocus)
    qtbot.keyClick(watched.handle, Qt.Key.Key_A)
    qtbot.keyClick(watched.handle, Qt.Key.Key_B)
    assert watched.taken == [True]
    assert watched.field.text() == "ab"


def test_a_press_of_the_mouse_is_a_step_and_a_move_is_none(watched: _Watched, qtbot: QtBot) -> None:
    watched.step.watch(watched.handle)
    qtbot.mouseMove(watched.handle, QPoint(5, 5))
    assert watched.taken == []
    qtbot.mouseClick(watched.handle, Qt.MouseButton.LeftButton)
    assert watched.taken == [True]


def test_an_action_is_a_step_as_its_key_reaches_no_window(watched: _Watched) -> None:
    watched.action.trigger()
    assert watched.taken == [], "nobody watches yet"
    watched.step.watch(watched.handle)
    watched.action.trigger()
    watched.action.trigger()
    assert watched.taken == [True]


def test_what_comes_before_or_after_is_none(watched: _Watched, qtbot: QtBot) -> None:
    qtbot.keyClick(watched.handle, Qt.Key.Key_A)
    watched.step.watch(watched.handle)
    watched.step.stop()
    qtbot.keyClick(watched.handle, Qt.Key.Key_A)
    watched.field.insert("by no hand")
    assert watched.taken == []
