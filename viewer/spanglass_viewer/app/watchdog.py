"""In debug mode: tells which event kept the UI thread busy for too long, and in which function that was.

`SPANGLASS_DEBUG=1 spanglass` logs each of them to stderr. An event lasts until the next one comes, or the thread waits.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from PySide6.QtWidgets import QApplication

MOST_BUSY_SECS = 0.016
MOST_HELD_SECS = 0.050  # busy or not: another thread may hold the interpreter
_SAMPLE_SECS = 0.004
_MOST_FRAMES = 3
_OURS = str(Path(__file__).parents[1])


@dataclass(frozen=True, slots=True)
class Offence:
    """An event that took too long: CPU and wall time of the UI thread, in seconds."""

    what: str
    busy_secs: float
    held_secs: float
    where: str

    def __str__(self) -> str:
        """Return the line of the log."""
        times = f"busy {self.busy_secs * 1000:.0f} ms, held {self.held_secs * 1000:.0f} ms"
        return f"{self.what}: {times}" + (f" in {self.where}" if self.where else "")


class Watchdog(QObject):
    """Watches the thread that it is made in, which runs the application's events."""

    offended = Signal(object)  # Offence

    def __init__(self, app: QApplication, busy_clock: Callable[[], float] = time.thread_time) -> None:
        super().__init__(app)
        self._app = app
        self._busy_clock = busy_clock
        self._began: tuple[float, float] | None = None
        self._what = ""
        self._samples: dict[str, int] = {}
        self._is_stopped = threading.Event()
        self._sampler = threading.Thread(target=self._sample, args=(threading.get_ident(),), daemon=True)
        app.installEventFilter(self)
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._on_about_to_block)
        self._sampler.start()

    def stop(self) -> None:
        """Watch no more."""
        self._app.removeEventFilter(self)
        self._is_stopped.set()
        self._sampler.join()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that an event begins, and with it that the one before has ended."""
        self._end()
        # the name of a value that has none, from user types, is its number
        kind = getattr(event.type(), "name", str(event.type()))
        self._what = f"{kind} of {type(watched).__name__}"
        self._began = self._busy_clock(), time.perf_counter()
        return False

    def _on_about_to_block(self) -> None:
        self._end()

    def _end(self) -> None:
        began, self._began = self._began, None
        samples, self._samples = self._samples, {}
        if began is None:
            return
        busy_secs, held_secs = self._busy_clock() - began[0], time.perf_counter() - began[1]
        if busy_secs > MOST_BUSY_SECS or held_secs > MOST_HELD_SECS:
            where = max(samples, key=samples.__getitem__, default="")
            self.offended.emit(Offence(self._what, busy_secs, held_secs, where))

    def _sample(self, thread: int) -> None:
        """Look where the UI thread is, every few milliseconds."""
        while not self._is_stopped.wait(_SAMPLE_SECS):
            frame = sys._current_frames().get(thread)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the only way to see another thread's stack
            if self._began is not None and frame is not None:
                place = _describe(frame)
                del frame  # it holds what its function holds, a painter for example
                self._samples[place] = self._samples.get(place, 0) + 1


def _describe(frame: FrameType | None) -> str:
    """Return the innermost functions of the viewer on a stack, the outer ones last."""
    names: list[str] = []
    while frame is not None and len(names) < _MOST_FRAMES:
        code = frame.f_code
        if code.co_filename.startswith(_OURS) and code.co_filename != __file__:
            names.append(f"{code.co_qualname}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(names)


def watch_to_stderr(app: QApplication) -> Watchdog:
    """Log every event that takes too long."""
    watchdog = Watchdog(app)
    watchdog.offended.connect(_log)
    return watchdog


def _log(offence: Offence) -> None:
    sys.stderr.write(f"spanglass: {offence}\n")
