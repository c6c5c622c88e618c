"""In debug mode: tells when the UI thread was busy for too long without a pause, and in which functions.

`SPANGLASS_DEBUG=1 spanglass` logs each time to stderr. What is measured is a turn of the event loop, which is what a
user waits for: one event or a few. An event filter would see single ones, but from Python it meets widgets while they
are being made, which binds them to the wrong class for good.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

MOST_BUSY_SECS = 0.016
_SAMPLE_SECS = 0.004
_MOST_FRAMES = 3
_OURS = str(Path(__file__).parents[1])


@dataclass(frozen=True, slots=True)
class Offence:
    """A turn of the event loop that took too long: time of the UI thread in seconds, and where it was mostly."""

    busy_secs: float
    where: str

    def __str__(self) -> str:
        """Return the line of the log."""
        return f"the window was busy for {self.busy_secs * 1000:.0f} ms" + (f" in {self.where}" if self.where else "")


class Watchdog(QObject):
    """Watches the thread that it is made in, which runs the application's events."""

    offended = Signal(object)  # Offence

    def __init__(
        self,
        busy_clock: Callable[[], float] = time.thread_time,
        parent: QObject | None = None,
        *,
        most_busy_secs: float = MOST_BUSY_SECS,
    ) -> None:
        super().__init__(parent)
        self._busy_clock = busy_clock
        self._most_busy_secs = most_busy_secs
        self._began = busy_clock()
        self._samples: dict[str, int] = {}
        self._is_stopped = threading.Event()
        self._sampler = threading.Thread(target=self._sample, args=(threading.get_ident(),), daemon=True)
        # a turn lies between two of these, in either order: that depends on the platform
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._on_turn)
        dispatcher.aboutToBlock.connect(self._on_turn)
        self._sampler.start()

    def stop(self) -> None:
        """Watch no more."""
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.disconnect(self._on_turn)
        dispatcher.aboutToBlock.disconnect(self._on_turn)
        self._is_stopped.set()
        self._sampler.join()

    def start_anew(self) -> None:
        """Forget what was done up to now: it was no event's."""
        self._began, self._samples = self._busy_clock(), {}

    def _on_turn(self) -> None:
        busy_secs, samples = self._busy_clock() - self._began, self._samples
        if busy_secs > self._most_busy_secs:
            self.offended.emit(Offence(busy_secs, max(samples, key=samples.__getitem__, default="")))
        self.start_anew()

    def _sample(self, thread: int) -> None:
        """Look where the UI thread is, every few milliseconds."""
        while not self._is_stopped.wait(_SAMPLE_SECS):
            frame = sys._current_frames().get(thread)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the only way to see another thread's stack
            place = _describe(frame)
            del frame  # it holds what its function holds, a painter for example
            if place:
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


def watch_to_stderr() -> Watchdog:
    """Log every turn that takes too long."""
    watchdog = Watchdog()
    watchdog.offended.connect(_log)
    return watchdog


def _log(offence: Offence) -> None:
    sys.stderr.write(f"spanglass: {offence}\n")
