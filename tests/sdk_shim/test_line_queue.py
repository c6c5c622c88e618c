"""The queue before the journal."""

from __future__ import annotations

import errno
import threading

import pytest

from spanglass.line_queue import LineQueue, QueueLimits


class Writes:
    """Stands in for a publisher: keeps what each write held."""

    def __init__(self):
        self.batches = []
        self.during = lambda: None
        self.fault = None

    def publish(self, lines):
        self.during()
        self.batches.append(list(lines))
        return self.fault


@pytest.fixture
def writes():
    return Writes()


def make_queue(writes, *, rows=0, write_rows=100, write_bytes=1000):
    return LineQueue(writes, QueueLimits(rows, write_rows, write_bytes))


def test_a_write_is_bounded_in_rows(writes):
    queue = make_queue(writes, write_rows=2)
    queue.lines.extend([b"1", b"2", b"3", b"4", b"5"])
    assert queue.write_out(1) is None
    assert writes.batches == [[b"1", b"2"], [b"3", b"4"], [b"5"]]


def test_a_write_is_bounded_in_bytes_but_holds_one_row_at_least(writes):
    queue = make_queue(writes, write_bytes=10)
    queue.lines.extend([b"12345", b"12345", b"1", b"a row of its own", b"2"])
    queue.write_out(1)
    assert writes.batches == [[b"12345", b"12345"], [b"1"], [b"a row of its own"], [b"2"]]


def test_what_comes_while_it_writes_is_left_for_the_next_time(writes):
    queue = make_queue(writes, write_rows=1)
    queue.lines.extend([b"1", b"2"])
    writes.during = lambda: queue.lines.append(b"more")
    queue.write_out(1)
    assert writes.batches == [[b"1"], [b"2"]]
    assert list(queue.lines) == [b"more", b"more"]


def test_a_signal_handler_that_flushes_within_a_write_writes_the_rest(writes):
    queue = make_queue(writes, write_rows=1)
    queue.lines.extend([b"1", b"2", b"3"])

    def interrupt():
        writes.during = lambda: None
        queue.write_out(1)

    writes.during = interrupt
    queue.write_out(1)
    assert sorted(line for batch in writes.batches for line in batch) == [b"1", b"2", b"3"]


def test_a_fault_is_returned_and_the_rest_is_written(writes):
    queue = make_queue(writes, write_rows=1)
    queue.lines.extend([b"1", b"2"])
    writes.fault = OSError(errno.ENOSPC, "No space left on device")
    assert queue.write_out(1) is writes.fault
    assert len(writes.batches) == 2


def test_nobody_waits_for_ever_for_another_thread_that_writes(writes):
    queue = make_queue(writes)
    queue.lines.append(b"1")
    is_writing, may_end = threading.Event(), threading.Event()

    def hang():
        is_writing.set()
        may_end.wait(10)

    writes.during = hang
    thread = threading.Thread(target=queue.write_out, args=(10,))
    thread.start()
    assert is_writing.wait(10)
    assert isinstance(queue.write_out(0.01), TimeoutError)
    may_end.set()
    thread.join()
    assert queue.write_out(1) is None


def test_a_child_starts_empty_even_where_the_parent_was_writing(writes):
    queue = make_queue(writes)
    queue.lines.append(b"1")
    is_writing, may_end = threading.Event(), threading.Event()
    writes.during = lambda: (is_writing.set(), may_end.wait(10))
    thread = threading.Thread(target=queue.write_out, args=(10,))
    thread.start()
    assert is_writing.wait(10)
    queue.leave_to_parent()
    assert not queue.lines
    assert queue.write_out(0.01) is None
    may_end.set()
    thread.join()
