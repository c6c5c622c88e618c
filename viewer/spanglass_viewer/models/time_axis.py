"""The time that the timeline shows: the extent of the trace, or a window of it."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Signal

from spanglass_viewer.format.durations import tick_step

_LEAST_WINDOW_US = 20.0
_LEAST_STEP_SECS = 1e-6  # of ticks: moments since the epoch are no finer, and several would share a place


class TimeAxis(QObject):
    """Maps microseconds to pixels. Without a zoom the window is the whole extent, also while that grows."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._first_us = 0
        self._last_us = 1
        self._window: tuple[float, float] | None = None

    @property
    def extent(self) -> tuple[int, int]:
        """First and last moment of the trace, in µs since the epoch."""
        return self._first_us, self._last_us

    @property
    def window(self) -> tuple[float, float]:
        """First and last moment that is shown, in µs since the epoch."""
        return self._window if self._window is not None else (self._first_us, self._last_us)

    @property
    def is_zoomed(self) -> bool:
        """Whether less than the whole trace is shown."""
        return self._window is not None

    def set_extent(self, first_us: int, last_us: int) -> None:
        """Take over the extent of a trace (it has a length, whatever is handed in); a zoom stays."""
        last_us = max(last_us, first_us + 1)
        if (first_us, last_us) == self.extent:
            return
        self._first_us, self._last_us = first_us, last_us
        self.changed.emit()

    def reset(self) -> None:
        """Show the whole extent."""
        if self._window is not None:
            self._window = None
            self.changed.emit()

    def zoom_to(self, first_us: float, last_us: float) -> None:
        """Show a window, moved and cut so that it lies within the extent."""
        length = max(last_us - first_us, _LEAST_WINDOW_US)
        if length >= self._last_us - self._first_us:
            self.reset()
            return
        first_us = min(max(first_us, self._first_us), self._last_us - length)
        self._window = (first_us, first_us + length)
        self.changed.emit()

    def zoom_by(self, factor: float, at_us: float) -> None:
        """Show `factor` times as much (below 1: less); the moment `at_us` stays where it is."""
        first, last = self.window
        self.zoom_to(at_us - (at_us - first) * factor, at_us + (last - at_us) * factor)

    def pan_by(self, share: float) -> None:
        """Move a zoomed window by a share of its length."""
        if self._window is not None:
            first, last = self._window
            self.zoom_to(first + share * (last - first), last + share * (last - first))

    def x_of(self, moment_us: float, width_px: float) -> float:
        """Return where a moment lies on `width_px` pixels; outside the window it is below 0 or above the width."""
        first, last = self.window
        return (moment_us - first) / (last - first) * width_px

    def moment_at(self, x: float, width_px: float) -> float:
        """Return the moment at a pixel."""
        first, last = self.window
        return first + x / max(width_px, 1.0) * (last - first)

    def ticks(self, max_ticks: int) -> tuple[float, list[float]]:
        """Return the step and the ticks in the window, both in seconds after the trace's start."""
        first, last = ((edge - self._first_us) / 1e6 for edge in self.window)
        step = max(tick_step(last - first, max(max_ticks, 1)), _LEAST_STEP_SECS)
        begin, end = math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9)
        return step, [number * step for number in range(begin, end + 1)]
