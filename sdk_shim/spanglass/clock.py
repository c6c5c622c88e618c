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
# The last second that was needed: its first ns, that of the next one, `2026-11-23T07:42:04`, `1795419724.`.
_second = (0, 0, "", "")

_NS = 1_000_000_000

# When a row is written: the reading in ns, its stamp as text, and the pieces of its time: `2026-11-23T07:42:04`,
# `883860`, and seconds since the epoch as the shortest text of the number, `1795419724.88386`, as every writer of JSON
# gives it: the merge takes such lines the fast way.
RowTime = tuple[int, str, str, str, str]


def stamp_of(read_ns: int) -> int:
    """Return the stamp of a row written at `read_ns`: strictly increasing within the process, whatever the clock does.

    There is no call between the comparison and the assignment, so CPython lets no other thread in between.
    """
    global _last_stamp_ns  # noqa: PLW0603 - one order for the whole process
    _last_stamp_ns = stamp = read_ns if read_ns > _last_stamp_ns else _last_stamp_ns + 1
    return stamp


def read_row_ns() -> tuple[int, int]:
    """Read the clock for a row; return the reading, and the stamp of a row that is written then (see `stamp_of`)."""
    global _last_stamp_ns  # noqa: PLW0603 - as in `stamp_of`
    read_ns = now_ns()
    _last_stamp_ns = stamp = read_ns if read_ns > _last_stamp_ns else _last_stamp_ns + 1
    return read_ns, stamp


def read_row_time() -> RowTime:
    """Read the clock for a row, and make its texts; all in one function, as every row begins with it."""
    global _last_stamp_ns  # noqa: PLW0603 - as in `stamp_of`
    read_ns = now_ns()
    start_ns, end_ns, iso, second = _second
    if read_ns > _last_stamp_ns and start_ns <= read_ns < end_ns:
        _last_stamp_ns = read_ns
        stamp = str(read_ns)
        micros = stamp[-9:-3]
        return read_ns, stamp, iso, micros, second + (micros if micros[-1] != "0" else _shortest_fraction(micros))
    stamp = str(stamp_of(read_ns))
    _, iso, micros, secs = texts_of(read_ns)
    return read_ns, stamp, iso, micros, secs


def texts_of(read_ns: int) -> tuple[str, str, str, str]:
    """Return a reading as its digits, and the pieces of its time."""
    start_ns, end_ns, iso, second = _second
    if not start_ns <= read_ns < end_ns:
        read_ns = max(read_ns, _NS)  # a clock that was never set has no second to show
        iso, second = _enter_second(read_ns // _NS)
    digits = str(read_ns)
    micros = digits[-9:-3]
    return digits, iso, micros, second + (micros if micros[-1] != "0" else _shortest_fraction(micros))


def _enter_second(secs: int) -> tuple[str, str]:
    global _second  # noqa: PLW0603 - a cache of one entry, replaced whole
    iso, second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(secs)), f"{secs}."
    _second = secs * _NS, (secs + 1) * _NS, iso, second
    return iso, second


def _shortest_fraction(micros: str) -> str:
    """Return the digits of a fraction of a second as the shortest text of the number has them."""
    return micros.rstrip("0") or "0"


def use_clock(read_ns: Callable[[], int] | None) -> None:
    """Take the time from `read_ns` (nanoseconds since the epoch) from now on; None takes the real one again."""
    global now_ns, now_secs, _last_stamp_ns  # noqa: PLW0603 - the clock of the whole process
    now_ns = read_ns or _READ_NS
    now_secs = _READ_SECS if read_ns is None else lambda: read_ns() / 1_000_000_000
    _last_stamp_ns = 0
