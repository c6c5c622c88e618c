from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from spanglass_viewer.turns.picture_hold import hold_picture, let_picture_go, paint_next_turn

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _Ground(QWidget):
    """Paints one color, and notes that it did."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.color = QColor("red")
        self.paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's signature
        self.paints += 1
        QPainter(self).fillRect(self.rect(), self.color)

    def shown(self) -> str:
        window = self.window()
        picture = window.screen().grabWindow(window.winId()).toImage()
        return picture.pixelColor(5, 5).name(QColor.NameFormat.HexRgb)


@pytest.fixture
def shown(qtbot: QtBot) -> tuple[_Ground, _Ground]:
    """A window, and what fills it."""
    window = _Ground()
    qtbot.addWidget(window)
    window.resize(60, 60)
    part = _Ground(window)
    part.resize(60, 60)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: part.paints > 0)
    return window, part


@pytest.fixture(params=["window", "part"])
def ground(request: pytest.FixtureRequest, shown: tuple[_Ground, _Ground]) -> _Ground:
    window, part = shown
    return window if request.param == "window" else part


def test_a_held_picture_stays_until_all_who_hold_it_let_go(
    ground: _Ground, shown: tuple[_Ground, _Ground], qtbot: QtBot
) -> None:
    _, part = shown
    hold_picture(ground)
    hold_picture(ground)
    part.color = QColor("blue")
    part.update()
    let_picture_go(ground)
    QApplication.processEvents()
    assert part.shown() == QColor("red").name()
    let_picture_go(ground)
    qtbot.waitUntil(lambda: part.shown() == QColor("blue").name())


def test_a_window_is_painted_once_when_it_is_let_go(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(60, 60)
    parts = [_Ground(window) for _ in range(2)]
    for part in parts:
        part.resize(30, 60)
    parts[1].move(30, 0)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: all(part.paints for part in parts))
    before = [part.paints for part in parts]
    hold_picture(window)
    for part in parts:
        part.update()
    QApplication.processEvents()
    let_picture_go(window)
    QApplication.processEvents()
    assert [part.paints for part in parts] == [count + 1 for count in before]


def test_what_was_made_while_its_window_was_held_is_painted_then(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(60, 60)
    window.show()
    qtbot.waitExposed(window)
    hold_picture(window)
    part = _Ground(window)
    part.resize(60, 60)
    part.show()
    opened = QDialog(window)
    qtbot.addWidget(opened)
    let_picture_go(window)
    qtbot.waitUntil(lambda: part.paints > 0)
    assert opened.updatesEnabled()


def test_a_window_that_is_resized_is_laid_out_in_one_turn_and_painted_in_the_next(
    shown: tuple[_Ground, _Ground], qtbot: QtBot
) -> None:
    window, part = shown
    before, turns = part.paints, list[int]()  # how often it had been painted at the end of each turn
    dispatcher = QAbstractEventDispatcher.instance()

    def note_turn() -> None:
        turns.append(part.paints - before)

    def resize() -> None:
        part.resize(80, 80)
        window.resize(80, 80)
        for _ in range(2):  # as a drag of the edge may, twice in a turn
            paint_next_turn(window)
        dispatcher.awake.connect(note_turn)

    QTimer.singleShot(0, window, resize)
    try:
        qtbot.waitUntil(lambda: len(turns) > 0 and turns[-1] > 0)
        qtbot.waitUntil(window.updatesEnabled)
    finally:
        dispatcher.awake.disconnect(note_turn)
    assert turns[0] == 0
    assert part.paints == before + 1
