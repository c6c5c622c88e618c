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
    """Keeps the thread busy, or makes it wait, in a slot of its own."""

    def work(self) -> None:
        ends = time.thread_time() + 3 * MOST_BUSY_SECS
        while time.thread_time() < ends:
            pass

    def glance(self) -> None:
        pass


@pytest.fixture
def watchdog(qapp: QApplication) -> Iterator[Watchdog]:
    made = Watchdog(qapp)
    yield made
    made.stop()


def test_an_event_that_keeps_the_thread_busy_is_told(qtbot: QtBot, watchdog: Watchdog) -> None:
    worker = _Worker()
    with qtbot.waitSignal(watchdog.offended, check_params_cb=lambda offence: offence.busy_secs > 2 * MOST_BUSY_SECS):
        QTimer.singleShot(0, worker.work)


def test_a_short_event_is_not(qtbot: QtBot, qapp: QApplication) -> None:
    clock = iter(range(1_000_000))
    calm = Watchdog(qapp, busy_clock=lambda: next(clock) * MOST_BUSY_SECS / 2)
    told: list[Offence] = []
    calm.offended.connect(told.append)
    worker, done = _Worker(), QTimer(singleShot=True)
    QTimer.singleShot(0, worker.glance)
    with qtbot.waitSignal(done.timeout):
        done.start()
    calm.stop()
    assert [offence for offence in told if offence.busy_secs > MOST_BUSY_SECS] == []


def test_the_log_says_what_and_how_long(qapp: QApplication, capsys: pytest.CaptureFixture[str]) -> None:
    watchdog = watch_to_stderr(qapp)
    watchdog.offended.emit(Offence("Paint of QWidget", 0.0301, 0.052, "Pane.show:12"))
    watchdog.stop()
    assert capsys.readouterr().err == "spanglass: Paint of QWidget: busy 30 ms, held 52 ms in Pane.show:12\n"
