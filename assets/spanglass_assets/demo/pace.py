"""How fast the sample agent lives: every pretended wait goes through here.

The speed belongs to the process, since `@traced` would log it as an input were it handed from call to call.
"""

from __future__ import annotations

import asyncio
import threading

_stopped = threading.Event()
_speed = 1.0


def set_speed(speed: float) -> None:
    """Make all waits `speed` times shorter. Raises ValueError unless it is positive."""
    global _speed  # noqa: PLW0603 - the one setting of this process
    if not speed > 0:
        raise ValueError("the speed must be more than 0")
    _speed = speed


def stop() -> None:
    """End every wait at once, now and from now on: the run hurries to its proper end."""
    _stopped.set()


def is_stopped() -> bool:
    """Tell whether `stop` was called."""
    return _stopped.is_set()


def spend(secs: float) -> None:
    """Wait as long as the pretended work would take."""
    _stopped.wait(secs / _speed)


async def spend_async(secs: float) -> None:
    """Wait without blocking the event loop."""
    if not _stopped.is_set():
        await asyncio.sleep(secs / _speed)


def hold(secs: float) -> None:
    """Wait in real seconds, whatever the speed, or until `stop`."""
    _stopped.wait(min(secs, threading.TIMEOUT_MAX))
