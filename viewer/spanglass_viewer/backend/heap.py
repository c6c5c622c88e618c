"""The C library's heap: what is freed is kept while there is work to do, and given back when there is none.

A large trace is laid out in hundreds of arrays of some MB. By default each is mapped anew and unmapped again, page by
page: a fifth of the time until a million spans are open. Where the library is none that can be told (any but glibc),
nothing happens.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # M_… of malloc.h
_KEPT_BYTES = 1 << 29
_LARGE_BYTES = 1 << 26  # larger ones are mapped as before


def keep_freed_memory() -> None:
    """Let what is freed be used again before it is given back to the system, by whichever thread asks next.

    Called before there are other threads: each has a heap of its own otherwise, which keeps what it freed to itself
    (some 30 MB more when a million spans are open, 50 at the peak).
    """
    library = _find_library()
    if library is not None:
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def give_memory_back() -> None:
    """Give what was freed back to the system now."""
    library = _find_library()
    if library is not None:
        library.malloc_trim(0)


@cache
def _find_library() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
