"""How long the turns of the UI thread take while somebody uses the window: CPU time of the thread, and by the clock.

CPU time leaves out what the thread waited for: another program's turn on the core, a worker that held the interpreter's
lock, a disk; by the clock these count. But a core that is shared with others is slower too, so what a fixed piece of
work takes at the time is told beside it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from event_wait import wait_until
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from spanglass_viewer.app.watchdog import Offence, Watchdog
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from window_use import Step

# A fixed piece of work takes this long where the window keeps to its bound: a core of a laptop, with nothing beside it.
_QUIET_SECS = 0.0075
_WIDGETS = 8
_WARM_UPS = 5
LEAST_TOLD_SECS = 0.002
REST_SECS = 0.06  # so long a step has to be at its end: paints and what is left for later come after it
# A turn lasts from one sleep to the next, so by the clock the sleep counts too: it is kept this short.
_LOOK_MS = 2


@dataclass(frozen=True, slots=True)
class StepTurns:
    """A step's longest turn in both measures, where the one of most CPU was spent, and how long the whole step took.

    `slowness` is 1.0 where a fixed piece of work took before it what it takes on a quiet machine, 2.0 for twice that.
    """

    name: str
    cpu_secs: float
    clock_secs: float
    where: str
    took_secs: float
    slowness: float


class TurnMeter:
    """Measures the thread that it is made in; `owner` is what the steps are done for."""

    def __init__(self, owner: QObject) -> None:
        self._owner = owner
        self._cpu: list[Offence] = []
        self._clock: list[Offence] = []
        self._watchdogs = (
            Watchdog(most_busy_secs=LEAST_TOLD_SECS),
            Watchdog(time.perf_counter, most_busy_secs=LEAST_TOLD_SECS),
        )
        for _ in range(_WARM_UPS):
            _time_work()
        for watchdog, told in zip(self._watchdogs, (self._cpu, self._clock), strict=True):
            watchdog.offended.connect(told.append)

    def measure(self, step: Step, *, timeout_secs: float = 120.0) -> StepTurns:
        """Do a step from within the event loop, and wait until it has been at its end for a moment."""
        acted: list[float] = []
        done: list[float] = []

        def act() -> None:
            step.act()
            acted.append(time.perf_counter())

        def is_done() -> bool:
            if not acted or not step.is_done():
                done.clear()
                return False
            done.append(time.perf_counter())
            return done[-1] - done[0] > REST_SECS

        slowness = max(1.0, _time_work() / _QUIET_SECS)
        for told in (self._cpu, self._clock):
            told.clear()
        for watchdog in self._watchdogs:
            watchdog.start_anew()
        began = time.perf_counter()
        QTimer.singleShot(0, self._owner, act)
        try:
            wait_until(is_done, timeout_secs=timeout_secs, look_ms=_LOOK_MS)
        except TimeoutError as error:
            msg = f"{step.name}: {error}"
            raise TimeoutError(msg) from None
        longest = max(self._cpu, key=lambda offence: offence.busy_secs, default=Offence(0.0, ""))
        clock_secs = max((offence.busy_secs for offence in self._clock), default=0.0)
        return StepTurns(step.name, longest.busy_secs, clock_secs, longest.where, done[0] - began, slowness)

    def stop(self) -> None:
        """Measure no more."""
        for watchdog in self._watchdogs:
            watchdog.stop()


def _time_work() -> float:
    """Make, lay out and paint what a span's values are shown with."""
    began = time.thread_time()
    ground = QWidget()
    column = QVBoxLayout(ground)
    for _ in range(_WIDGETS):
        column.addWidget(QPlainTextEdit("words in a line that is long enough to be broken more than once " * 5))
        column.addWidget(PlainLabel("words"))
    ground.resize(300, 800)
    ground.grab()
    return time.thread_time() - began
