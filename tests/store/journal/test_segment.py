"""The writer of segments."""

from __future__ import annotations

import errno
import fcntl
import itertools
import os
import shutil
import signal
import stat
import threading

import pytest

from spanglass_store.journal import segment
from spanglass_store.journal.append import HELD_WRITE_MAX_BYTES
from spanglass_store.journal.lines import LineKind, decode_line, encode_line, kind_of
from spanglass_store.journal.liveness import has_writer
from spanglass_store.journal.names import is_segment_name
from spanglass_store.journal.segment import SegmentWriter
from spanglass_store.location import ensure_store


@pytest.fixture
def store(tmp_path):
    return ensure_store(tmp_path / "store").path


@pytest.fixture
def said():
    return []


@pytest.fixture
def open_writer(store, said):
    writers = []

    def opened(**options):
        writer = SegmentWriter(store, sdk_version="1", on_fault=said.append, **options)
        writers.append(writer)
        return writer

    yield opened
    for writer in writers:
        writer.seal()


def segments(store):
    """Return the segments in the order they were opened: a name tells it to the millisecond, an inode not at all."""
    return sorted((store / "journal").iterdir(), key=lambda path: lines(path)[1]["_stamp"])


stamps = itertools.count()


def row(identifier, **fields):
    return encode_line({"id": identifier, "_stamp": next(stamps), **fields})


def lines(path):
    return [decode_line(line) for line in path.read_bytes().splitlines() if line]


