"""A paint that was due already waits a turn for what changes much, and then shows all of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from spanglass_viewer.turns.paint_order import put_paint_off

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from pytestqt.qtbot import QtBot

_PART, _REST = QRect(0, 0, 50, 50), QRect(100, 0, 50, 50)


class _Ground(QWidget):
    """Notes in which turn of the event loop an answer changed it, and in which ones what was painted."""

    answered = Signal()

    def __init__(self, *, puts_off: bool) -> None:
        super().__init__()
        self._puts_off = puts_off
        self.turn = 0
        self.changed_in = 0
        self.painted: list[tuple[int, QRect]] = []
        self.answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._on_turn)

    def _on_turn(self) -> None:
        self.turn += 1

    def _on_answered(self) -> None:
        if self._puts_off:
            put_paint_off(self.window())
        self.changed_in = self.turn
        self.update(_REST)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        self.painted.append((self.turn, event.rect()))


def _show(qtbot: QtBot, ground: _Ground) -> _Ground:
    qtbot.addWidget(ground)
    ground.resize(200, 100)
    ground.show()
    qtbot.waitUntil(lambda: bool(ground.painted))
    ground.painted.clear()
    return ground


@pytest.mark.parametrize("puts_off", [True, False])
def test_a_paint_that_is_due_waits_for_the_turn_after(qtbot: QtBot, puts_off: bool) -> None:
    context = QObject()
    ground = _show(qtbot, _Ground(puts_off=puts_off))

    def change_a_part() -> None:
        ground.update(_PART)
        ground.answered.emit()  # comes before the paint, as an answer does

    QTimer.singleShot(0, context, change_a_part)
    qtbot.waitUntil(lambda: bool(ground.painted))
    ((painted_in, rect),) = ground.painted
    assert rect == _PART.united(_REST), "once, and whole"
    assert (painted_in > ground.changed_in) == puts_off


def test_where_nothing_changes_nothing_is_painted_and_later_changes_are(qtbot: QtBot) -> None:
    ground = _show(qtbot, _Ground(puts_off=True))
    put_paint_off(ground)
    turn = ground.turn
    qtbot.waitUntil(lambda: ground.turn > turn + 3)
    assert ground.painted == []
    ground.update(_PART)
    qtbot.waitUntil(lambda: [rect for _, rect in ground.painted] == [_PART])
