"""Time as rows need it: one reading of the clock a row, in nanoseconds since the epoch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

now_ns: Callable[[], int] = time.time_ns
now_secs: Callable[[], float] = time.time

# What reads the time; `spanglass.testing` puts another in its place.
_READ_NS, _READ_SECS = now_ns, now_secs

_last_stamp_ns = 0
_iso_second = ("", "")

_NS = 1_000_000_000
# Where seconds and microseconds end in the digits of a time in nanoseconds.
_SECOND_END, _MICRO_END = -9, -3


def stamp_of(read_ns: int) -> int:
    """Return the stamp of a row written at `read_ns`: strictly increasing within the process, whatever the clock does.

    There is no call between the comparison and the assignment, so CPython lets no other thread in between.
    """
    global _last_stamp_ns  # noqa: PLW0603 - one order for the whole process
    _last_stamp_ns = stamp = read_ns if read_ns > _last_stamp_ns else _last_stamp_ns + 1
    return stamp


def iso_utc(read_ns: int) -> str:
    """Return `2026-11-23T07:42:04.883865+00:00`."""
    return texts_of(read_ns)[0]


def texts_of(read_ns: int) -> tuple[str, str]:
    """Return `2026-11-23T07:42:04.883860+00:00`, made down to the second once a second, and `1795419724.88386`."""
    digits = str(read_ns)
    second, micros = digits[:_SECOND_END], digits[_SECOND_END:_MICRO_END]
    cached, text = _iso_second
    if cached != second:
        if read_ns < _NS:  # a clock that was never set: too few digits to cut
            return texts_of(_NS)
        text = _iso_of(second)
    # the shortest text of the number, as every writer of JSON gives it: the merge takes such lines the fast way
    return f"{text}.{micros}+00:00", f"{second}.{micros.rstrip('0') or '0'}"


def _iso_of(second: str) -> str:
    global _iso_second  # noqa: PLW0603 - a cache of one entry, replaced whole
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(second)))
    _iso_second = (second, text)
    return text


def use_clock(read_ns: Callable[[], int] | None) -> None:
    """Take the time from `read_ns` (nanoseconds since the epoch) from now on; None takes the real one again."""
    global now_ns, now_secs, _last_stamp_ns, _iso_second  # noqa: PLW0603 - the clock of the whole process
    now_ns = read_ns or _READ_NS
    now_secs = _READ_SECS if read_ns is None else lambda: read_ns() / 1_000_000_000
    _last_stamp_ns = 0
    _iso_second = ("", "")
