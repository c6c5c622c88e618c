"""Segments folded while those before them are written: what comes of it, and what is left where it fails."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from histories import History, write_segments

from spanglass_store.database import bulk
from spanglass_store.database import segments as segments_module
from spanglass_store.database.connection import Cursor, Database
from spanglass_store.database.fold_ahead import FoldAhead, UnfitSegments
from spanglass_store.database.merge import Merger
from spanglass_store.database.statements import query
from spanglass_store.location import ensure_store

if TYPE_CHECKING:
    from pathlib import Path

SPANS = 200


@pytest.fixture(autouse=True)
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments_module, "EMPTY_GRACE_SECS", 0.0)
    for name in ("MIN_BYTES", "MIN_SEGMENT_BYTES", "MAX_BYTES"):
        monkeypatch.setattr(bulk, name, 1)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    ensure_store(path)
    lines = History(random.Random(1), oddity=0.0).lines(SPANS)  # noqa: S311 - no secret
    write_segments(path, lines, count=5)
    return path


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how many folds are begun ahead, by how many segments each has."""
    counts: list[int] = []
    begin = FoldAhead.begin

    def count_and_begin(self: FoldAhead, processes: dict[Path, str]) -> None:
        counts.append(len(processes))
        begin(self, processes)

    monkeypatch.setattr(FoldAhead, "begin", count_and_begin)
    return counts


def processes_of(store: Path) -> dict[Path, str]:
    return dict.fromkeys(sorted((store / "journal").iterdir()), "p")


def count_spans(database: Database) -> int:
    with database.cursor() as cursor:
        [(spans,)] = cursor.rows("SELECT count(DISTINCT id) FROM spans")
    return spans


def test_each_commit_is_a_checkpoint_though_the_next_segments_are_folded_meanwhile(
    store: Path, begun: list[int], monkeypatch: pytest.MonkeyPatch
):
    log_bytes: list[int] = []
    commit = Database._commit_into_file

    def commit_and_look(self: Database, cursor: object) -> None:
        commit(self, cursor)  # pyright: ignore[reportArgumentType] - handed on as it came
        log = self.path.with_name(self.path.name + ".wal")
        log_bytes.append(log.stat().st_size if log.exists() else 0)

    monkeypatch.setattr(Database, "_commit_into_file", commit_and_look)
    database = Database(store)
    merger = Merger(database, store)
    merger.merge_once(budget_secs=60)
    assert merger.is_caught_up
    assert begun == [1, 1, 1, 1]
    assert log_bytes == [0, 0, 0, 0, 0]
    assert count_spans(database) == SPANS
    database.close()


def test_without_time_for_more_nothing_is_begun(store: Path, begun: list[int]):
    database = Database(store)
    merger = Merger(database, store)
    while not merger.is_caught_up:
        merger.merge_once(budget_secs=1)
    assert begun == []
    assert count_spans(database) == SPANS
    database.close()


def test_a_segment_that_turns_out_unfit_leaves_what_is_written_meanwhile_alone(store: Path, begun: list[int]):
    second = sorted((store / "journal").iterdir())[1]
    with second.open("ab") as file:
        file.write(b'{"id": 7}\n{"id": "x", garbage\n')
    database = Database(store)
    merger = Merger(database, store)
    changes = merger.merge_once(budget_secs=60)
    assert merger.is_caught_up
    assert begun
    assert changes.lines_rejected == 2
    assert count_spans(database) == SPANS
    assert database.let_go()


def test_a_write_that_fails_stops_what_was_begun(store: Path, begun: list[int], monkeypatch: pytest.MonkeyPatch):
    class Stop(Exception):  # noqa: N818 - of no meaning but here
        pass

    def fail(*_: object) -> None:
        raise Stop

    monkeypatch.setattr(Database, "_commit_into_file", fail)
    database = Database(store)
    merger = Merger(database, store)
    with pytest.raises(Stop):
        merger.merge_once(budget_secs=60)
    assert begun == [1]
    assert not database.is_open  # a connection that may be invalid is not kept by a fold
    monkeypatch.undo()
    merger.merge_once(budget_secs=60)
    assert count_spans(database) == SPANS
    database.close()


def test_a_write_that_lacks_memory_beside_a_fold_is_tried_with_less(
    store: Path, begun: list[int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bulk, "MAX_BYTES", 2**26)
    written: list[str] = []
    rows = Cursor.rows

    def lack_memory_once(self: Cursor, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        if sql == query("bulk_insert"):
            written.append(sql)
            if len(written) == 1:
                raise duckdb.OutOfMemoryException("no more")
        return rows(self, sql, parameters)

    monkeypatch.setattr(Cursor, "rows", lack_memory_once)
    database = Database(store)
    merger = Merger(database, store)
    merger.merge_once(budget_secs=60)
    assert merger.is_caught_up
    assert len(written) > 2
    assert begun
    assert count_spans(database) == SPANS
    database.close()


def test_a_fold_is_shown_to_those_that_ask_for_its_segments_alone(store: Path):
    database = Database(store)
    folds = FoldAhead(database)
    processes = processes_of(store)
    first, *_, last = processes
    with database.transaction() as cursor:
        folds.begin({first: "p"})
        folds.make({last: "p"})
        folds.show(cursor)
        [(count,)] = cursor.rows("SELECT count(*) FROM bulk_fold WHERE process = 'p'")
        [(of_last,)] = cursor.rows(
            "SELECT count(DISTINCT json_extract_string(json, '$.id')) FROM read_json_objects($file)",
            {"file": str(last)},
        )
    assert 0 < count <= of_last + 1
    folds.close()
    with database.cursor() as cursor:
        assert ("folding",) not in cursor.rows("SELECT database_name FROM duckdb_databases()")
    assert database.let_go()


def test_what_cannot_be_read_is_told_when_its_fold_is_asked_for(store: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise duckdb.InvalidInputException("not a line")

    database = Database(store)
    folds = FoldAhead(database)
    processes = processes_of(store)
    with database.cursor():
        monkeypatch.setattr(Cursor, "rows", refuse)
        folds.begin(processes)
        with pytest.raises(UnfitSegments):
            folds.make(processes)
        monkeypatch.undo()
    folds.close()
    assert database.let_go()
