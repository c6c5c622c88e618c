"""`merge.lock`: who may open the database file. Exclusive for the one who merges, shared for readers.

DuckDB's own lock would do for safety, but it shuts waiters out for hundreds of ms and is dropped by any stray
`close()` of the file in its holder. This one is a `flock` on a file of its own, which is never deleted.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOCK_FILE = "merge.lock"
_RETRY_SECS = 0.01


class StoreLock:
    """The lock of one store, held at most once by this object. A forked child must `forget()` it."""

    def __init__(self, store: Path) -> None:
        self._path = store / LOCK_FILE
        self._fd: int | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether this object holds the lock."""
        return self._fd is not None

    def acquire(self, *, is_shared: bool = False, timeout_secs: float = 0.0) -> bool:
        """Take the lock; return False where others held it for all of `timeout_secs`.

        Raises OSError where the lock file cannot be made or opened.
        """
        flags = os.O_RDONLY if is_shared else os.O_RDWR | os.O_CREAT
        fd = os.open(self._path, flags | getattr(os, "O_CLOEXEC", 0), 0o600)
        deadline = time.monotonic() + timeout_secs
        try:
            while not _try_lock(fd, is_shared=is_shared):
                if time.monotonic() >= deadline:
                    os.close(fd)
                    return False
                time.sleep(_RETRY_SECS)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
        return True

    def release(self) -> None:
        """Give the lock back, where it is held."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            _unlock(fd)
            os.close(fd)

    def forget(self) -> None:
        """In a forked child: close the inherited descriptor without unlocking, as the lock is the parent's."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)


if os.name == "posix":
    import fcntl

    def _try_lock(fd: int, *, is_shared: bool) -> bool:
        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)

else:
    import filelock  # takes as long to load as the engine: only where the system has no `flock`

    def _try_lock(fd: int, *, is_shared: bool) -> bool:  # noqa: ARG001 - Windows readers exclude each other
        return filelock.lock_descriptor(fd, blocking=False)

    def _unlock(fd: int) -> None:
        filelock.unlock_descriptor(fd)
