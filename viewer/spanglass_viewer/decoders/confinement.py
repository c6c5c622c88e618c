"""Takes from this process what a decoder does not need: files, network, memory, time, children.

What cannot be taken on a system stays; the process that started this one ends it by the clock in any case.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

from spanglass_viewer.values.media_formats import MEMORY_BYTES

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _SIGKILL = 1, 38, 9
_CPU_SECS_AT_ONCE = 30


def confine(*, may_open_files: bool = False) -> None:
    """Close all doors; call this when everything is loaded and the file is open.

    `may_open_files` leaves open what a library needs that insists on opening its file itself.
    """
    os.environ.clear()
    try:
        import resource  # noqa: PLC0415 - POSIX alone has it
    except ImportError:
        return
    limits = {
        resource.RLIMIT_DATA: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        # no file, socket or pipe can be made any more; those that are open stay
        resource.RLIMIT_NOFILE: 64 if may_open_files else 0,
    }
    if not may_open_files:
        limits[resource.RLIMIT_NPROC] = 0
    for which, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a limit lower than ours holds already
            resource.setrlimit(which, (most, most))


def grant_time() -> None:
    """Allow the next answer its share of processor time; the soft limit ends the process by a signal."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - POSIX alone has it

        usage = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(usage.ru_utime + usage.ru_stime)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + _CPU_SECS_AT_ONCE, hard))


def end_with_parent() -> None:
    """Let the kernel end this process when the one that started it ends, and forbid it to gain rights."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def leave_the_network() -> None:
    """Move into a network of this process's own, with nothing in it; not every system lets a user do so.

    Call this first: a process with several threads may not move.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWNET)
