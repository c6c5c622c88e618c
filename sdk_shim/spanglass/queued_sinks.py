"""The sinks with a queue: one writes behind the caller's back, one only when it is told to.

They are chosen by the environment, and cheaper a row than the default; what waits in them dies with the process.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import time
import weakref
from typing import TYPE_CHECKING

from spanglass import failures
from spanglass_store.faults import StoreFault

if TYPE_CHECKING:
    from spanglass.line_queue import LineQueue
    from spanglass.queued_span import QueuedSpan

# With the wait for the interpreter's lock (5 ms beside a busy thread) rows are some 6 ms old when they are written, 20
# at the 99th percentile; of a program that does nothing but log 15, and up to 45.
WRITE_EVERY_SECS = 0.003
# Where more wait there is no pause: a program that does nothing but log would gain on the thread in each of them.
MANY_ROWS = 500
# Copying this much costs a caller little more than its snapshot did, and a queue of such rows would be large.
MAX_QUEUED_LINE_BYTES = 16 * 1024
# Beside a caller that does nothing but log, the thread has half the interpreter's time, 5 ms at a turn, and makes lines
# of 1,000 to 3,000 rows in it; its first turn comes after 8 ms. Where more wait, the caller makes its own.
MAX_UNFINISHED_ROWS = 12_000
FLUSH_SECS = 30.0
SEAL_SECS = 2.0
_FORK_SECS = 1.0


class BatchSink:
    """`SPANGLASS_DURABILITY=batch`: lines wait in a queue, and a thread writes them every few milliseconds.

    A caller that finds the queue full writes it out itself, which is the blocking: nothing is ever waited for but
    a write. With `drops_when_full` it drops its line instead.
    """

    def __init__(self, queue: LineQueue, *, drops_when_full: bool) -> None:
        self._queue = queue
        self._lines = queue.lines
        self._drops_when_full = drops_when_full
        self._dropped_lines = 0
        self._begin()
        _sinks.add(self)

    @property
    def has_written(self) -> bool:
        """Tell whether this process has opened a segment."""
        return self._queue.publisher.writer.segments_opened > 0

    def write(self, line: bytes, /) -> None:
        """Queue the line; it is written within 20 ms, or later where the program leaves the thread no time."""
        if len(self._lines) >= self._max_rows or len(line) > MAX_QUEUED_LINE_BYTES:
            self._take_unqueued(line)
            return
        self._lines.append(line)
        if self._is_idle:
            self._wake_writer()

    def offer(self, span: QueuedSpan) -> bool:
        """Queue a span for its next row, where not too many wait that are no lines yet."""
        lines = self._lines
        if len(lines) >= self._max_unfinished:
            return False
        lines.append(span)
        if self._is_idle:
            self._wake_writer()
        return True

    def flush(self) -> None:
        """Write what waits."""
        self._queue.write_out(FLUSH_SECS)

    def seal(self, timeout_secs: float = SEAL_SECS) -> int:
        """Write what waits and leave the segment; from now on each line is written at once."""
        self._max_rows = self._max_unfinished = 0
        self._queue.write_out(timeout_secs)
        writer = self._queue.publisher.writer
        writer.seal()
        return writer.lost_lines + self._dropped_lines + len(self._lines)

    def before_fork(self) -> None:
        """Write what waits: a program that becomes a daemon forks, and its parent is gone at once."""
        self._queue.write_out(_FORK_SECS)

    def leave_to_parent(self) -> None:
        """Start anew after a fork: no thread came along."""
        self._queue.leave_to_parent()
        self._dropped_lines = 0
        self._begin()

    def _begin(self) -> None:
        self._max_rows = self._queue.max_rows
        self._max_unfinished = min(self._max_rows, MAX_UNFINISHED_ROWS)
        # Plain locks, as an Event's own lock would deadlock a signal handler that interrupts its `set`.
        self._starting = _thread.allocate_lock()
        self._waking = _thread.allocate_lock()
        self._waking.acquire()
        self._is_idle = True

    def _take_unqueued(self, line: bytes) -> None:
        if self._max_rows == 0 or len(line) > MAX_QUEUED_LINE_BYTES:
            self._queue.publisher.publish_line(line)
        elif self._drops_when_full:
            self._dropped_lines += 1
            failures.say_once("the queue of rows is full, so rows are dropped; BRAINTRUST_QUEUE_SIZE sets its size.")
        else:
            self._lines.append(line)
            self._queue.write_out(FLUSH_SECS)

    def _wake_writer(self) -> None:
        self._is_idle = False
        if self._starting.acquire(blocking=False):
            # The caller opens the segment: a thread waits for the interpreter's lock after each of a dozen calls of
            # the system, 5 ms each time, while the caller goes on filling the queue.
            self._write_out()
            try:
                # Not a `Thread`, which takes locks that an interrupted start would leave to a signal handler.
                _thread.start_new_thread(self._write_for_ever, ())
            except RuntimeError:  # the interpreter is shutting down
                self._max_rows = self._max_unfinished = 0
                self._queue.write_out(SEAL_SECS)
            return
        with contextlib.suppress(RuntimeError):  # it was woken a moment ago
            self._waking.release()

    def _write_out(self) -> bool:
        """Write what waits; tell whether so many rows wait again that a pause would not do."""
        try:
            self._queue.write_out(FLUSH_SECS)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not end the only thread that writes
            failures.take_internal_fault(error)
            return False
        else:
            return len(self._lines) >= MANY_ROWS

    def _write_for_ever(self) -> None:
        waking = self._waking
        is_behind = False
        while True:
            if not is_behind:
                time.sleep(WRITE_EVERY_SECS)
            is_behind = self._write_out()
            self._is_idle = True
            if self._lines:  # put in since, by one who saw us busy
                self._is_idle = False
            else:
                waking.acquire()


class HeldSink:
    """`BRAINTRUST_SYNC_FLUSH=1`: nothing is written before `flush`, which raises where it cannot; or at the exit.

    As nobody else empties the queue, a line that finds it full is dropped.
    """

    offer = None

    def __init__(self, queue: LineQueue) -> None:
        self._queue = queue
        self._dropped_lines = 0
        self._is_sealed = False
        _sinks.add(self)

    @property
    def has_written(self) -> bool:
        """Tell whether this process has opened a segment."""
        return self._queue.publisher.writer.segments_opened > 0

    def write(self, line: bytes, /) -> None:
        """Hold the line until `flush`."""
        if self._is_sealed:
            self._queue.publisher.publish_line(line)
        elif len(self._queue.lines) < self._queue.max_rows:
            self._queue.lines.append(line)
        else:
            self._dropped_lines += 1
            failures.say_once(
                "more rows wait for a flush than BRAINTRUST_QUEUE_SIZE allows; rows are dropped until there is one."
            )

    def flush(self) -> None:
        """Write what waits. Raises StoreFault where some of it could not be written."""
        fault = self._queue.write_out(FLUSH_SECS)
        if isinstance(fault, OSError):
            reason = (fault.strerror or str(fault)).lower()
            raise StoreFault(f"Rows could not be written, and are lost: {reason}.") from fault
        if fault is not None:
            raise fault

    def seal(self, timeout_secs: float = SEAL_SECS) -> int:
        """Write what waits and leave the segment; from now on each line is written at once."""
        self._is_sealed = True
        self._queue.write_out(timeout_secs)
        writer = self._queue.publisher.writer
        writer.seal()
        return writer.lost_lines + self._dropped_lines + len(self._queue.lines)

    def leave_to_parent(self) -> None:
        """Start empty after a fork."""
        self._queue.leave_to_parent()
        self._dropped_lines = 0
        self._is_sealed = False

    def before_fork(self) -> None:
        """Do nothing: what is held is held."""


_sinks: weakref.WeakSet[BatchSink | HeldSink] = weakref.WeakSet()


def _prepare_fork() -> None:
    for sink in list(_sinks):
        sink.before_fork()


def _leave_to_parent() -> None:
    for sink in list(_sinks):
        sink.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_prepare_fork, after_in_child=_leave_to_parent)
