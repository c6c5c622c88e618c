"""How a segment's writer shows that it lives: it holds a lock on its own segment, which ends with the process."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Who asks may have to wait, with the lock, for the interpreter's lock or for a core; a claim given up costs rows.
_CLAIM_SECS = 1.0
_CLAIM_PAUSE_SECS = 0.001

if os.name == "posix":
    import fcntl

    def claim(fd: int) -> None:
        """Mark the open segment as written by a living process. Raises OSError where locks do not work.

        Whoever asks `has_writer` holds the lock for an instant, so it is tried for a while; never without an end.
        """
        gives_up_at = time.monotonic() + _CLAIM_SECS
        while True:
            is_last = time.monotonic() >= gives_up_at
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if is_last:
                    raise
                time.sleep(_CLAIM_PAUSE_SECS)
            else:
                return

    def release(fd: int) -> None:
        """Mark the segment as finished, for every process that inherited the descriptor too."""
        fcntl.flock(fd, fcntl.LOCK_UN)

    def has_writer(path: Path) -> bool:
        """Tell whether a living process writes this segment. Raises OSError where it cannot be opened."""
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

else:
    import msvcrt

    # Windows locks bytes, and a locked byte cannot be read: this one lies where no segment ever reaches.
    _FAR_OFFSET = 2**40

    def claim(fd: int) -> None:
        """Mark the open segment as written by a living process. Raises OSError where locks do not work."""
        os.lseek(fd, _FAR_OFFSET, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

    def release(fd: int) -> None:
        """Mark the segment as finished."""
        os.lseek(fd, _FAR_OFFSET, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

    def has_writer(path: Path) -> bool:
        """Tell whether a living process writes this segment. Raises OSError where it cannot be opened."""
        fd = os.open(path, os.O_RDWR)
        try:
            claim(fd)
            release(fd)
        except OSError:
            return True
        finally:
            os.close(fd)
        return False
