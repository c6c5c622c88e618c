from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractEventDispatcher
from PySide6.QtWidgets import QVBoxLayout, QWidget

from spanglass_viewer.turns.painted_parts import PaintedParts

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from pytestqt.qtbot import QtBot


class _Part(QWidget):
    """Writes down that it was painted."""

    def __init__(self, name: str, painted: list[str]) -> None:
        super().__init__()
        self._name = name
        self._painted = painted

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's signature
        self._painted.append(self._name)


class _Pane(QWidget):
    """Three parts, and what was painted in each turn."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[str] = []
        self.turns: list[list[str]] = []
        self.parts = {name: _Part(name, self.painted) for name in ("head", "map", "tree")}
        self.painted_parts = PaintedParts(self)
        column = QVBoxLayout(self)
        for part in self.parts.values():
            column.addWidget(part)

    def change(self) -> None:
        for part in self.parts.values():
            part.update()

    def note_turn(self) -> None:
        if self.painted:
            self.turns.append(self.painted.copy())
            self.painted.clear()


@pytest.fixture
def pane(qtbot: QtBot) -> _Pane:
    made = _Pane()
    qtbot.addWidget(made)
    made.resize(90, 90)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: {"head", "map", "tree"} <= set(made.painted))
    made.painted.clear()
    dispatcher = QAbstractEventDispatcher.instance()
    dispatcher.awake.connect(made.note_turn)
    dispatcher.aboutToBlock.connect(made.note_turn)
    return made


def test_parts_that_change_together_are_painted_a_turn_each_in_their_order(pane: _Pane, qtbot: QtBot) -> None:
    pane.painted_parts.start([pane.parts["tree"], pane.parts["head"]])
    pane.change()
    qtbot.waitUntil(lambda: len(pane.turns) == 3)
    assert pane.turns == [["map"], ["tree"], ["head"]]
    qtbot.waitUntil(lambda: pane.painted_parts.is_idle)


def test_a_part_that_is_kept_twice_is_let_go_all_the_same(pane: _Pane, qtbot: QtBot) -> None:
    for _ in range(2):
        pane.painted_parts.start([pane.parts["tree"]])
    pane.change()
    qtbot.waitUntil(lambda: ["tree"] in pane.turns)
    qtbot.waitUntil(lambda: pane.painted_parts.is_idle)
    assert all(part.updatesEnabled() for part in pane.parts.values())
