"""Time as rows need it: one reading of the clock a row, in nanoseconds since the epoch."""

from __future__ import annotations

import time

now_ns = time.time_ns
now_secs = time.time

_last_stamp_ns = 0
_iso_second = ("", "")

_SECOND_DIGITS = 10  # of a time in nanoseconds, from 2001 to 2286
_MICRO_DIGITS = _SECOND_DIGITS + 6


def stamp_of(read_ns: int) -> int:
    """Return the stamp of a row written at `read_ns`: strictly increasing within the process, whatever the clock does.

    There is no call between the comparison and the assignment, so CPython lets no other thread in between.
    """
    global _last_stamp_ns  # noqa: PLW0603 - one order for the whole process
    _last_stamp_ns = stamp = read_ns if read_ns > _last_stamp_ns else _last_stamp_ns + 1
    return stamp


def iso_utc(read_ns: int) -> str:
    """Return `2026-11-23T07:42:04.883865+00:00`; the part down to the second is made once a second."""
    global _iso_second  # noqa: PLW0603 - a cache of one entry, replaced whole
    digits = str(read_ns)
    second, text = _iso_second
    if second != digits[:_SECOND_DIGITS]:
        second = digits[:_SECOND_DIGITS]
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(second)))
        _iso_second = (second, text)
    return f"{text}.{digits[_SECOND_DIGITS:_MICRO_DIGITS]}+00:00"
