"""Rows that are made lines by whoever writes them are, byte for byte, those that the call itself writes."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass import queued_sinks
from spanglass.entry import start_span
from spanglass.line_queue import LineQueue, QueueLimits
from spanglass.queued_sinks import BatchSink
from spanglass.recorder import list_recorders
from spanglass.span import current_span
from spanglass.testing import SteppingClock, captured_spans, put_together
from spanglass.traced import traced
from spanglass_store.journal.lines import decode_line

TEXTS = st.text(max_size=200) | st.sampled_from(["x" * length for length in (990, 1024, 1100, 40_000)])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
WAYS = st.lists(st.sampled_from(["return", "log", "end", "raise", "child", "none"]), max_size=3)
CALLS = st.lists(st.tuples(VALUES, WAYS, st.booleans()), min_size=1, max_size=5)


class Publisher:
    """Stands in for the journal: keeps the lines."""

    def __init__(self):
        self.lines = []
        self.publish_line = self.lines.append
        self.writer = None

    def publish(self, lines):
        self.lines.extend(lines)


class Jumps(SteppingClock):
    """A clock that stands, goes back, and enters other seconds."""

    def __call__(self):
        read_ns = super().__call__()
        return read_ns - read_ns % 7_000_000 + (read_ns // 5_000_000 % 3) * 999_000_000


@pytest.fixture
def publisher():
    return Publisher()


def make_sink(publisher: Publisher, *, rows: int = 0, write_bytes: int = 100_000) -> BatchSink:
    """Return a sink whose thread never wakes."""
    sink = BatchSink(LineQueue(publisher, QueueLimits(rows, 3, write_bytes)), drops_when_full=False)
    sink._is_idle = False
    return sink


@contextlib.contextmanager
def recorded_by(sink: BatchSink | None):
    """Let the rows go to this sink, or be written at once; yield the lines of the latter."""
    with captured_spans(read_ns=Jumps()) as captured:
        if sink is not None:
            (recorder,) = list_recorders()
            recorder.sink, recorder.write, recorder.offer = sink, sink.write, sink.offer
        yield captured._sink.lines


def run(calls: list[tuple[Any, list[str], bool]], sink: BatchSink | None) -> None:
    """Make the calls, nested and with all that a traced function does to its span; write what waits now and then."""

    @traced
    def inner(*args: Any, **kwargs: Any) -> Any:
        return [args, kwargs]

    @traced(type="task")
    def outer(value: Any, ways: list[str]) -> Any:
        answer = inner(value, ways=ways)
        for way in ways:
            if way == "log":
                current_span().log(metadata={"n": 1}, output=value)
            elif way == "end":
                current_span().end()
            elif way == "child":
                with start_span(name="child") as child:
                    child.log(output=2)
            elif way == "raise":
                raise ValueError("on purpose")
        return None if ways == ["none"] else answer

    for value, ways, is_flushed in calls:
        with contextlib.suppress(ValueError):
            outer(value, ways)
        if is_flushed and sink is not None:
            sink.flush()


@given(CALLS, st.sampled_from([0, 1, 2, 5]), st.sampled_from([10, 1000, 100_000]))
def test_both_ways_write_the_same_bytes_in_the_same_order(calls, max_unfinished, write_bytes):
    publisher = Publisher()
    sink = make_sink(publisher, write_bytes=write_bytes)
    sink._max_unfinished = max_unfinished
    with recorded_by(None) as lines:
        run(calls, None)
        at_once = list(lines)
    with recorded_by(sink):
        run(calls, sink)
        sink.flush()
    large = [line for line in at_once if len(line) > queued_sinks.MAX_QUEUED_LINE_BYTES]
    if large:  # these do not wait
        assert sorted(publisher.lines) == sorted(at_once)
    else:
        assert publisher.lines == at_once


def test_a_value_is_logged_as_it_was_at_the_call(publisher):
    sink = make_sink(publisher)

    @traced
    def change(items):
        items.append("in the call")
        return items

    with recorded_by(sink):
        items = ["before"]
        change(items).append("afterwards")
        assert not publisher.lines
        sink.flush()
    (span,) = put_together(map(decode_line, publisher.lines))
    assert span["input"] == {"items": ["before"]}
    assert span["output"] == ["before", "in the call"]


def test_past_a_bound_the_caller_makes_its_own_lines_and_their_order_stays(publisher, monkeypatch):
    monkeypatch.setattr(queued_sinks, "MAX_UNFINISHED_ROWS", 3)
    sink = make_sink(publisher)
    with recorded_by(sink):
        run([(1, [], False), (2, [], False)], None)
        kinds = [isinstance(row, bytes) for row in sink._lines]
        sink.flush()
    assert kinds == [False] * 3 + [True] * 5
    stamps = [decode_line(line)["_stamp"] for line in publisher.lines]
    assert stamps == sorted(stamps)
    assert len(put_together(map(decode_line, publisher.lines))) == 4


def test_a_queue_of_one_row_takes_no_more(publisher):
    sink = make_sink(publisher, rows=1)
    with recorded_by(sink):
        run([(1, [], False)], None)
        assert len(sink._lines) <= 1
        sink.flush()
    assert len(publisher.lines) == 4


def test_after_the_end_rows_are_written_at_once(publisher):
    sink = make_sink(publisher)
    sink._max_rows = sink._max_unfinished = 0  # as `seal` leaves it
    with recorded_by(sink):
        run([(1, [], False)], None)
        assert len(publisher.lines) == 4


def test_a_signal_handler_that_flushes_between_taking_a_row_and_making_its_line_loses_none(publisher):
    sink = make_sink(publisher)

    class Interrupted(deque):
        def popleft(self):
            row = super().popleft()
            if len(self) == 3:  # the first row of four is in nobody's hands
                sink.flush()
            return row

    sink._queue.lines = sink._lines = Interrupted()
    with recorded_by(sink):
        run([(1, [], False)], None)
        sink.flush()
    rows = [decode_line(line) for line in publisher.lines]
    assert len({row["_stamp"] for row in rows}) == 4
    assert all("input" in span and "end" in span["metrics"] for span in put_together(sorted(rows, key=stamp_of)))


def stamp_of(row: dict[str, Any]) -> int:
    return row["_stamp"]


def test_a_child_of_a_fork_writes_the_last_row_of_a_span_that_its_parent_began(publisher):
    sink = make_sink(publisher)

    @traced
    def fork():
        sink.leave_to_parent()  # as a fork does to a row that was not written in time
        sink._is_idle = False
        return "done"

    with recorded_by(sink):
        fork()
        sink.flush()
    (row,) = map(decode_line, publisher.lines)
    assert row["_is_merge"] is True
    assert row["output"] == "done"
