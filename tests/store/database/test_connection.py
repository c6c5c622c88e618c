from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from spanglass_store.database import connection as connection_module
from spanglass_store.database import statements, tables
from spanglass_store.database.connection import FEW_THREADS, MANY_THREADS, Cursor, Database
from spanglass_store.database.reader import StoreReader
from spanglass_store.database.recovery import log_path
from spanglass_store.database.store_lock import StoreLock
from spanglass_store.faults import Interrupted, StoreBusy, StoreFault

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_store_gets_all_tables_and_views(database: Database):
    with database.cursor() as cursor:
        names = {name for (name,) in cursor.rows("SELECT table_name FROM information_schema.tables")}
        columns = cursor.rows(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = 'spans' ORDER BY column_index"
        )
    assert names >= {"spans", "attachments", "segments", "meta", "v_traces", "v_errors", "v_llm_calls"}
    assert tuple(name for (name,) in columns) == statements.span_column_names()


def test_every_query_that_is_named_in_the_sources_is_there():
    for name in ("list_roots", "roll_up", "skeleton_spans"):
        assert "FROM" in statements.query(name)
    with pytest.raises(FileNotFoundError):
        statements.query("nothing")


def test_what_fails_in_a_transaction_is_taken_back(database: Database):
    with pytest.raises(duckdb.BinderException), database.transaction() as cursor:
        cursor.rows("INSERT INTO projects VALUES ('a', 'b'); SELECT nonsense")
    with database.cursor() as cursor:
        assert cursor.rows("FROM projects") == []


def log_bytes(database: Database) -> int:
    log = log_path(database.path)
    return log.stat().st_size if log.exists() else 0


def test_a_commit_in_tables_that_were_there_can_be_a_checkpoint(database: Database):
    with database.cursor():
        pass
    database.let_go()
    with database.transaction() as cursor:
        cursor.rows("INSERT INTO projects SELECT repeat('x', 500) || i, 'name' FROM range(400) numbers(i)")
        cursor.is_bulk = True
    assert log_bytes(database) < 1000


def test_a_row_that_is_asked_for_keeps_no_commit_from_being_a_checkpoint(database: Database):
    with database.transaction() as cursor:
        cursor.append("projects", [(str(number), "name" * 100) for number in range(20_000)])
    with database.cursor() as reader:
        assert reader.row("FROM projects") is not None
        with database.transaction() as cursor:
            cursor.rows("UPDATE projects SET name = repeat('other', 100)")
            cursor.is_bulk = True
        assert log_bytes(database) < 1000


def test_columns_that_an_append_does_not_name_are_left_empty(database: Database):
    with database.transaction() as cursor:
        cursor.append("segments", [("a", 1)], ["name", "merged_bytes"])
        cursor.append("segments", [("b", 2, "p", 7)])
        cursor.append("segments", [(3, "c")], ["merged_bytes", "name"])
        assert sorted(cursor.rows("FROM segments")) == [("a", 1, None, None), ("b", 2, "p", 7), ("c", 3, None, None)]


def test_an_append_that_failed_leaves_nothing_for_the_next_transaction(database: Database):
    with database.transaction() as cursor:
        cursor.append("projects", [("a", "first")])
    with pytest.raises(duckdb.Error), database.transaction() as cursor:
        cursor.append("projects", [("b", "second"), ("c",)])
    with database.transaction() as cursor:
        cursor.append("projects", [("d", "third")])
        assert sorted(cursor.rows("FROM projects")) == [("a", "first"), ("d", "third")]


def test_columns_of_rows_are_set_by_their_keys(database: Database):
    with database.transaction() as cursor:
        cursor.append("segments", [("a", 1, "p", 7), ("b", 2, "p", 7), ("c", 3, "p", 7)])
    for end in (7, 8):
        with database.transaction() as cursor:
            cursor.update("segments", ["name", "process"], ["merged_bytes"], [("a", "p", end), ("c", "other", end)])
            assert sorted(cursor.rows("FROM segments")) == [("a", end, "p", 7), ("b", 2, "p", 7), ("c", 3, "p", 7)]


def test_transactions_share_a_cursor_until_the_file_is_let_go(database: Database):
    with database.transaction() as first, database.cursor() as beside:
        assert beside is not first
    with database.transaction() as second:
        assert second is first
        second.is_bulk = True  # it has temporary tables
    with database.transaction() as third:
        assert third is not first
    assert database.let_go()
    with database.transaction() as fourth:
        assert fourth is not third
        assert fourth.rows("SELECT 1") == [(1,)]


