"""The journal's writer: one process appends whole lines to a segment of its own.

A segment is the writer's alone, so writing takes no lock between processes, and each line is in the kernel's
hands when `append` returns: whatever kills the process afterwards, the line stays.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_store.journal import liveness
from spanglass_store.journal.append import HELD_WRITE_MAX_BYTES, HeldWrite, append_giving_way, load_held_write
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.names import segment_name
from spanglass_store.journal.process_note import make_process_note
from spanglass_store.location import JOURNAL_FOLDER, ensure_store

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

if TYPE_CHECKING:
    from collections.abc import Callable, Sized
    from pathlib import Path

MAX_SEGMENT_BYTES = 8 * 1024 * 1024
MAX_SEGMENT_AGE_SECS = 60.0
RETRY_SECS = 5.0
# Before a failed write is tried again; doubled each time.
FIRST_PAUSE_SECS = 0.005

_monotonic = time.monotonic
# A call of the C library costs 0.3 µs more than `os.write`, which gives the interpreter's lock away: where no other
# thread waits for it, to nobody. A thread that Python does not know of costs a wait, and no row.
_write = os.write
_threads: Sized = getattr(threading, "_active", (0, 0))

_CLOSED = -1
_NEVER = -1.0
_MAX_PAUSE_SECS = 0.1
_LEAST_FD = 700  # most systems allow 1,024


class SegmentWriter:
    """Appends lines to the journal of one store; opens, rotates and leaves segments by itself.

    `append` never raises: what could not be written is counted in `lost_lines` and reported to `on_fault`,
    as a sentence, once until a write works again. It may be called from any thread and from signal handlers.

    A write that fails is tried again `num_retries` times, over some milliseconds; while one fault lasts, no more.
    """

    def __init__(
        self,
        store: Path,
        *,
        sdk_version: str,
        on_fault: Callable[[str], None],
        max_bytes: int = MAX_SEGMENT_BYTES,
        max_age_secs: float = MAX_SEGMENT_AGE_SECS,
        num_retries: int = 0,
    ) -> None:
        self.lost_lines = 0
        self.segments_opened = 0
        self._store = store
        self._sdk_version = sdk_version
        self._on_fault = on_fault
        self._max_bytes = max_bytes
        self._max_age_secs = max_age_secs
        self._num_retries = num_retries
        # Reentrant: a signal handler may log while its own thread is inside append.
        self._lock = threading.RLock()
        self._fd = _CLOSED
        # Loaded here, not by the first line: a fork beside an import leaves its lock held in the child for ever.
        self._held_write: HeldWrite = load_held_write() or _no_held_write
        self._fast_until = _NEVER
        self._size_bytes = 0
        self._rotate_at = 0.0
        self._retry_at = 0.0
        self._is_inside = False
        self._is_torn = False
        self._is_faulty = False
        self._process_id = os.urandom(16).hex()
        _writers.add(self)

    def append(self, line: bytes) -> None:
        """Append one or more whole lines (newline included)."""
        size = len(line)
        if size <= HELD_WRITE_MAX_BYTES and self._size_bytes < self._max_bytes and _monotonic() < self._fast_until:
            # From reading `_fd` to the end of the write there is no point at which CPython would let another
            # thread or a signal handler in: nobody leaves the segment underneath, and no lock is needed. (With
            # one, eight threads queue for it: 29 µs a span instead of 10.)
            if len(_threads) > 1:
                written = self._held_write(self._fd, line, size)
            else:
                try:
                    written = _write(self._fd, line)
                except OSError:
                    written = -1
            if written == size:
                self._size_bytes += size
                return
            self._take_failed_write()
        fault = self.try_append(line)
        if fault is not None:
            self.give_up(line, fault)

    def try_append_held(self, lines: bytes) -> bool:
        """Append one or more whole lines as `append` does its fast way; tell whether that could be done."""
        size = len(lines)
        if size <= HELD_WRITE_MAX_BYTES and self._size_bytes < self._max_bytes and _monotonic() < self._fast_until:
            if self._held_write(self._fd, lines, size) == size:
                self._size_bytes += size
                return True
            self._take_failed_write()
        return False

    def try_append(self, lines: bytes) -> OSError | StoreFault | None:
        """Append one or more whole lines; where they cannot be written, return why. Other threads run meanwhile."""
        fault = self._append_slowly(lines)
        if fault is None or self._is_faulty:
            return fault
        pause_secs = FIRST_PAUSE_SECS
        for _ in range(self._num_retries):
            if self._fd == _CLOSED:  # it could not be opened, and is not tried again for RETRY_SECS
                break
            time.sleep(pause_secs)
            pause_secs = min(2 * pause_secs, _MAX_PAUSE_SECS)
            if self._append_slowly(lines) is None:
                return None
        return fault

    def give_up(self, lines: bytes, fault: OSError | StoreFault) -> None:
        """Count lines as lost, and report why unless the last write was lost too."""
        self.lost_lines += lines.count(b"\n")
        if not self._is_faulty:
            self._is_faulty = True
            self._on_fault(_fault_sentence(fault, self._store))

    def _append_slowly(self, lines: bytes) -> OSError | StoreFault | None:
        """Append under the lock: the first line of a segment, a large one, one after a fault."""
        with self._lock:
            # Nested in itself, by a signal handler or a finalizer, it must not leave the segment under the outer call.
            is_nested, self._is_inside = self._is_inside, True
            try:
                if self._fd == _CLOSED or (not is_nested and self._is_over()):
                    self._open_next()
                append_giving_way(self._fd, b"\n" + lines if self._is_torn else lines)
            except (OSError, StoreFault) as fault:
                self._is_torn = True  # a part of the lines may be in the file: the next one starts afresh
                self._fast_until = _NEVER
                return fault
            else:
                self._size_bytes += len(lines)
                self._is_torn = self._is_faulty = False
                self._fast_until = self._rotate_at if self._held_write is not _no_held_write else _NEVER
                return None
            finally:
                self._is_inside = is_nested

    def _take_failed_write(self) -> None:
        """See to it that the line, which may be in the file in part, is written anew in a line of its own."""
        with self._lock:
            self._fast_until = _NEVER
            self._is_torn = True
            if self._fd != _CLOSED and not _is_open(self._fd):
                self._fd = _CLOSED  # the program closed a descriptor that was not its own

    def seal(self) -> None:
        """Leave the segment: the merge may retire it now. A later append opens a new one."""
        with self._lock:
            if self._fd == _CLOSED:
                return
            self._fast_until = _NEVER
            fd, self._fd = self._fd, _CLOSED
            if _is_deleted(fd):
                self._on_fault(f"The journal was deleted while it was being written; its rows are lost. {self._store}")
            _leave(fd)

    def _is_over(self) -> bool:
        return self._size_bytes >= self._max_bytes or time.monotonic() >= self._rotate_at

    def _open_next(self) -> None:
        """Go on in a new segment, whose first line is the process note. Raises OSError or StoreFault."""
        now = time.monotonic()
        if now < self._retry_at:
            raise OSError(errno.EAGAIN, "the journal could not be opened a moment ago")
        note = encode_line(make_process_note(self._process_id, self._sdk_version))
        try:
            fd = self._create_segment(note)
        except (OSError, StoreFault):
            self._retry_at = now + RETRY_SECS
            raise
        # Only now: without a claimed segment the process would look dead, and its open spans interrupted.
        self.seal()
        self._fd = fd
        self.segments_opened += 1
        self._size_bytes = len(note)
        self._rotate_at = now + self._max_age_secs
        self._is_torn = False

    def _create_segment(self, note: bytes) -> int:
        """Return the descriptor of a new segment that is claimed and begins with the note."""
        name = segment_name(time.time_ns() // 1_000_000, os.getpid(), os.urandom(4).hex())
        path = self._store / JOURNAL_FOLDER / name
        try:
            fd = _create_file(path)
        except FileNotFoundError:  # the store's folder vanished under a running program
            ensure_store(self._store)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            fd = _create_file(path)
        try:
            liveness.claim(fd)
            append_giving_way(fd, note)
        except BaseException:
            os.close(fd)
            path.unlink(missing_ok=True)
            raise
        return fd

    def leave_to_parent(self) -> None:
        """Forget the parent's segment after a fork: closed, never unlocked, as the lock is the parent's."""
        if self._fd != _CLOSED:
            os.close(self._fd)
        self._lock = threading.RLock()
        self._fd = _CLOSED
        self._fast_until = _NEVER
        self._is_inside = False
        self._retry_at = 0.0
        self.lost_lines = self.segments_opened = 0
        self._process_id = os.urandom(16).hex()


def _create_file(path: Path) -> int:
    flags = os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    return _move_up(os.open(path, flags, 0o600))


def _move_up(fd: int) -> int:
    """Return the descriptor under a high number, where the limits allow it.

    A program that becomes a daemon closes every descriptor and reuses the low numbers: our rows must not
    end up in its files.
    """
    if fcntl is None:
        return fd
    try:
        high_fd = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _LEAST_FD)
    except OSError:
        return fd
    os.close(fd)
    return high_fd


def _no_held_write(_fd: int, _data: bytes, _size: int) -> int:
    return -1


def _is_open(fd: int) -> bool:
    with contextlib.suppress(OSError):
        os.fstat(fd)
        return True
    return False


def _is_deleted(fd: int) -> bool:
    with contextlib.suppress(OSError):
        return os.fstat(fd).st_nlink == 0
    return False


def _leave(fd: int) -> None:
    with contextlib.suppress(OSError):  # closed behind our back: then nothing is held any more
        liveness.release(fd)
        os.close(fd)


def _fault_sentence(fault: OSError | StoreFault, store: Path) -> str:
    if isinstance(fault, StoreFault):
        return str(fault)
    reason = (fault.strerror or str(fault)).lower()
    return f"Spans cannot be written: {reason}. The program goes on; spans are lost until this is mended. {store}"


_writers: weakref.WeakSet[SegmentWriter] = weakref.WeakSet()


def _leave_all_to_parent() -> None:
    for writer in list(_writers):
        writer.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all_to_parent)
