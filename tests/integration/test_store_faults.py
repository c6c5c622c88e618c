"""The store against a real full disk, a read-only mount, a heap of old segments and a giant line."""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter

from spanglass_store import open_store
from spanglass_store.blobs.files import put_bytes
from spanglass_store.database import bulk, connection
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.database.recovery import list_set_aside
from spanglass_store.faults import StoreFault
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.segment import SegmentWriter
from spanglass_store.upkeep.compaction import compact
from spanglass_store.upkeep.doctor import examine
from spanglass_store.upkeep.session import hold_store, merge_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

DISK_BYTES = 8 * 1024 * 1024
SPANS = 400


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("a disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def leave_free(disk: Path, free_bytes: int) -> Path:
    """Fill the disk up; return the file to delete to make room again."""
    ballast = disk / "ballast"
    stat = os.statvfs(disk)
    ballast.write_bytes(b"\0" * max(0, stat.f_bavail * stat.f_frsize - free_bytes))
    return ballast


def write_spans(store: Path) -> None:
    writer = JournalWriter(store)
    for number in range(SPANS):
        writer.span(number, at=number, input=os.urandom(400).hex())
    writer.die()


def list_ids(store: Path) -> list[str]:
    with open_store(store) as opened:
        return sorted(row_id for (row_id,) in opened.sql("SELECT id FROM spans WHERE end_ts IS NOT NULL").rows)


def fault_of(action: Callable[[], object]) -> str:
    """Return which words for a full disk a fault has, "" where there was none."""
    try:
        action()
    except StoreFault as fault:
        text = str(fault).lower()
        return next((words for words in ("disk is full", "no space left") if words in text), text)
    return ""


EVERY_ID = sorted(f"row-{number}" for number in range(SPANS))


@pytest.mark.parametrize("has_tables", [False, True])
@pytest.mark.parametrize("free_kb", [0, 8, 64, 256, 600, 1100, 2000])
def test_a_full_disk_during_a_merge_costs_nothing(disk: Path, free_kb: int, *, has_tables: bool) -> None:
    store = disk / "store"
    write_spans(store)
    if has_tables:
        first = Database(store)
        with first.cursor():
            pass
        first.close()
    ballast = leave_free(disk, free_kb * 1024)
    database = Database(store)
    assert fault_of(lambda: merge_all(database)) in {"", "disk is full", "no space left"}
    database.let_go()  # the checkpoint may find the disk full, too
    ballast.unlink()
    assert list_ids(store) == EVERY_ID


def test_tables_that_a_full_disk_kept_from_being_made_do_not_pass_for_damaged_ones(disk: Path) -> None:
    store = disk / "store"
    write_spans(store)
    ballast = leave_free(disk, 0)
    for _ in range(2):
        assert fault_of(lambda: merge_all(Database(store))) == "disk is full"
    assert "damaged-tables" not in list_kinds(store)
    ballast.unlink()
    with open_store(store) as opened:
        assert opened.recovery is None
        assert opened.totals().spans == SPANS
    assert list_set_aside(store) == []


@pytest.mark.parametrize("way", ["segments taken whole", "a log over its threshold"])
@pytest.mark.parametrize("free_kb", [0, 100, 900, 1200, 1600])
def test_a_full_disk_at_a_commit_that_is_a_checkpoint_costs_nothing(
    disk: Path, free_kb: int, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint that fails invalidates the connection, whatever was committed before it."""
    store = disk / "store"
    write_spans(store)
    first = Database(store)
    with first.cursor():
        pass
    first.close()
    if way == "segments taken whole":
        monkeypatch.setattr(bulk, "MIN_BYTES", 1)
        monkeypatch.setattr(bulk, "MIN_SEGMENT_BYTES", 1)
    else:
        monkeypatch.setitem(connection._CONFIG, "checkpoint_threshold", "1KB")
    ballast = leave_free(disk, free_kb * 1024)
    database = Database(store)
    merger = Merger(database, store)
    with contextlib.ExitStack() as expecting:
        if free_kb < 1400:  # the file grows by that much
            fault = expecting.enter_context(pytest.raises(StoreFault, match="disk is full"))
        while not merger.is_caught_up:
            merger.merge_once(budget_secs=60)
    assert merger.whole.accepted == (way == "segments taken whole")
    if free_kb < 1400:
        assert "checkpoint" in str(fault.value.__cause__)
        assert [*(store / "journal").iterdir()], "what is not in the tables stays in the journal"
    ballast.unlink()
    while not merger.is_caught_up:  # the same merger goes on, as the window's does
        merger.merge_once(budget_secs=60)
    database.close()
    assert list_ids(store) == EVERY_ID
    assert list_kinds(store) == {}


@pytest.mark.parametrize("free_kb", [0, 300, 1500])
def test_a_full_disk_during_a_compaction_costs_nothing(disk: Path, free_kb: int) -> None:
    store = disk / "store"
    write_spans(store)
    with hold_store(store) as database:
        ballast = leave_free(disk, free_kb * 1024)
        assert fault_of(lambda: compact(database)) in {"", "disk is full", "no space left"}
    ballast.unlink()
    assert list_ids(store) == EVERY_ID
    assert not list(store.glob("*compacting*"))


def test_a_full_disk_during_a_write_is_said_once_and_counted(disk: Path) -> None:
    store = disk / "store"
    said: list[str] = []
    writer = SegmentWriter(store, sdk_version="1", on_fault=said.append)
    writer.append(encode_line({"id": "first", "_is_merge": False}))
    ballast = leave_free(disk, 64 * 1024)
    for number in range(100):
        writer.append(encode_line({"id": f"row-{number}", "_is_merge": False, "input": "x" * 2000}))
    lost = writer.lost_lines
    assert 0 < lost < 100
    assert len(said) == 1
    ballast.unlink()
    writer.append(encode_line({"id": "last", "_is_merge": False}))
    writer.seal()
    with open_store(store) as opened:
        ids = {row_id for (row_id,) in opened.sql("SELECT id FROM spans").rows}
    assert {"first", "last"} <= ids
    assert len(ids) == 102 - lost


def test_a_full_disk_during_a_blob_copy_leaves_no_part_of_it(disk: Path) -> None:
    store = disk / "store"
    JournalWriter(store).die()
    ballast = leave_free(disk, 200 * 1024)
    with pytest.raises(OSError, match="No space left"):
        put_bytes(store, os.urandom(1_000_000))
    assert [path for path in (store / "blobs").rglob("*") if path.is_file()] == []
    ballast.unlink()
    assert put_bytes(store, b"fits again").size_bytes == 10


def test_a_store_on_a_read_only_mount_is_read_as_it_is(disk: Path) -> None:
    store = disk / "store"
    write_spans(store)
    with open_store(store):
        pass
    writer = JournalWriter(store, process="22" * 16)
    writer.span(9000, trace=9)
    writer.die()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert list_ids(store) == EVERY_ID
    with open_store(store) as opened:
        assert "the rest of its journal is not merged" in str(opened.unmerged)
    with pytest.raises(StoreFault, match="read-only"), hold_store(store):
        pass
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert list_ids(store) == sorted([*EVERY_ID, "row-9000"])
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with open_store(store) as opened:
        assert opened.unmerged is None


def list_kinds(store: Path, *, is_fixing: bool = False) -> dict[str, bool]:
    """Return what doctor finds by name, and whether it is a fault that is left."""
    found = examine(store, is_fixing=is_fixing)
    return {finding.kind: finding.is_fault and not finding.is_mended for finding in found}


def test_doctor_names_a_full_disk_as_beyond_mending(disk: Path) -> None:
    store = disk / "store"
    write_spans(store)
    with open_store(store):
        pass
    ballast = leave_free(disk, 0)
    assert list_kinds(store, is_fixing=True)["full-disk"]
    ballast.unlink()
    assert list_kinds(store) == {}
    assert list_ids(store) == EVERY_ID


def test_doctor_mends_what_a_full_disk_left_behind(disk: Path) -> None:
    """A program lost rows, a merge and a compaction were cut short, and all were killed before they could tidy up."""
    store = disk / "store"
    write_spans(store)
    with hold_store(store):
        pass
    writer = SegmentWriter(store, sdk_version="1", on_fault=lambda _: None)
    ballast = leave_free(disk, 64 * 1024)
    for number in range(40):
        late = {"id": f"late-{number}", "metrics": {"start": 1.0, "end": 2.0}, "input": "x" * 2000}
        writer.append(encode_line(late | {"_is_merge": False}))
    lost = writer.lost_lines
    writer.seal()
    for name in ("traces.compacting.duckdb", "blobs/.draft-00", "rejected/a.draft"):
        (store / name).write_bytes(b"")
        os.utime(store / name, (0, 0))
    ballast.unlink()
    assert list_kinds(store, is_fixing=True) == {"left-draft": False, "rejected-lines": False}
    assert list_kinds(store) == {"rejected-lines": False}
    assert 0 < lost < 40
    assert len(list_ids(store)) == SPANS + 40 - lost


def test_doctor_reads_a_store_on_a_read_only_mount(disk: Path) -> None:
    store = disk / "store"
    write_spans(store)
    with open_store(store):
        pass
    next((store / "merged").iterdir()).chmod(0o644)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        assert list_kinds(store) == {"permissions": True, "read-only": False}
        [finding] = [found for found in examine(store, is_fixing=True) if found.is_fault]
        assert finding.hindrance == "read-only file system"
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert list_kinds(store, is_fixing=True) == {"permissions": False}


TAILS = {
    "torn": b'{"id":"torn","input":"abc',
    "of NULs": b"\0" * 4096,
    "garbage": os.urandom(3000).replace(b"\n", b"") + b"\n",
    "a torn character": b'{"id":"torn","input":"\xf0\x9f',
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
def test_doctor_sets_a_bad_end_of_a_segment_aside(tmp_path: Path, tail: bytes) -> None:
    store = tmp_path / "store"
    writer = JournalWriter(store)
    writer.span(1)
    writer.die()
    [segment] = (store / "journal").iterdir()
    with segment.open("ab") as file:
        file.write(tail)
    assert list_kinds(store) == {"rejected-lines": False}
    assert list_kinds(store, is_fixing=True) == {"rejected-lines": False}
    assert list_ids(store) == ["row-1"]


@pytest.fixture
def sealed(tmp_path: Path) -> Callable[[int], Path]:
    """Return a store with so many segments whose writers are gone, a span in each."""

    def make(count: int) -> Path:
        for number in range(count):
            writer = JournalWriter(tmp_path / "store", process=f"{number:032x}")
            writer.span(number, at=number)
            writer.die()
        return tmp_path / "store"

    return make


def test_two_thousand_old_segments_are_merged_and_leave(sealed: Callable[[int], Path]) -> None:
    store = sealed(2000)
    assert list_kinds(store) == {}
    assert len(list_ids(store)) == 2000
    assert list((store / "journal").iterdir()) == []


def test_a_line_of_200_mb_is_set_aside_and_the_rest_goes_in(tmp_path: Path) -> None:
    store = tmp_path / "store"
    writer = JournalWriter(store)
    writer.span(1)
    writer.die()
    [segment] = (store / "journal").iterdir()
    with segment.open("ab") as file:
        file.write(b'{"id":"giant","input":"')
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n')
        file.write(encode_line({"id": "row-2", "_is_merge": False, "metrics": {"start": 1.0, "end": 2.0}}))
    database = Database(store)
    merger = Merger(database, store)
    rejected = 0
    while not merger.is_caught_up:
        rejected += merger.merge_once(budget_secs=60).lines_rejected
    database.close()
    assert rejected >= 1
    assert list_kinds(store) == {"rejected-lines": False}
    assert list_ids(store) == ["row-1", "row-2"]