def test_letting_go_waits_for_readers(database: Database):
    with database.cursor() as cursor:
        assert not database.let_go()
        assert cursor.rows("SELECT 1") == [(1,)]
    assert database.let_go()
    assert not database.is_open


def test_it_opens_again_on_demand_with_a_new_generation(database: Database):
    with database.cursor():
        first = database.generation
    database.let_go()
    with database.cursor():
        assert database.generation == first + 1


def test_a_second_holder_is_told_that_the_store_is_busy(database: Database, store: Path):
    second = Database(store)
    with database.cursor():
        with pytest.raises(StoreBusy) as caught, second.cursor():
            pass
        assert str(caught.value).endswith("traces.duckdb")
    database.let_go()
    with second.cursor() as cursor:
        assert cursor.rows("SELECT 1") == [(1,)]
    second.close()


def test_a_patient_one_gets_in_when_the_holder_lets_go(database: Database, store: Path):
    patient = Database(store, timeout_secs=20.0)
    with database.cursor():
        pass
    timer = threading.Timer(0.1, database.let_go)
    timer.start()
    with patient.cursor() as cursor:
        assert cursor.rows("SELECT 1") == [(1,)]
    timer.join()
    patient.close()


def test_readers_share_and_shut_out_the_writer(database: Database, store: Path):
    with database.cursor():
        pass
    database.let_go()
    readers = [Database(store, is_read_only=True) for _ in range(2)]
    with readers[0].cursor() as first, readers[1].cursor() as second:
        assert first.rows("SELECT 1") == second.rows("SELECT 1")
        with pytest.raises(StoreBusy), database.cursor():
            pass
    for reader in readers:
        reader.close()


@pytest.mark.parametrize("kind", [duckdb.IOException, duckdb.TransactionException])
def test_the_connection_is_replaced_after_an_environment_fault(database: Database, kind: type[Exception]):
    with database.cursor():
        generation = database.generation
    with pytest.raises(StoreFault, match="disk is full"), database.cursor():
        raise kind("IO Error: Could not write file: No space left on device")
    assert not database.is_open
    with database.cursor() as cursor:
        assert cursor.rows("SELECT 1") == [(1,)]
    assert database.generation == generation + 1


def test_a_running_query_is_interrupted_from_another_thread(database: Database):
    began = threading.Event()
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            with database.cursor() as cursor:
                began.set()
                cursor.rows("SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b")
        except Interrupted as stop:
            outcome.append(stop)

    thread = threading.Thread(target=run)
    thread.start()
    began.wait(10)
    deadline = time.monotonic() + 30
    while thread.is_alive() and time.monotonic() < deadline:
        database.interrupt()  # before the query has begun this does nothing
        thread.join(0.02)
    assert len(outcome) == 1
    with database.cursor() as cursor:
        assert cursor.rows("SELECT 1") == [(1,)]


def test_threads_read_at_the_same_time(database: Database):
    results: list[Any] = []

    def read() -> None:
        with database.cursor() as cursor:
            results.extend(cursor.rows("SELECT count(*) FROM range(100000)"))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(100000,)] * 4
    assert database.let_go()


def test_an_older_format_is_copied_and_migrated(database: Database, store: Path, monkeypatch: pytest.MonkeyPatch):
    with database.cursor() as cursor:
        cursor.rows("INSERT INTO projects VALUES ('a', 'b')")
    database.let_go()
    newer = statements.FORMAT + 1
    monkeypatch.setattr(statements, "FORMAT", newer)
    monkeypatch.setattr(statements, "migration", lambda _: "ALTER TABLE projects ADD COLUMN note VARCHAR")
    with database.cursor() as cursor:
        assert cursor.rows("FROM projects") == [("a", "b", None)]
        assert cursor.rows("SELECT format FROM meta") == [(newer,)]
    with duckdb.connect(str(store / f"traces.format{newer - 1}.duckdb"), read_only=True) as copy:
        assert copy.execute("FROM projects").fetchall() == [("a", "b")]


def test_a_migration_that_fails_changes_nothing(database: Database, monkeypatch: pytest.MonkeyPatch):
    with database.cursor():
        pass
    database.let_go()
    with monkeypatch.context() as patch:
        patch.setattr(statements, "FORMAT", statements.FORMAT + 1)
        patch.setattr(statements, "migration", lambda _: "DROP TABLE projects; SELECT nonsense")
        with pytest.raises(duckdb.Error), database.cursor():
            pass
    with database.cursor() as cursor:
        assert cursor.rows("FROM projects") == []
        assert cursor.rows("SELECT format FROM meta") == [(statements.FORMAT,)]


