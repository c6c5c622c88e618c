from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QObject

from spanglass_viewer.turns import slices
from spanglass_viewer.turns.slices import Slices

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _Work:
    """Slices whose turns and timer are the test's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._parent = QObject()
        self.slices = Slices(self._parent)
        self.now = 10.0
        self.given = 0
        monkeypatch.setattr(slices.time, "thread_time", lambda: self.now)
        self.slices.due.connect(self._on_due)

    def _on_due(self) -> None:
        self.given += 1

    def begin_turn(self) -> None:
        self.slices._on_turn()

    def time_out(self, *, used_secs: float) -> int:
        """Have the timer end so long after the turn's beginning; return how many slices that gave."""
        before = self.given
        self.now += used_secs
        self.slices._timer.timeout.emit()
        self.now -= used_secs
        return self.given - before


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> _Work:  # noqa: ARG001 - the application
    return _Work(monkeypatch)


def test_the_turn_that_asks_gives_no_slice(work: _Work) -> None:
    work.slices.start()
    assert work.time_out(used_secs=0.0) == 0
    work.begin_turn()
    assert work.time_out(used_secs=0.001) == 1
    assert work.time_out(used_secs=0.001) == 1
    work.slices.stop()


def test_a_turn_that_is_used_already_puts_a_slice_off_but_not_for_ever(work: _Work) -> None:
    work.slices.start()
    given: list[int] = []
    for _ in range(9):
        work.begin_turn()
        given.append(work.time_out(used_secs=0.005))
    assert given == [0, 0, 0, 1, 0, 0, 0, 1, 0]
    work.begin_turn()
    assert work.time_out(used_secs=0.001) == 1
    work.slices.stop()


def test_a_slice_that_was_put_off_has_time_though_its_turn_is_full(work: _Work) -> None:
    work.slices.start()
    work.begin_turn()
    assert work.slices.has_time
    work.now += 0.1
    assert not work.slices.has_time
    assert [work.time_out(used_secs=0.0) for _ in range(4)] == [0, 0, 0, 1]
    assert work.slices.has_time
    work.slices.stop()


def test_slices_come_until_they_are_stopped_and_look_at_turns_no_longer(qtbot: QtBot) -> None:
    parent = QObject()
    slices = Slices(parent)
    given: list[float] = []
    slices.due.connect(lambda: given.append(slices._turn_began))
    slices.start()
    slices.start()
    qtbot.waitUntil(lambda: len(given) >= 3)
    slices.stop()
    slices.stop()
    assert not slices.is_active
    assert all(began > 0 for began in given)
    before = slices._turn_began
    QAbstractEventDispatcher.instance().awake.emit()
    assert slices._turn_began == before
