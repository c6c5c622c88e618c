"""One append to a file, made so that the threads around it hardly notice.

`os.write` gives the interpreter lock away at each call: beside a CPU-bound thread a row then waits for that
thread's whole time slice (5 ms at the 99th percentile, against 7 µs with the lock kept). So small appends go
through the C library's `write` with the lock held, and only large ones, whose copy takes longer than a switch
of threads, through `os.write`.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

# Copying this much takes about 50 µs: longer, and other threads should run meanwhile.
HELD_WRITE_MAX_BYTES = 256 * 1024

Append = Callable[[int, bytes], None]


def append_giving_way(fd: int, data: bytes) -> None:
    """Append all of `data` by `os.write`: other threads run meanwhile.

    Raises OSError where it cannot; a part of `data` may be in the file then.
    """
    written = os.write(fd, data)
    while written < len(data):  # a disk that fills up takes a part first and raises at the next call
        written += os.write(fd, data[written:])


@functools.cache
def load_append() -> Append:
    """Return the best append for this platform; loaded on demand, as `ctypes` costs 1.5 ms to import."""
    if os.name != "posix":
        return append_giving_way
    try:
        import ctypes  # noqa: PLC0415 - see above

        held_write: Any = ctypes.PyDLL(None)["write"]  # PyDLL keeps the interpreter lock, CDLL would release it
    except (ImportError, OSError, AttributeError):
        return append_giving_way
    # No argtypes: the conversions they name cost 0.3 µs a call, and all of these values fit a C int.

    def append_holding_on(fd: int, data: bytes) -> None:
        size = len(data)
        written = held_write(fd, data, size) if size <= HELD_WRITE_MAX_BYTES else 0
        if written != size:
            # os.write goes on after a part, and says why where nothing was taken: it raises with the errno.
            append_giving_way(fd, data[max(written, 0) :])

    return append_holding_on
