"""How fast the sample agent lives: every pretended wait goes through here.

The speed belongs to the process, since `@traced` would log it as an input were it handed from call to call.
Waits are sliced and look at a plain flag, because a signal handler sets it and may take no lock.
"""

from __future__ import annotations

import asyncio
import time

_SLICE_SECS = 0.05

_is_stopped = False
_speed = 1.0


def set_speed(speed: float) -> None:
    """Make all waits `speed` times shorter. Raises ValueError unless it is positive."""
    global _speed  # noqa: PLW0603 - the one setting of this process
    if not speed > 0:
        raise ValueError("the speed must be more than 0")
    _speed = speed


def stop() -> None:
    """End every wait, now and from now on: the run hurries to its proper end."""
    global _is_stopped  # noqa: PLW0603 - a flag for the whole process, as the signal is
    _is_stopped = True


def is_stopped() -> bool:
    """Tell whether `stop` was called."""
    return _is_stopped


def spend(secs: float) -> None:
    """Wait as long as the pretended work would take."""
    hold(secs / _speed)


async def spend_async(secs: float) -> None:
    """Wait without blocking the event loop."""
    if not _is_stopped:
        await asyncio.sleep(secs / _speed)


def hold(secs: float) -> None:
    """Wait in real seconds (infinity: for ever), whatever the speed, or until `stop`."""
    deadline = time.monotonic() + secs
    while not _is_stopped and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, _SLICE_SECS))
