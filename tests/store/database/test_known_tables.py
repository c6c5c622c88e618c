from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass_store.database.connection import Cursor
from spanglass_store.database.known_tables import KnownTables

if TYPE_CHECKING:
    import pytest

    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger


def listen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the statements of all that follows are added."""
    asked: list[str] = []
    execute = Cursor.rows

    def note(self: Cursor, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return execute(self, sql, parameters)

    monkeypatch.setattr(Cursor, "rows", note)
    return asked


def test_spans_newer_than_all_are_not_looked_for(
    merger: Merger, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment()
    segment.write(rows.start(0), rows.end(0))
    merger.merge_once()
    asked = listen(monkeypatch)
    segment.write(rows.start(1, parents=[0]), rows.end(1))
    merger.merge_once()
    assert asked
    assert not [sql for sql in asked if "FROM spans" in sql]


def test_the_span_at_the_bound_is_found(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0))
    merger.merge_once()
    segment.write(rows.end(0), rows.start(1, parents=[0]))
    merger.merge_once()
    segment.write(rows.end(1))
    merger.merge_once()
    with database.cursor() as cursor:
        assert cursor.rows("SELECT count(*), count(end_ts) FROM spans") == [(2, 2)]


def test_it_knows_what_the_tables_hold(merger: Merger, database: Database, rows: Any, open_segment: Any):
    with database.cursor() as cursor:
        assert not KnownTables(cursor).has_deleted
    open_segment().write(rows.start(0), rows.start(1, parents=[0]), rows.update(0, _object_delete=True))
    merger.merge_once()
    with database.cursor() as cursor:
        known = KnownTables(cursor)
        assert known.has_deleted
        [(newest,)] = cursor.rows("SELECT max(created) FROM spans")
        assert known.may_hold(newest)
        [(later,)] = cursor.rows("SELECT $at + INTERVAL 1 MICROSECOND", {"at": newest})
        assert not known.may_hold(later)
        known.note_span(later)
        assert known.may_hold(later)


def test_a_segment_has_one_row_however_often_it_is_merged(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    segments = [open_segment(), open_segment()]
    for number in range(3):
        for segment in segments:
            segment.write(rows.start(number))
        merger.merge_once()
    with database.cursor() as cursor:
        found = dict(cursor.rows("SELECT name, merged_bytes FROM segments"))
        assert found == {segment.path.name: segment.path.stat().st_size for segment in segments}
        assert cursor.rows("SELECT count(*) FROM segments") == [(2,)]
