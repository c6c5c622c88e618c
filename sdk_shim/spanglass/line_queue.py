"""The queue between those who log and the journal: bounded, and safe to fill while it is being emptied.

Lines are put in without any lock (a deque's own operations are atomic), so a signal handler or a finalizer that
logs in the middle of a write just puts in one more. Only writing takes a lock, a reentrant one.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanglass.publisher import Publisher
    from spanglass.queued_span import QueuedSpan
    from spanglass_store.faults import StoreFault


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How many rows may wait (0: any number), and how much goes into one write."""

    max_rows: int
    max_write_rows: int
    max_write_bytes: int


class LineQueue:
    """Rows that wait to be written. Anybody may append to `lines`: a line, or a span whose next row is none yet."""

    def __init__(self, publisher: Publisher, limits: QueueLimits) -> None:
        self.publisher = publisher
        self.max_rows = limits.max_rows or sys.maxsize
        self._limits = limits
        self.lines: deque[bytes | QueuedSpan] = deque()
        self._writing = threading.RLock()

    def write_out(self, timeout_secs: float) -> OSError | StoreFault | None:
        """Write all that waits now; return why some of it was lost, or is not written when the time is over.

        Lines that another thread is just writing are written too when this returns.
        """
        deadline = time.monotonic() + timeout_secs
        writing = self._writing  # a signal handler may fork, and the child goes on here with another lock
        if not writing.acquire(timeout=timeout_secs):
            return TimeoutError("another thread is still writing")
        try:
            fault = None
            # Not until it is empty: a program that logs faster than the disk takes it would keep us for ever.
            remaining = len(self.lines)
            while remaining > 0 and self.lines:
                if time.monotonic() > deadline:
                    return TimeoutError("the rows were not written in time")
                batch = self._take_batch()
                remaining -= len(batch)
                fault = self.publisher.publish(batch) or fault
            return fault
        finally:
            writing.release()

    def leave_to_parent(self) -> None:
        """Start empty after a fork: what waited is the parent's to write."""
        for row in self.lines:
            if not isinstance(row, bytes):
                row.is_begun = True  # its first row is the parent's: the child has the last one to write
        self.lines.clear()
        self._writing = threading.RLock()

    def _take_batch(self) -> list[bytes]:
        """Take what fits into one write; at least one line, however large."""
        batch: list[bytes] = []
        size_bytes = 0
        max_rows, max_bytes, take = self._limits.max_write_rows, self._limits.max_write_bytes, self.lines.popleft
        try:
            while len(batch) < max_rows:
                row = take()
                line = row if isinstance(row, bytes) else row.end_line() if row.is_begun else row.start_line()
                size_bytes += len(line)
                if size_bytes > max_bytes and batch:
                    self.lines.appendleft(line)
                    break
                batch.append(line)
        except IndexError:  # empty; maybe a signal handler's flush took the last ones from under us
            pass
        return batch
