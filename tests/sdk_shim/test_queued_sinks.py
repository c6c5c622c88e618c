"""The sinks with a queue, and what the variables make of them."""

from __future__ import annotations

import itertools
import json
import os
import time
from types import SimpleNamespace

import pytest

import spanglass
from spanglass import queued_sinks
from spanglass.line_queue import LineQueue, QueueLimits
from spanglass.publisher import Publisher
from spanglass.queued_sinks import MANY_ROWS, MAX_QUEUED_LINE_BYTES, WRITE_EVERY_SECS, BatchSink, HeldSink
from spanglass.recorder import open_recorder
from spanglass.settings import read_settings
from spanglass.sink import SegmentSink, open_sink
from spanglass_store.faults import StoreFault
from spanglass_store.journal import segment
from spanglass_store.journal.segment import SegmentWriter
from spanglass_store.location import ensure_store

ROWS = (b'{"id":"%d"}\n' % number for number in itertools.count())


@pytest.fixture
def store(store_path):
    return ensure_store(store_path).path


@pytest.fixture
def never_wakes(monkeypatch):
    """Keep the thread from writing, so that the queue fills."""
    monkeypatch.setattr(BatchSink, "_wake_writer", lambda _: None)


def make_queue(store, *, rows=0, said=None, num_retries=0, all_payloads=None, failed_payloads=None):
    on_fault = (lambda _: None) if said is None else said.append
    writer = SegmentWriter(store, sdk_version="1", on_fault=on_fault, num_retries=num_retries)
    return LineQueue(Publisher(writer, all_payloads, failed_payloads), QueueLimits(rows, 100, 1_000_000))


def written(store):
    lines = [line for path in (store / "journal").glob("*.ndjson") for line in path.read_bytes().splitlines(True)]
    return [line for line in lines if b"_line" not in line]


def wait_for(condition, timeout_secs=10):
    deadline = time.monotonic() + timeout_secs
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.fixture
def no_held_write(monkeypatch):
    """Let every write go the way that the tests can break."""
    monkeypatch.setattr(segment, "load_held_write", lambda: None)


def no_space(*_args):
    raise OSError(28, "No space left on device")


def test_the_thread_writes_without_being_asked_and_again_after_it_slept(store):
    sink = BatchSink(make_queue(store), drops_when_full=False)
    rows = [next(ROWS) for _ in range(3)]
    for row in rows:
        sink.write(row)
        wait_for(lambda row=row: row in written(store))
        wait_for(lambda: sink._is_idle)
    assert written(store) == rows
    assert sink.seal() == 0


def test_the_thread_sleeps_only_where_few_rows_wait(store, monkeypatch):
    queue = make_queue(store)
    sink = BatchSink(queue, drops_when_full=False)
    publish = queue.publisher.publish
    rounds = iter([[next(ROWS)], [next(ROWS) for _ in range(MANY_ROWS)], [next(ROWS) for _ in range(MANY_ROWS - 1)]])
    waiting = []

    def publish_while_others_log(lines):
        fault = publish(lines)
        if not queue.lines:
            queue.lines.extend(next(rounds, []))
        return fault

    def sleep(secs):
        assert secs == WRITE_EVERY_SECS
        waiting.append(len(queue.lines))

    monkeypatch.setattr(queue.publisher, "publish", publish_while_others_log)
    monkeypatch.setattr(queued_sinks, "time", SimpleNamespace(sleep=sleep))
    sink.write(next(ROWS))  # written by the caller, who starts the thread
    wait_for(lambda: len(written(store)) == 2 * MANY_ROWS + 1)
    assert waiting == [1, MANY_ROWS - 1]
    sink.seal()


@pytest.mark.usefixtures("no_held_write")
def test_many_rows_are_one_write(store, monkeypatch):
    sink = BatchSink(make_queue(store), drops_when_full=False)
    writes = []
    append = segment.append_giving_way
    monkeypatch.setattr(segment, "append_giving_way", lambda fd, data: (writes.append(data), append(fd, data)))
    for _ in range(50):
        sink.write(next(ROWS))
    sink.flush()
    assert len(written(store)) == 50
    assert len(writes) < 10
    sink.seal()


@pytest.mark.usefixtures("never_wakes")
def test_a_full_queue_blocks_until_it_is_written(store):
    sink = BatchSink(make_queue(store, rows=3), drops_when_full=False)
    for _ in range(3):
        sink.write(next(ROWS))
    assert written(store) == []
    sink.write(next(ROWS))
    assert len(written(store)) == 4
    assert sink.seal() == 0