def test_tables_of_format_1_become_what_new_ones_are(database: Database, store: Path):
    with database.cursor() as cursor:
        fresh = cursor.rows(_COLUMNS_OF_EXPERIMENTS)
    database.let_go()
    with duckdb.connect(str(store / "traces.duckdb")) as older:
        older.execute("DROP TABLE experiments; CREATE TABLE experiments (id VARCHAR NOT NULL, name VARCHAR)")
        older.execute("DROP TABLE deleted_spans; ALTER TABLE segments DROP COLUMN sequence")
        older.execute("INSERT INTO experiments VALUES ('e', 'old'); UPDATE meta SET format = 1")
    with database.cursor() as cursor:
        assert cursor.rows(_COLUMNS_OF_EXPERIMENTS) == fresh
        assert cursor.rows("SELECT id, name, description, said_stamp FROM experiments") == [("e", "old", None, 0)]
        assert cursor.rows("SELECT count(*) FROM deleted_spans") == [(0,)]


_COLUMNS_OF_EXPERIMENTS = """
SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = 'experiments' ORDER BY column_index
"""


def test_the_number_of_the_last_change_set_outlives_the_step_to_format_6(database: Database, store: Path):
    with database.cursor():
        pass
    database.let_go()
    with duckdb.connect(str(store / "traces.duckdb")) as older:
        older.execute("ALTER TABLE segments DROP COLUMN sequence; INSERT INTO segments VALUES ('a', 1, 'p')")
        older.execute("UPDATE meta SET format = 5, sequence = 41")
    with database.cursor() as cursor:
        assert StoreReader(cursor).sequence() == 41
        cursor.rows("UPDATE segments SET sequence = 42")
        assert StoreReader(cursor).sequence() == 42


def test_tables_of_somebody_else_are_left_alone(store: Path, database: Database):
    with duckdb.connect(str(store / "traces.duckdb")) as foreign:
        foreign.execute("CREATE TABLE theirs (a INTEGER)")
    with pytest.raises(StoreFault, match="not Spanglass's"), database.cursor():
        pass
    with duckdb.connect(str(store / "traces.duckdb")) as foreign:
        assert foreign.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("theirs",)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_gets_no_connection_and_the_parent_keeps_its_lock(database: Database, store: Path):
    with database.cursor() as cursor:
        assert cursor.rows("SELECT 1") == [(1,)]
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with database.cursor():
                status = 2
        except StoreFault:
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert not StoreLock(store).acquire()
    with database.cursor() as cursor:
        assert cursor.rows("SELECT 1") == [(1,)]


def test_settings_of_the_live_holder_are_in_force(database: Database):
    with database.cursor() as cursor:
        found = dict(cursor.rows("SELECT name, value FROM duckdb_settings()"))
    assert found["threads"] == "1"
    assert found["max_vacuum_tasks"] == "0"
    assert found["autoload_known_extensions"] == "false"
    assert found["disabled_optimizers"] == "common_subplan"
    assert found["enable_progress_bar"] == "false"
    assert connection_module.DATABASE_FILE == "traces.duckdb"


def threads_of(cursor: Cursor) -> int:
    [(value,)] = cursor.rows("SELECT value FROM duckdb_settings() WHERE name = 'threads'")
    return int(value)


def test_who_reads_much_has_two_threads_and_whoever_comes_a_while_later_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    with database.cursor() as cursor:
        assert threads_of(cursor) == FEW_THREADS
        assert cursor.read_only("SELECT 1").rows == [(1,)]
        assert threads_of(cursor) == MANY_THREADS
    with database.transaction() as cursor:
        assert threads_of(cursor) == MANY_THREADS
    monkeypatch.setattr(connection_module, "MANY_THREADS_SECS", 0.0)
    with database.transaction() as cursor:
        assert threads_of(cursor) == FEW_THREADS
        cursor.use_many_threads()
    database.let_go()
    with database.cursor() as cursor:
        assert threads_of(cursor) == FEW_THREADS


def test_threads_stay_while_another_reader_works_with_them(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection_module, "MANY_THREADS_SECS", 0.0)
    with database.cursor() as reader:
        reader.use_many_threads()
        with database.transaction() as cursor:
            assert threads_of(cursor) == MANY_THREADS


def test_tables_that_are_there_are_opened_without_a_list_of_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.cursor() as cursor:
        cursor.rows("INSERT INTO projects VALUES ('a', 'b')")
    assert database.let_go()

    def refuse(_connection: object) -> list[tuple[Any, ...]]:
        raise AssertionError("it takes as long as to open the file")

    monkeypatch.setattr(tables, "_list_tables", refuse)
    with database.cursor() as cursor:
        assert cursor.rows("SELECT * FROM projects") == [("a", "b")]