def test_a_segment_is_private_named_and_begins_with_the_process(open_writer, store):
    open_writer().append(row("a"))
    (path,) = segments(store)
    assert is_segment_name(path.name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    note, line = lines(path)
    assert kind_of(note) is LineKind.PROCESS
    assert line["id"] == "a"


def test_no_segment_is_made_before_there_is_a_line(open_writer, store):
    open_writer().seal()
    assert segments(store) == []


def test_a_line_is_in_the_file_when_append_returns(open_writer, store):
    writer = open_writer()
    for number in range(10):
        writer.append(row(number))
        assert lines(segments(store)[0])[-1]["id"] == number


def test_the_writer_holds_its_segment_until_it_seals(open_writer, store):
    writer = open_writer()
    writer.append(row("a"))
    (path,) = segments(store)
    assert has_writer(path)
    writer.seal()
    assert not has_writer(path)
    writer.append(row("b"))
    assert len(segments(store)) == 2
    assert not has_writer(path)


def test_a_full_segment_is_left_for_a_new_one_of_the_same_process(open_writer, store):
    writer = open_writer(max_bytes=2000)
    for number in range(60):
        writer.append(row(number, pad="x" * 100))
    paths = segments(store)
    assert len(paths) > 2
    rows = [line for path in paths for line in lines(path)]
    assert [line["id"] for line in rows if "id" in line] == list(range(60))
    assert len({line["process"] for line in rows if "process" in line}) == 1
    assert [has_writer(path) for path in paths] == [False] * (len(paths) - 1) + [True]


def test_an_old_segment_is_left_for_a_new_one(open_writer, store, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(segment.time, "monotonic", lambda: now)
    writer = open_writer(max_age_secs=60)
    writer.append(row("a"))
    now = 1059.0
    writer.append(row("b"))
    assert len(segments(store)) == 1
    now = 1060.0
    writer.append(row("c"))
    assert [len(lines(path)) for path in segments(store)] == [3, 2]


def fill_disk(monkeypatch, writer):
    """Let every write take five bytes and fail."""

    def tear(fd, data):
        os.write(fd, data[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    take_five_bytes(monkeypatch, writer)
    monkeypatch.setattr(segment, "append_giving_way", tear)


def take_five_bytes(monkeypatch, writer):
    """Let the next fast write take five bytes only, whichever way it goes."""
    write = os.write
    monkeypatch.setattr(writer, "_held_write", lambda fd, data, _size: write(fd, data[:5]))
    monkeypatch.setattr(segment, "_write", lambda fd, data: write(fd, data[:5]))


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request, monkeypatch):
    """As many threads as Python knows of; with one, another call writes."""
    monkeypatch.setattr(segment, "_threads", range(request.param))


@pytest.mark.usefixtures("threads")
def test_after_a_torn_line_the_next_write_begins_a_line(open_writer, store, said, monkeypatch):
    writer = open_writer()
    writer.append(row("a"))
    (path,) = segments(store)
    fill_disk(monkeypatch, writer)
    writer.append(row("torn"))
    writer.append(row("torn too"))
    assert writer.lost_lines == 2
    assert len(said) == 1
    assert said[0].endswith(str(store))
    assert "no space left on device" in said[0]
    monkeypatch.undo()
    writer.append(row("b"))
    writer.append(row("c"))
    whole = [line for line in path.read_bytes().splitlines()[1:] if line.endswith(b"}")]
    assert [decode_line(line)["id"] for line in whole] == ["a", "b", "c"]


@pytest.mark.usefixtures("threads")
def test_a_fault_that_comes_again_is_said_again(open_writer, said, monkeypatch):
    writer = open_writer()
    writer.append(row("a"))
    for _ in range(2):
        fill_disk(monkeypatch, writer)
        writer.append(row("lost"))
        monkeypatch.undo()
        writer.append(row("b"))
    assert len(said) == 2


@pytest.mark.usefixtures("threads")
def test_a_line_of_which_the_disk_took_a_part_is_written_anew(open_writer, store, monkeypatch):
    writer = open_writer()
    writer.append(row("a"))
    take_five_bytes(monkeypatch, writer)
    writer.append(row("b"))
    monkeypatch.undo()
    writer.append(row("c"))
    (path,) = (store / "journal").iterdir()
    whole = [line for line in path.read_bytes().splitlines()[1:] if line.endswith(b"}")]
    assert [decode_line(line)["id"] for line in whole] == ["a", "b", "c"]
    assert writer.lost_lines == 0


@pytest.mark.usefixtures("threads")
def test_a_fast_write_that_is_refused_is_tried_the_slow_way(open_writer, store):
    writer = open_writer()
    writer.append(row("a"))
    os.close(writer._fd)  # as a program that closes all descriptors does
    writer.append(row("b"))
    assert [line.get("id") for path in segments(store) for line in lines(path)] == [None, "a", None, "b"]
    assert writer.lost_lines == 0


def test_only_beside_another_thread_the_interpreters_lock_is_kept(open_writer, monkeypatch):
    writer = open_writer()
    writer.append(row("a"))
    held: list[bytes] = []
    monkeypatch.setattr(writer, "_held_write", lambda _fd, data, size: held.append(data) or size)
    writer.append(row("alone"))
    is_over = threading.Event()
    other = threading.Thread(target=is_over.wait)
    other.start()
    writer.append(row("beside"))
    is_over.set()
    other.join()
    assert [b"beside" in line for line in held] == [True]


def test_where_there_is_no_held_write_all_goes_through_the_lock(open_writer, store, monkeypatch):
    monkeypatch.setattr(segment, "load_held_write", lambda: None)
    writer = open_writer()
    for name in "abc":
        writer.append(row(name))
    (path,) = segments(store)
    assert [line.get("id") for line in lines(path)] == [None, "a", "b", "c"]
    assert b"\n\n" not in path.read_bytes()


def test_a_store_that_cannot_be_opened_is_tried_again_after_a_while(open_writer, store, said, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(segment.time, "monotonic", lambda: now)
    shutil.rmtree(store)
    store.write_text("a file in the way")
    writer = open_writer()
    writer.append(row("a"))
    store.unlink()
    writer.append(row("b"))
    assert writer.lost_lines == 2
    assert not store.exists()
    now = 1005.0
    writer.append(row("c"))
    assert writer.lost_lines == 2
    assert [line.get("id") for line in lines(segments(store)[0])] == [None, "c"]
    assert len(said) == 1


def test_a_store_that_vanished_is_made_anew_and_its_loss_said(open_writer, store, said):
    writer = open_writer(max_bytes=1)
    writer.append(row("a"))
    shutil.rmtree(store)
    writer.append(row("b"))
    assert [line.get("id") for line in lines(segments(store)[0])] == [None, "b"]
    assert "was deleted" in said[0]


def test_a_journal_folder_that_vanished_is_made_anew(open_writer, store):
    shutil.rmtree(store / "journal")
    open_writer().append(row("a"))
    assert len(segments(store)) == 1


def test_a_descriptor_closed_by_the_program_costs_no_line(open_writer, store):
    writer = open_writer()
    writer.append(row("a"))
    os.close(writer._fd)
    writer.append(row("b"))
    writer.append(row("c"))
    assert writer.lost_lines == 0
    assert [line.get("id") for line in lines(segments(store)[-1])] == [None, "b", "c"]


def test_many_threads_write_whole_lines(open_writer, store):
    writer = open_writer(max_bytes=20_000)

    def write(thread):
        for number in range(300):
            writer.append(row(f"{thread}-{number}", pad="x" * (number % 97)))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [line["id"] for path in segments(store) for line in lines(path) if "id" in line]
    assert len(rows) == 8 * 300
    for thread in range(8):
        own = [name for name in rows if name.startswith(f"{thread}-")]
        assert sorted(own) == sorted(f"{thread}-{number}" for number in range(300))


def test_a_signal_handler_may_write_while_its_thread_writes(open_writer, store, monkeypatch):
    writer = open_writer()
    writer.append(row("first"))
    append_giving_way = segment.append_giving_way

    def interrupted(fd, data):
        monkeypatch.undo()
        signal.raise_signal(signal.SIGUSR1)
        append_giving_way(fd, data)

    before = signal.signal(signal.SIGUSR1, lambda *_: writer.append(row("handler")))
    try:
        monkeypatch.setattr(segment, "append_giving_way", interrupted)
        writer.append(row("outer", pad="x" * HELD_WRITE_MAX_BYTES))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert {line.get("id") for line in lines(segments(store)[0])} == {None, "first", "handler", "outer"}


def test_a_forked_child_writes_a_segment_of_its_own_and_leaves_the_parents_lock(open_writer, store):
    writer = open_writer()
    writer.append(row("parent"))
    (parents,) = segments(store)
    pid = os.fork()
    if pid == 0:
        writer.append(row("child"))
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    writer.append(row("parent again"))
    assert has_writer(parents)
    (childs,) = [path for path in segments(store) if path != parents]
    assert not has_writer(childs)
    assert [line.get("id") for line in lines(parents)][1:] == ["parent", "parent again"]
    note, line = lines(childs)
    assert line["id"] == "child"
    assert note["pid"] == pid
    assert note["process"] != lines(parents)[0]["process"]


def test_a_living_child_does_not_keep_the_parents_segment_alive(open_writer, store):
    writer = open_writer()
    writer.append(row("parent"))
    (path,) = segments(store)
    reader, wakener = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(wakener)
        os.read(reader, 1)
        os._exit(0)
    os.close(reader)
    writer.seal()
    try:
        assert not has_writer(path)
    finally:
        os.close(wakener)
        os.waitpid(pid, 0)


def test_the_lock_is_one_that_flock_sees(open_writer, store):
    open_writer().append(row("a"))
    with segments(store)[0].open("rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_a_signal_handler_that_opens_the_segment_first_leaves_one_held(open_writer, store, monkeypatch):
    writer = open_writer()
    create_file = segment._create_file

    def interrupted(path):
        monkeypatch.setattr(segment, "_create_file", create_file)
        signal.raise_signal(signal.SIGUSR1)
        return create_file(path)

    before = signal.signal(signal.SIGUSR1, lambda *_: writer.append(row("handler")))
    try:
        monkeypatch.setattr(segment, "_create_file", interrupted)
        writer.append(row("outer"))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert writer.lost_lines == 0
    states = {tuple(line.get("id") for line in lines(path)): has_writer(path) for path in segments(store)}
    assert states == {(None, "handler"): False, (None, "outer"): True}


def test_a_segment_that_cannot_be_begun_leaves_no_file(open_writer, store, monkeypatch):
    def refuse(_fd):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(segment.liveness, "claim", refuse)
    writer = open_writer()
    writer.append(row("lost"))
    assert writer.lost_lines == 1
    assert list((store / "journal").iterdir()) == []


def test_the_descriptor_is_out_of_the_way_of_a_program_that_closes_the_low_ones(open_writer):
    writer = open_writer()
    writer.append(row("a"))
    assert writer._fd >= 700
    assert not os.get_inheritable(writer._fd)