@pytest.mark.usefixtures("never_wakes")
def test_a_full_queue_drops_where_it_is_told_to_and_says_so_once(store, capsys):
    sink = BatchSink(make_queue(store, rows=3), drops_when_full=True)
    for _ in range(10):
        sink.write(next(ROWS))
    assert capsys.readouterr().err.count("rows are dropped") == 1
    assert sink.seal() == 7
    assert len(written(store)) == 3


@pytest.mark.usefixtures("never_wakes")
def test_a_queue_of_size_0_is_unlimited(store):
    sink = BatchSink(make_queue(store, rows=0), drops_when_full=True)
    for _ in range(30_000):
        sink.write(b"{}\n")
    assert written(store) == []
    assert sink.seal() == 0
    assert len(written(store)) == 30_000


@pytest.mark.usefixtures("never_wakes")
def test_a_large_row_does_not_wait_in_memory(store):
    sink = BatchSink(make_queue(store), drops_when_full=False)
    sink.write(b'{"x":"' + b"y" * MAX_QUEUED_LINE_BYTES + b'"}\n')
    assert len(written(store)) == 1
    sink.seal()


def test_after_the_end_each_row_is_written_at_once(store):
    for sink in (BatchSink(make_queue(store), drops_when_full=False), HeldSink(make_queue(store))):
        sink.seal()
        row = next(ROWS)
        sink.write(row)
        assert row in written(store)
        sink.seal()


def test_where_no_thread_can_be_started_rows_are_written_at_once(store, monkeypatch):
    def refuse(*_args):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(queued_sinks._thread, "start_new_thread", refuse)
    sink = BatchSink(make_queue(store), drops_when_full=False)
    sink.write(b'{"a":1}\n')
    sink.write(b'{"a":2}\n')
    assert len(written(store)) == 2
    sink.seal()


def test_a_bug_does_not_end_the_thread(store, monkeypatch, capsys):
    monkeypatch.setattr("spanglass.failures.raises_internal_faults", False)
    queue = make_queue(store)
    sink = BatchSink(queue, drops_when_full=False)
    publish = queue.publisher.publish
    faults = iter([ZeroDivisionError("a bug")])

    def publish_badly(lines):
        for fault in faults:
            raise fault
        return publish(lines)

    monkeypatch.setattr(queue.publisher, "publish", publish_badly)
    sink.write(b'{"a":1}\n')
    wait_for(lambda: sink._is_idle)
    sink.write(b'{"a":2}\n')
    wait_for(lambda: written(store))
    assert "a bug" in capsys.readouterr().err
    sink.seal()


def test_a_held_row_is_written_by_flush_alone(store):
    sink = HeldSink(make_queue(store))
    sink.write(b'{"a":1}\n')
    assert not list((store / "journal").iterdir())
    sink.flush()
    assert len(written(store)) == 1
    sink.write(b'{"a":2}\n')
    assert sink.seal() == 0
    assert len(written(store)) == 2


def test_a_held_rows_flush_raises_what_was_in_the_way(store, monkeypatch):
    sink = HeldSink(make_queue(store))
    sink.write(b'{"a":1}\n')
    with monkeypatch.context() as broken:
        broken.setattr(segment, "append_giving_way", no_space)
        with pytest.raises(StoreFault, match="no space left"):
            sink.flush()
    assert sink.seal() == 1


def test_more_held_rows_than_the_queue_takes_are_dropped_and_said_once(store, capsys):
    sink = HeldSink(make_queue(store, rows=2))
    for _ in range(5):
        sink.write(next(ROWS))
    assert capsys.readouterr().err.count("rows are dropped") == 1
    assert sink.seal() == 3


def test_a_failed_write_is_tried_again_as_often_as_told(store, monkeypatch):
    calls = []
    append = segment.append_giving_way

    def fail_twice(fd, data):
        calls.append(data)
        if 1 < len(calls) < 4:  # the first one is the segment's own note
            no_space()
        append(fd, data)

    monkeypatch.setattr(segment, "append_giving_way", fail_twice)
    said = []
    sink = HeldSink(make_queue(store, said=said, num_retries=2))
    sink.write(b'{"a":1}\n')
    sink.flush()
    assert sink.seal() == 0
    assert said == []
    assert len(written(store)) == 2  # the torn line's newline, and the row


