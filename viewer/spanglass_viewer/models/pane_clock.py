"""What time it is for a pane: the system's, or, while the window is paused, that of what it shows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def system_clock_us() -> int:
    """Return the present moment, in µs since the epoch."""
    return time.time_ns() // 1000


class PaneClock:
    """Stands still while it is held; `clock_us` gives the time otherwise, in µs since the epoch."""

    def __init__(self, clock_us: Callable[[], int] = system_clock_us) -> None:
        self._clock_us = clock_us
        self._held_us: int | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether it stands still."""
        return self._held_us is not None

    def now_us(self) -> int:
        """Return the time up to which what runs has lasted."""
        return self._clock_us() if self._held_us is None else self._held_us

    def hold(self, *, held: bool) -> None:
        """Stand still, or go on."""
        self._held_us = self._clock_us() if held else None

    def catch_up(self) -> None:
        """Go to the present moment, held or not: what is shown from here on was read just now."""
        if self._held_us is not None:
            self._held_us = self._clock_us()
