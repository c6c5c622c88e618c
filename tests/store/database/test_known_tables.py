from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from asked_statements import listen

from spanglass_store.database import known_tables
from spanglass_store.database.known_tables import KnownTables

if TYPE_CHECKING:
    import pytest

    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger


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


def test_a_span_that_was_just_written_is_not_read_back(
    merger: Merger, database: Database, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment()
    segment.write(rows.start(0, input="a question"), *(rows.start(number, parents=[0]) for number in range(1, 50)))
    merger.merge_once()
    asked = listen(monkeypatch)
    segment.write(*(rows.end(number, output=number) for number in range(50)))
    assert merger.merge_once().spans_changed == 50
    assert not [sql for sql in asked if "spans" in sql]  # they are written where they stand
    with database.cursor() as cursor:
        assert cursor.rows("SELECT count(*), count(end_ts), sum(output::INTEGER) FROM spans") == [(50, 50, 1225)]
        assert cursor.row("SELECT input_preview FROM spans WHERE is_root") == ("a question",)


def test_what_others_of_this_process_have_deleted_is_not_believed_to_be_there(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    segment = open_segment()
    segment.write(rows.start(0, input="a question"))
    merger.merge_once()
    with database.transaction() as cursor:
        cursor.rows("DELETE FROM spans")
    segment.write(rows.end(0))
    merger.merge_once()
    with database.cursor() as cursor:
        assert cursor.rows("SELECT input, end_ts IS NULL FROM spans") == [(None, False)]


def test_what_a_row_is_found_by_may_change(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    found: list[tuple[Any, ...]] = []
    for row in (
        {**rows.update(0, input=1), "created": None, "project_id": None},
        {**rows.update(0), "created": None},
        rows.update(0, tags=["new"]),
        rows.start(0, parents=[7]),
    ):
        segment.write(row)
        merger.merge_once()
        with database.cursor() as cursor:
            found += cursor.rows("SELECT container, input, created = start_ts, tags, len(span_parents) FROM spans")
    assert found == [
        ("", "1", True, [], 0),
        ("p1", "1", True, [], 0),
        ("p1", "1", True, ["new"], 0),
        ("p1", "1", True, ["new"], 1),
    ]


def test_a_mark_that_a_statement_has_set_is_taken_back(
    merger: Merger, database: Database, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("spanglass_store.database.merge._PROBE_SECS", 0.0)
    first, second = open_segment(), open_segment(pid=4712, process="process-2")
    first.write(rows.start(0))
    merger.merge_once()
    first.seal()
    merger.merge_once()
    with database.cursor() as cursor:
        assert cursor.rows("SELECT is_interrupted FROM spans") == [(True,)]
    second.write(rows.end(0))
    merger.merge_once()
    with database.cursor() as cursor:
        assert cursor.rows("SELECT is_interrupted FROM spans") == [(False,)]


def test_rows_are_kept_up_to_a_number_and_a_size(merger: Merger, database: Database, rows: Any, open_segment: Any):
    open_segment().write(*(rows.start(number, input="x" * 100) for number in range(4)))
    merger.merge_once()
    with database.cursor() as cursor:
        written = cursor.rows("FROM spans ORDER BY created")
        known = KnownTables(cursor)

    def kept() -> list[int]:
        return [number for number, row in enumerate(written) if known.row_of(row[0]) is row]

    with patch.object(known_tables, "MAX_ROWS", 3):
        for row in written * 2:
            known.note_row(row, is_alone=True)
        assert kept() == [1, 2, 3]
    known.note_row(written[2], is_alone=False)
    assert kept() == [1, 3]
    with patch.object(known_tables, "MAX_CHARS", 400):
        known.note_row(written[0], is_alone=True)
        assert kept() in ([0], [0, 3])
    known.forget_rows()
    assert kept() == []


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
        known.note_row(
            cursor.rows("SELECT * REPLACE ($at::TIMESTAMP AS created) FROM spans", {"at": later})[0], is_alone=True
        )
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