@pytest.mark.usefixtures("no_held_write")
def test_a_write_that_goes_on_failing_is_given_up_and_the_next_not_tried_again(store, monkeypatch):
    sink = HeldSink(make_queue(store, num_retries=3))
    sink.write(b'{"a":1}\n')
    sink.flush()
    tries = []
    monkeypatch.setattr(segment, "append_giving_way", lambda *_: (tries.append(1), no_space()))
    for expected_tries in (4, 5):
        sink.write(b'{"a":2}\n')
        with pytest.raises(StoreFault):
            sink.flush()
        assert len(tries) == expected_tries
    assert sink.seal() == 2


@pytest.mark.usefixtures("no_held_write")
def test_payloads_have_the_form_of_the_real_sdk(store, tmp_path, monkeypatch):
    queue = make_queue(store, all_payloads=tmp_path / "all", failed_payloads=tmp_path / "failed")
    sink = HeldSink(queue)
    sink.write(b'{"id":"a"}\n')
    sink.write(b'{"_line":"attachment"}\n')
    sink.write(b'{"id":"b"}\n')
    sink.flush()
    (payload,) = (tmp_path / "all").glob("payload_*.json")
    assert json.loads(payload.read_text()) == {"rows": [{"id": "a"}, {"id": "b"}], "api_version": 2}
    assert not (tmp_path / "failed").exists()
    monkeypatch.setattr(segment, "append_giving_way", no_space)
    sink.write(b'{"id":"c"}\n')
    with pytest.raises(StoreFault):
        sink.flush()
    (failed,) = (tmp_path / "failed").glob("payload_*.json")
    assert json.loads(failed.read_text())["rows"] == [{"id": "c"}]
    sink.seal()


def test_a_folder_for_payloads_that_cannot_be_made_costs_no_row(store, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    sink = HeldSink(make_queue(store, all_payloads=tmp_path / "file" / "folder"))
    for _ in range(2):
        sink.write(next(ROWS))
        sink.flush()
    assert len(written(store)) == 2
    assert capsys.readouterr().err.count("a copy of the rows cannot be written") == 1
    sink.seal()


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({}, SegmentSink),
        ({"SPANGLASS_DURABILITY": "row"}, SegmentSink),
        ({"SPANGLASS_DURABILITY": "Batch"}, BatchSink),
        ({"BRAINTRUST_SYNC_FLUSH": "1"}, HeldSink),
        ({"BRAINTRUST_SYNC_FLUSH": "1", "SPANGLASS_DURABILITY": "batch"}, HeldSink),
    ],
)
def test_the_environment_chooses_the_sink(monkeypatch, store, environ, kind):
    for name, text in environ.items():
        monkeypatch.setenv(name, text)
    assert isinstance(open_recorder(store).sink, kind)


@pytest.mark.parametrize(("environ", "segments"), [({}, 2), ({"SPANGLASS_DURABILITY": "batch"}, 1)])
def test_with_a_queue_a_segment_is_opened_less_often(monkeypatch, store, environ, segments):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    sink = open_sink(store, "1", read_settings(os.environ))
    line = b'{"id":"%b"}\n' % (b"x" * 1024 * 1024)
    for _ in range(10):
        sink.write(line)
    sink.seal()
    assert len([*(store / "journal").iterdir()]) == segments


def test_flush_of_every_kind_raises_with_sync_flush(monkeypatch, store_path):
    monkeypatch.setenv("BRAINTRUST_SYNC_FLUSH", "1")
    logger = spanglass.init_logger("p", store=store_path)
    with monkeypatch.context() as broken:
        broken.setattr(segment, "append_giving_way", no_space)
        for flush in (logger.flush, spanglass.flush, logger.start_span(name="s").flush):
            logger.log(input=1)
            with pytest.raises(StoreFault):
                flush()


def test_copies_are_made_without_a_queue_too(monkeypatch, store_path, tmp_path):
    monkeypatch.setenv("BRAINTRUST_ALL_PUBLISH_PAYLOADS_DIR", str(tmp_path / "all"))
    logger = spanglass.init_logger("p", store=store_path)
    logger.log(input=1)
    (payload,) = (tmp_path / "all").glob("payload_*.json")
    assert json.loads(payload.read_text())["rows"][0]["input"] == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("kind", [BatchSink, HeldSink])
def test_a_child_writes_its_own_rows_alone(store, kind):
    sink = BatchSink(make_queue(store), drops_when_full=False) if kind is BatchSink else HeldSink(make_queue(store))
    sink.write(b'{"by":"parent"}\n')
    pid = os.fork()
    if pid == 0:
        sink.write(b'{"by":"child"}\n')
        os._exit(sink.seal())
    assert os.waitpid(pid, 0)[1] == 0
    assert sink.seal() == 0
    assert sorted(written(store)) == [b'{"by":"child"}\n', b'{"by":"parent"}\n']
