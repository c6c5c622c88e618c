from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QTimer

from spanglass_viewer.app.watchdog import MOST_BUSY_SECS, Offence, Watchdog, watch_to_stderr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


class _Worker(QObject):
    """Keeps the thread busy in a slot of its own."""

    def work(self) -> None:
        ends = time.thread_time() + 3 * MOST_BUSY_SECS
        while time.thread_time() < ends:
            pass


@pytest.fixture
def watchdog(qapp: QApplication) -> Iterator[Watchdog]:  # noqa: ARG001 - its events are watched
    made = Watchdog()
    yield made
    made.stop()


def test_a_slot_that_keeps_the_thread_busy_is_told(qtbot: QtBot, watchdog: Watchdog) -> None:
    told: list[Offence] = []
    watchdog.offended.connect(told.append)
    worker = _Worker()
    QTimer.singleShot(0, worker.work)
    qtbot.waitUntil(lambda: any(offence.busy_secs > 2 * MOST_BUSY_SECS for offence in told))


def test_a_short_turn_is_not(qtbot: QtBot, qapp: QApplication) -> None:  # noqa: ARG001 - as above
    clock = iter(range(1_000_000))
    calm = Watchdog(busy_clock=lambda: next(clock) * MOST_BUSY_SECS / 2)
    told: list[Offence] = []
    calm.offended.connect(told.append)
    done = QTimer(singleShot=True)
    with qtbot.waitSignal(done.timeout):
        done.start()
    calm.stop()
    assert told == []


def test_the_log_says_how_long_and_where(qapp: QApplication, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001 - as above
    watchdog = watch_to_stderr()
    watchdog.offended.emit(Offence(0.0301, "Pane.show:12"))
    watchdog.stop()
    assert capsys.readouterr().err == "spanglass: the window was busy for 30 ms in Pane.show:12\n"
