"""Time as rows need it: seconds, ISO text, and stamps that order the rows of a process."""

from __future__ import annotations

import time

now_secs = time.time

_last_stamp_ns = 0
_iso_second: tuple[int, str] = (-1, "")


def next_stamp_ns() -> int:
    """Return nanoseconds since the epoch, strictly increasing within the process even where the clock jumps back.

    The lines after the clock's call hold no call, so CPython lets no other thread in between them.
    """
    global _last_stamp_ns  # noqa: PLW0603 - one order for the whole process
    now = time.time_ns()
    _last_stamp_ns = stamp = now if now > _last_stamp_ns else _last_stamp_ns + 1
    return stamp


def iso_utc(secs: float) -> str:
    """Return `2026-11-23T07:42:04.883865+00:00` for seconds since the epoch; formats each second only once."""
    global _iso_second  # noqa: PLW0603 - a cache of one entry, replaced whole
    micros = int(secs * 1_000_000)
    second, rest = divmod(micros, 1_000_000)
    cached = _iso_second
    if cached[0] != second:
        _iso_second = cached = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
    return f"{cached[1]}.{rest:06d}+00:00"
