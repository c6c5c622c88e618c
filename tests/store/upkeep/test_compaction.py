from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from journal_rows import JournalWriter

from spanglass_store.faults import StoreBusy, StoreFault
from spanglass_store.upkeep import compaction
from spanglass_store.upkeep.compaction import DRAFT_FILE, compact, free_bytes
from spanglass_store.upkeep.session import hold_store

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.connection import Database


def make_dead_space(database: Database) -> None:
    with database.closed_file() as path, duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE ballast AS SELECT md5(i::VARCHAR) FROM range(200_000) AS t(i)")
        connection.execute("CHECKPOINT")
        # what stands behind the gap keeps DuckDB from cutting it off by itself
        connection.execute("CREATE TABLE anchor AS SELECT md5(i::VARCHAR) FROM range(20_000) AS t(i)")
        connection.execute("CHECKPOINT")
        connection.execute("DROP TABLE ballast")
        connection.execute("CHECKPOINT")
    with database.cursor() as cursor:
        assert free_bytes(cursor) > 1_000_000


def test_dead_space_goes_back_and_the_rows_stay(database: Database) -> None:
    with database.cursor() as cursor:
        before = cursor.rows("SELECT * EXCLUDE (stamps) FROM spans ORDER BY id")
    make_dead_space(database)
    sizes = compact(database)
    assert sizes.after_bytes < sizes.before_bytes - 1_000_000
    assert database.path.stat().st_size == sizes.after_bytes
    assert database.path.stat().st_mode & 0o777 == 0o600
    with database.cursor() as cursor:
        assert cursor.rows("SELECT * EXCLUDE (stamps) FROM spans ORDER BY id") == before
        assert len(cursor.rows("FROM v_traces")) == 5
    assert not list(database.store.glob("*compacting*"))


def test_it_goes_on_merging_afterwards(database: Database) -> None:
    compact(database)
    writer = JournalWriter(database.store, process="22" * 16)
    writer.span(90, trace=9)
    writer.die()
    database.let_go()
    with hold_store(database.store) as held, held.cursor() as cursor:
        assert cursor.rows("SELECT count(*) FROM spans") == [(11,)]


def test_while_somebody_reads_it_is_busy(database: Database) -> None:
    with database.cursor(), pytest.raises(StoreBusy):
        compact(database)


@pytest.mark.parametrize("error", [duckdb.IOException("No space left on device"), OSError(28, "No space left")])
def test_without_room_for_the_copy_nothing_is_changed(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def copy_in_part(_database: Database, _path: Path, draft: Path) -> None:
        draft.write_bytes(b"a part")
        raise error

    monkeypatch.setattr(compaction, "_copy", copy_in_part)
    with pytest.raises(StoreFault, match="Nothing was changed"):
        compact(database)
    assert not (database.store / DRAFT_FILE).exists()
    with database.cursor() as cursor:
        assert cursor.rows("SELECT count(*) FROM spans") == [(10,)]


def test_a_draft_that_a_killed_compaction_left_is_in_nobodys_way(database: Database) -> None:
    (database.store / DRAFT_FILE).write_bytes(b"half a copy")
    compact(database)
    with database.cursor() as cursor:
        assert cursor.rows("SELECT count(*) FROM spans") == [(10,)]
