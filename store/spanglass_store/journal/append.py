"""Writing to the end of a file, made so that the threads around it hardly notice.

`os.write` gives the interpreter lock away at each call: beside a CPU-bound thread a row then waits for that
thread's whole time slice (5 ms at the 99th percentile, against 7 µs with the lock kept). So small rows go through
the C library's `write` with the lock held, and only large ones, whose copy takes longer than a switch of
threads, through `os.write`.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable

from spanglass_store.journal.c_library import load_c_function

# Copying this much takes about 50 µs: longer, and other threads should run meanwhile.
HELD_WRITE_MAX_BYTES = 256 * 1024

HeldWrite = Callable[[int, bytes, int], int]


def append_giving_way(fd: int, data: bytes) -> None:
    """Append all of `data` by `os.write`: other threads run meanwhile.

    Raises OSError where it cannot; a part of `data` may be in the file then.
    """
    written = os.write(fd, data)
    while written < len(data):  # a disk that fills up takes a part first and raises at the next call
        written += os.write(fd, data[written:])


@functools.cache
def load_held_write() -> HeldWrite | None:
    """Return `write(fd, data, size)` of the C library, which keeps the interpreter lock; None where there is none.

    It returns how many bytes were written, -1 where none could be, and raises nothing.
    """
    is_gil_enabled: Callable[[], bool] | None = getattr(sys, "_is_gil_enabled", None)
    if is_gil_enabled is not None and not is_gil_enabled():
        return None
    return load_c_function("write")  # all of its values fit a C int
