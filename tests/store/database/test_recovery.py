from __future__ import annotations

import os
from typing import TYPE_CHECKING

import duckdb
import pytest

from spanglass_store import open_store
from spanglass_store.database.connection import Database
from spanglass_store.database.exit_merge import merge_at_exit
from spanglass_store.database.recovery import list_set_aside
from spanglass_store.faults import DamagedTables, StoreFault
from spanglass_store.journal.kept import list_kept
from spanglass_store.settings import StoreSettings, write_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.store.database.conftest import Rows, SegmentFile

SPANS = 500
HEADERS_BYTES, BLOCK_BYTES = 12288, 262144  # of a DuckDB file


@pytest.fixture
def file(store: Path, open_segment: Callable[[], SegmentFile], rows: Rows) -> Path:
    """Return the database file of a store with some spans, nobody at it."""
    segment = open_segment()
    for number in range(SPANS):
        # noise does not compress: the file must be large enough to be damaged in its middle
        segment.write(rows.start(number, input=os.urandom(600).hex()), rows.end(number))
    segment.seal()
    with open_store(store) as opened:
        assert opened.totals().spans == SPANS
    return store / "traces.duckdb"


def overwrite_a_column(file: Path) -> None:
    """Damage the block that holds the spans' inputs, and none that DuckDB reads at the opening."""
    with duckdb.connect(str(file)) as connection:
        found = connection.execute(
            "SELECT block_id FROM pragma_storage_info('spans') WHERE column_name = 'input' AND block_id >= 0"
        ).fetchone()
    assert found is not None
    with file.open("r+b") as raw:
        raw.seek(HEADERS_BYTES + found[0] * BLOCK_BYTES + 1000)
        raw.write(os.urandom(4000))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "truncated": lambda data: data[: HEADERS_BYTES + 1000],
    "cut within the headers": lambda data: data[:5000],
    "overwritten": lambda data: b"nothing of a database\n" * (len(data) // 22),
    "its beginning overwritten": lambda data: b"\0" * HEADERS_BYTES + data[HEADERS_BYTES:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_tables_are_set_aside_and_rebuilt(store: Path, file: Path, damage: Callable[[bytes], bytes]) -> None:
    data = damage(file.read_bytes())
    file.write_bytes(data)
    with open_store(store) as opened:
        assert opened.totals().spans == SPANS
        assert opened.sql("SELECT count(*) FROM spans WHERE end_ts IS NULL").rows == [(0,)]
        assert opened.recovery is not None
        assert opened.recovery.set_aside is not None
        sentence = opened.recovery.sentence
    [aside] = list_set_aside(store)
    assert sentence.endswith(str(aside))
    assert aside.read_bytes() == data
    with open_store(store) as opened:
        assert opened.recovery is None
        assert opened.totals().spans == SPANS


def test_a_log_is_set_aside_with_its_tables(store: Path, file: Path) -> None:
    file.write_bytes(b"overwritten")
    file.with_name("traces.duckdb.wal").write_bytes(b"its log")
    with open_store(store) as opened:
        assert opened.totals().spans == SPANS
    [aside] = list_set_aside(store)
    assert aside.with_name(aside.name + ".wal").read_bytes() == b"its log"


def test_deleted_tables_are_rebuilt(store: Path, file: Path) -> None:
    file.unlink()
    with open_store(store) as opened:
        assert opened.totals().spans == SPANS
        assert opened.recovery is not None
        assert "missing" in opened.recovery.sentence
    assert len(list_kept(store / "merged")) == 1


def test_without_a_kept_journal_it_says_that_nothing_is_left(store: Path, file: Path) -> None:
    for path in list_kept(store / "merged"):
        path.unlink()
    file.write_bytes(b"overwritten")
    with open_store(store) as opened:
        assert opened.totals().spans == 0
        assert opened.recovery is not None
        assert "No journal was kept" in opened.recovery.sentence


def test_a_store_can_be_told_to_keep_no_journal(
    store: Path, open_segment: Callable[[], SegmentFile], rows: Rows
) -> None:
    write_settings(store, StoreSettings(keep_journal_bytes=0))
    segment = open_segment()
    segment.write(rows.start(1))
    segment.seal()
    with open_store(store) as opened:
        assert opened.totals().spans == 1
    assert list_kept(store / "merged") == []
    assert list((store / "journal").iterdir()) == []


def test_a_rebuild_that_dies_goes_on(store: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.unlink()
    with monkeypatch.context() as patch:
        patch.setattr("spanglass_store.database.tables._create", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            open_store(store)
    with open_store(store) as opened:
        assert opened.totals().spans == SPANS


def test_damage_that_only_a_look_finds_is_a_fault_of_its_own(store: Path, file: Path) -> None:
    overwrite_a_column(file)
    database = Database(store)
    with pytest.raises(DamagedTables, match="doctor --fix"), database.cursor() as cursor:
        cursor.rows("SELECT sum(hash(columns(*))) FROM spans")
    with pytest.raises(DamagedTables, match="doctor --fix"), open_store(store) as opened:
        opened.sql("SELECT sum(hash(columns(*))) FROM spans")
    assert list_set_aside(store) == []
    database.close()


def test_the_merge_at_exit_leaves_damage_to_those_who_can_say_so(store: Path, file: Path) -> None:
    file.write_bytes(b"overwritten")
    merge_at_exit(store)
    assert file.read_bytes() == b"overwritten"
    assert list_set_aside(store) == []


def test_damage_is_left_alone_where_it_may_not_be_written(store: Path, file: Path) -> None:
    file.write_bytes(b"overwritten")
    database = Database(store, is_read_only=True)
    with pytest.raises(DamagedTables), database.cursor():
        pass
    assert file.read_bytes() == b"overwritten"


def test_where_it_cannot_be_set_aside_it_says_so(store: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(b"overwritten")

    def refuse(_: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("spanglass_store.database.connection.set_aside", refuse)
    with pytest.raises(StoreFault, match="permission denied"), Database(store).cursor():
        pass
    assert file.read_bytes() == b"overwritten"
