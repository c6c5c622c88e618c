from __future__ import annotations

import gzip
import os
import time
from typing import TYPE_CHECKING

import pytest

from spanglass_store.journal import kept as kept_module
from spanglass_store.journal import liveness
from spanglass_store.journal.kept import KeptJournal, is_whole, iter_kept_lines, list_kept, rewrite_kept
from spanglass_store.journal.names import segment_name

if TYPE_CHECKING:
    from pathlib import Path

LINES = b'{"id":"a"}\n{"id":"b"}\n'
PLENTY_BYTES = 1 << 30


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "journal").mkdir()
    return tmp_path


def new_segment(store: Path, number: int = 1, data: bytes = LINES) -> Path:
    path = store / "journal" / segment_name(1_795_000_000_000 + number, 4711, f"{number:08x}")
    path.write_bytes(data)
    return path


def test_a_merged_segment_is_kept_compressed_and_can_be_given_back(store: Path) -> None:
    kept = KeptJournal(store, PLENTY_BYTES)
    segment = new_segment(store)
    kept.take(segment)
    assert not segment.exists()
    kept.tidy(time.monotonic() + 60)
    assert [path.name for path in list_kept(kept.folder)] == [segment.name + ".gz"]
    assert [*iter_kept_lines(list_kept(kept.folder)[0])] == LINES.splitlines(keepends=True)
    assert kept.give_back() == 1
    assert segment.read_bytes() == LINES
    assert list_kept(kept.folder) == []


def test_what_is_not_tidied_stays_plain_and_still_comes_back(store: Path) -> None:
    kept = KeptJournal(store, PLENTY_BYTES)
    segment = new_segment(store)
    kept.take(segment)
    assert [path.name for path in list_kept(kept.folder)] == [segment.name]
    kept.give_back()
    assert segment.read_bytes() == LINES


def test_the_oldest_go_first_over_the_cap(store: Path) -> None:
    size_bytes = len(gzip.compress(LINES, 1))
    kept = KeptJournal(store, 2 * size_bytes + size_bytes // 2)
    segments = [new_segment(store, number) for number in range(4)]
    for segment in segments:
        kept.take(segment)
    kept.tidy(time.monotonic() + 60)
    assert [path.name for path in list_kept(kept.folder)] == [f"{segment.name}.gz" for segment in segments[2:]]


def test_what_goes_is_not_compressed_before(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptJournal(store, 2 * len(gzip.compress(LINES, 1)))
    segments = [new_segment(store, number) for number in range(6)]
    for segment in segments:
        kept.take(segment)
    compressed: list[str] = []
    compress = kept_module._compress

    def note(path: Path) -> Path:
        compressed.append(path.name)
        return compress(path)

    monkeypatch.setattr(kept_module, "_compress", note)
    kept.tidy(time.monotonic() + 60)
    assert compressed == [segment.name for segment in (segments[5], segments[4])]
    assert len(list_kept(kept.folder)) == 2


def test_it_tidies_a_part_at_a_time_and_then_looks_no_more(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptJournal(store, PLENTY_BYTES)
    for number in range(4):
        kept.take(new_segment(store, number))
    now = [0.0]
    monkeypatch.setattr(kept_module.time, "monotonic", lambda: now[0])
    compress = kept_module._compress

    def take_a_second(path: Path) -> Path:
        now[0] += 1.0
        return compress(path)

    monkeypatch.setattr(kept_module, "_compress", take_a_second)
    left: list[int] = []
    while not kept.tidy(now[0] + 1.0):
        left.append(sum(path.suffix != ".gz" for path in list_kept(kept.folder)))
    assert left == [3, 2, 1]
    monkeypatch.setattr(kept_module, "list_kept", None)
    assert kept.tidy(now[0])
    monkeypatch.undo()
    for number in (8, 9):
        kept.take(new_segment(store, number))
    assert not kept.tidy(time.monotonic()), "one is compressed without time, too"
    assert kept.tidy(time.monotonic())


def test_a_draft_that_a_killed_process_left_goes_when_it_is_old(store: Path) -> None:
    kept = KeptJournal(store, PLENTY_BYTES)
    kept.take(new_segment(store))
    old, young = (kept.folder / f"{number}-1-aaaaaaaa.ndjson.gz.draft" for number in (1_795_000_000_000, 1))
    for draft in (old, young):
        draft.write_bytes(b"half of it")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert kept.tidy(time.monotonic() + 60)
    assert (old.exists(), young.exists()) == (False, True)


def test_killed_between_the_compressed_file_and_the_plain_one_it_counts_once(store: Path) -> None:
    size_bytes = len(gzip.compress(LINES, 1))
    kept = KeptJournal(store, size_bytes + size_bytes // 2)
    segment = new_segment(store)
    kept.take(segment)
    (kept.folder / f"{segment.name}.gz").write_bytes(gzip.compress(LINES, 1))
    assert kept.tidy(time.monotonic() + 60)
    assert [path.name for path in list_kept(kept.folder)] == [f"{segment.name}.gz"]
    kept.give_back()
    assert segment.read_bytes() == LINES


def test_a_cap_of_nothing_keeps_nothing(store: Path) -> None:
    kept = KeptJournal(store, 0)
    segment = new_segment(store)
    kept.take(segment)
    assert not segment.exists()
    assert list_kept(kept.folder) == []


def test_where_nothing_can_be_kept_the_segment_still_goes(store: Path) -> None:
    (store / "merged").write_text("in the way")
    segment = new_segment(store)
    kept = KeptJournal(store, PLENTY_BYTES)
    kept.take(segment)
    kept.tidy(time.monotonic() + 60)
    assert not segment.exists()


def test_a_segment_that_another_process_compresses_is_left_to_it(store: Path) -> None:
    kept = KeptJournal(store, PLENTY_BYTES)
    kept.take(new_segment(store))
    [plain] = list_kept(kept.folder)
    with plain.open("rb") as held:
        liveness.claim(held.fileno())
        kept.tidy(time.monotonic() + 60)
    assert list_kept(kept.folder) == [plain]


def test_of_a_damaged_one_comes_back_what_can_be_read(store: Path) -> None:
    kept = KeptJournal(store, PLENTY_BYTES)
    many = b"".join(b'{"id":"%064d"}\n' % number for number in range(100_000))
    segment = new_segment(store, data=many)
    kept.take(segment)
    kept.tidy(time.monotonic() + 60)
    [packed] = list_kept(kept.folder)
    assert is_whole(packed)
    packed.write_bytes(packed.read_bytes()[: packed.stat().st_size * 3 // 4])
    assert not is_whole(packed)
    kept.give_back()
    assert many.startswith(segment.read_bytes())
    assert segment.stat().st_size > len(many) // 2


def test_lines_can_be_left_out(store: Path) -> None:
    kept = KeptJournal(store, PLENTY_BYTES)
    kept.take(new_segment(store, 1))
    kept.tidy(time.monotonic() + 60)
    kept.take(new_segment(store, 2))
    for path in list_kept(kept.folder):
        rewrite_kept(path, lambda lines: [line for line in lines if b'"a"' not in line])
    rewrite_kept(kept.folder / "gone by now.gz", lambda _: [])
    assert [[*iter_kept_lines(path)] for path in list_kept(kept.folder)] == [[b'{"id":"b"}\n']] * 2
