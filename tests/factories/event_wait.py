"""Waits for the window as a user does: asleep between its events.

`processEvents` with a limit of its own does not sleep, but goes round, which takes the interpreter's lock and half a
core from the workers that are waited for. A timer that ends each sleep does not.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer

from spanglass_viewer.app.unread_sources import leave_sources_unread

if TYPE_CHECKING:
    from collections.abc import Callable

leave_sources_unread()  # as the window does, before it loads its own modules

LOOK_MS = 20


def wait_until(is_done: Callable[[], bool], *, timeout_secs: float = 600.0, look_ms: int = LOOK_MS) -> None:
    """Run the window's events until something is so; it is looked for after each event, and every few milliseconds.

    Raises TimeoutError where it does not come.
    """
    tick = QTimer(interval=look_ms, timerType=Qt.TimerType.PreciseTimer)
    tick.start()
    ends = time.perf_counter() + timeout_secs
    while not is_done():
        if time.perf_counter() > ends:
            raise TimeoutError(f"waited {timeout_secs:.0f} s in vain")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    tick.stop()
