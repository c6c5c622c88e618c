from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.database import batch as batch_module
from spanglass_store.database import merge as merge_module
from spanglass_store.database import segments as segments_module
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.database.reader import StoreReader
from spanglass_store.faults import StoreFault
from spanglass_store.journal.lines import encode_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spanglass_store.database.records import SpanRecord


@pytest.fixture(autouse=True)
def _always_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test must not wait until a writer's life is asked about again, nor a busy machine end a merge too soon."""
    monkeypatch.setattr(merge_module, "_PROBE_SECS", 0.0)
    monkeypatch.setitem(Merger.merge_once.__kwdefaults__, "budget_secs", 60.0)


def spans_of(database: Database, root: str) -> list[SpanRecord]:
    with database.cursor() as cursor:
        return StoreReader(cursor).get_trace(root)


ROOT = f"{1:032x}"


def test_start_and_end_become_one_span(merger: Merger, database: Database, rows: Any, open_segment: Any):
    open_segment().write(rows.start(0, input={"q": 1}), rows.end(0, output="done"))
    changes = merger.merge_once()
    [span] = spans_of(database, ROOT)
    assert (changes.spans_added, changes.spans_changed, changes.root_span_ids) == (1, 0, {ROOT})
    assert (span.input, span.output, span.name, span.is_interrupted) == ('{"q":1}', '"done"', "span 0", False)
    assert span.end_us is not None
    assert span.start_us is not None
    assert span.end_us - span.start_us == 500_000


def test_an_end_in_a_later_batch_changes_the_span(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0))
    first = merger.merge_once()
    segment.write(rows.end(0))
    second = merger.merge_once()
    assert (first.sequence, second.sequence) == (1, 2)
    assert (second.spans_added, second.spans_changed) == (0, 1)
    assert len(spans_of(database, ROOT)) == 1


def test_nothing_new_does_not_open_the_database(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0))
    merger.merge_once()
    database.let_go()
    assert not merger.merge_once()
    assert merger.is_caught_up
    assert not database.is_open


def test_an_update_before_the_first_row_is_kept(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    update = rows.update(0, metadata={"user": 1})
    segment.write(update)
    merger.merge_once()
    segment.write(rows.start(0, metadata={"user": 0, "k": 2}))
    merger.merge_once()
    [span] = spans_of(database, ROOT)
    assert json.loads(span.metadata or "") == {"user": 1, "k": 2}


def test_an_update_that_knows_no_start_finds_its_span(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0))
    merger.merge_once()
    update = rows.update(0, scores={"good": 1})
    del update["created"], update["project_id"]
    segment.write(update)
    merger.merge_once()
    [span] = spans_of(database, ROOT)
    assert span.scores == '{"good":1}'


def test_an_id_that_the_user_chose_is_found_under_another_start(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    segment = open_segment()
    segment.write({**rows.start(0), "id": "mine"})
    merger.merge_once()
    later = rows.start(5000)
    segment.write({**later, "id": "mine", "output": 2})
    merger.merge_once()
    [span] = spans_of(database, ROOT)
    assert (span.id, span.output) == ("mine", "2")


def test_one_id_in_two_containers_is_two_spans(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0, output=1))
    merger.merge_once()
    segment.write({**rows.start(0, output=2), "project_id": "p2"}, rows.end(0))
    merger.merge_once()
    found = {span.project_id: span for span in spans_of(database, ROOT)}
    assert {key: span.output for key, span in found.items()} == {"p1": "1", "p2": "2"}
    assert found["p1"].end_us is not None
    assert found["p2"].end_us is None


def test_a_deleted_span_is_gone(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0), rows.start(1))
    merger.merge_once()
    segment.write(rows.update(0, _object_delete=True))
    merger.merge_once()
    assert [span.name for span in spans_of(database, ROOT)] == ["span 1"]


def test_what_was_deleted_stays_so_when_an_older_row_comes_late(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    segment = open_segment()
    late, start = rows.update(0, output="late"), rows.start(0, input="q")
    segment.write(start, rows.update(0, _object_delete=True))
    merger.merge_once()
    segment.write(late, start)
    merger.merge_once()
    assert spans_of(database, ROOT) == []
    segment.write(rows.update(0, span_id=start["span_id"], root_span_id=ROOT, output="again"))
    merger.merge_once()
    [span] = spans_of(database, ROOT)
    assert (span.input, span.output) == (None, '"again"')
    with database.cursor() as cursor:
        assert cursor.rows("FROM deleted_spans") == []


def test_a_torn_line_waits_for_its_rest(merger: Merger, rows: Any, open_segment: Any):
    segment = open_segment()
    whole = json.dumps(rows.start(0)).encode() + b"\n"
    segment.write_bytes(whole[:50])
    assert not merger.merge_once(budget_secs=60)
    assert merger.is_caught_up
    segment.write_bytes(whole[50:])
    assert merger.merge_once().spans_added == 1


def test_bad_lines_are_kept_aside_and_the_rest_goes_on(merger: Merger, store: Path, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write_bytes(b"garbage\n[1]\n\xff\xfe\n{}\n\n")
    segment.write(rows.start(0), {"_line": "moon"})
    segment.write_bytes(b'{"id":"torn')
    segment.seal()
    changes = merger.merge_once()
    assert (changes.lines_rejected, changes.spans_added) == (6, 1)
    [kept] = (store / "rejected").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    found = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [line["line"] for line in found] == [
        "garbage", "[1]", "\\xff\\xfe", "{}", '{"_line":"moon"}', '{"id":"torn'
    ]  # fmt: skip
    assert all(line["reason"] for line in found)
    assert not list((store / "journal").iterdir())


def test_nuls_wait_while_the_writer_lives_and_are_refused_afterwards(merger: Merger, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0))
    segment.write_bytes(b"\0" * 64 + b"\n")
    segment.write(rows.start(1))
    first = merger.merge_once()
    assert (first.spans_added, first.lines_rejected) == (1, 0)
    segment.seal()
    second = merger.merge_once()
    assert (second.spans_added, second.lines_rejected) == (1, 1)


def test_a_merged_segment_goes_with_its_writer(merger: Merger, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0), rows.end(0))
    merger.merge_once()
    assert segment.path.exists()
    segment.seal()
    merger.merge_once()
    assert not segment.path.exists()


def test_what_a_writer_wrote_last_is_read_before_its_segment_goes(
    merger: Merger, database: Database, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment()
    segment.write(rows.start(0))
    merger.merge_once()

    def write_and_die(*_: Any) -> bool:
        if segment.fd >= 0:
            segment.write(rows.start(1))
            segment.seal()
        return False

    monkeypatch.setattr(merge_module, "is_living", write_and_die)
    merger.merge_once()
    assert len(spans_of(database, ROOT)) == 2
    assert not segment.path.exists()


def test_rows_that_come_during_a_merge_wait_for_the_next(
    merger: Merger, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment()
    segment.write(rows.start(0))
    retire = Merger._retire

    def write_more(self: Merger, segments: Any) -> Any:
        segment.write(rows.start(1))
        return retire(self, segments)

    monkeypatch.setattr(Merger, "_retire", write_more)
    assert merger.merge_once(budget_secs=60).spans_added == 1
    assert merger.is_caught_up


def test_an_empty_segment_is_left_to_a_writer_that_has_not_locked_it_yet(
    merger: Merger, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment(process=None)
    segment.seal()
    merger.merge_once()
    assert segment.path.exists()
    monkeypatch.setattr(segments_module, "EMPTY_GRACE_SECS", 0.0)
    merger.merge_once()
    assert not segment.path.exists()


def test_a_dead_process_leaves_its_open_spans_interrupted(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    segment = open_segment()
    segment.write(rows.start(0), rows.start(1), rows.end(1))
    merger.merge_once()
    segment.seal()
    changes = merger.merge_once()
    assert changes.root_span_ids == {ROOT}
    assert [span.is_interrupted for span in spans_of(database, ROOT)] == [True, False]


def test_a_process_lives_on_in_its_next_segment(merger: Merger, database: Database, rows: Any, open_segment: Any):
    first = open_segment()
    first.write(rows.start(0))
    merger.merge_once()
    second = open_segment()
    first.seal()
    merger.merge_once()
    assert [span.is_interrupted for span in spans_of(database, ROOT)] == [False]
    second.write(rows.end(0))
    second.seal()
    merger.merge_once()
    assert [(span.is_interrupted, span.end_us is None) for span in spans_of(database, ROOT)] == [(False, False)]


def test_a_process_that_was_taken_for_dead_has_its_spans_back(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    first = open_segment()
    first.write(rows.start(0))
    first.seal()
    merger.merge_once()
    assert [span.is_interrupted for span in spans_of(database, ROOT)] == [True]
    open_segment().write(rows.start(1))
    assert merger.merge_once().root_span_ids == {ROOT}
    assert [span.is_interrupted for span in spans_of(database, ROOT)] == [False, False]


def test_an_end_from_another_process_clears_the_mark(merger: Merger, database: Database, rows: Any, open_segment: Any):
    first = open_segment()
    first.write(rows.start(0))
    first.seal()
    merger.merge_once()
    open_segment(process="other", pid=5).write(rows.end(0))
    merger.merge_once()
    assert [span.is_interrupted for span in spans_of(database, ROOT)] == [False]


def test_batches_are_bounded_and_the_budget_ends_the_call(
    merger: Merger, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(merge_module, "MAX_BATCH_ROWS", 10)
    open_segment().write(*(rows.start(number) for number in range(25)))
    assert merger.merge_once(budget_secs=0).spans_added == 9  # the process note is a line too
    assert not merger.is_caught_up
    assert merger.merge_once(budget_secs=60).spans_added == 16
    assert merger.is_caught_up


def test_a_failed_batch_leaves_no_trace_and_is_done_again(
    merger: Merger, database: Database, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment()
    segment.write(rows.start(0))
    merger.merge_once()
    segment.write(rows.start(1), rows.end(0))
    with monkeypatch.context() as patch:
        patch.setattr(Merger, "_write_offsets", _raise_fault)
        with pytest.raises(StoreFault):
            merger.merge_once()
    assert [span.end_us for span in spans_of(database, ROOT)] == [None]
    assert merger.merge_once().spans_added == 1
    assert len(spans_of(database, ROOT)) == 2


def _raise_fault(*_: Any) -> None:
    raise StoreFault("The disk is full.")


def test_a_foreign_merge_shows_as_a_gap(merger: Merger, database: Database, store: Path, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0))
    assert merger.merge_once().sequence == 1
    database.let_go()
    other = Database(store)
    segment.write(rows.start(1))
    Merger(other, store).merge_once()
    other.close()
    changes = merger.merge_once()
    assert changes
    assert changes.is_reset
    assert changes.sequence == 2, "a look writes nothing: two windows would wake each other for ever"
    database.let_go()
    other = Database(store)
    Merger(other, store).merge_once()
    other.close()
    assert not database.is_changed_elsewhere()
    assert not merger.merge_once()
    segment.write(rows.start(2))
    following = merger.merge_once()
    assert (following.sequence, following.is_reset) == (changes.sequence + 1, False)


def test_the_number_of_a_change_set_outlives_its_segment(
    database: Database, store: Path, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    merger = Merger(database, store)
    monkeypatch.setattr(merge_module, "MAX_BATCH_ROWS", 1)
    segment = open_segment(pid=1)
    segment.write(rows.start(0), {"_line": "process", "process": "process-1", "pid": 1})  # a batch without news last
    assert merger.merge_once().sequence == 1
    with database.cursor() as cursor:
        assert StoreReader(cursor).sequence() == 1
    segment.write(rows.end(0))
    segment.seal()
    assert merger.merge_once().sequence == 2
    open_segment(pid=2).write()  # its note is nothing new to see, either
    assert merger.merge_once().sequence == 2
    with database.cursor() as cursor:
        assert cursor.rows("SELECT count(*) FROM segments") == [(1,)], "the first one's row is gone"
        assert StoreReader(cursor).sequence() == 2
    assert Merger(database, store).merge_once().sequence == 2


def test_attachment_states_follow_each_other(merger: Merger, database: Database, open_segment: Any):
    segment = open_segment()
    segment.write({"_line": "attachment", "key": "k", "state": "uploading", "filename": "a.png", "_stamp": 5})
    assert merger.merge_once().attachment_keys == {"k"}
    segment.write({"_line": "attachment", "key": "k", "state": "done", "digest": "ab", "size_bytes": 3, "_stamp": 6})
    segment.write({"_line": "attachment", "key": "k", "state": "uploading", "_stamp": 5})
    merger.merge_once()
    with database.cursor() as cursor:
        record = StoreReader(cursor).get_attachment("k")
    assert (record.state, record.filename, record.digest, record.size_bytes) == ("done", "a.png", "ab", 3)


def test_a_comment_is_no_span(merger: Merger, database: Database, rows: Any, open_segment: Any):
    segment = open_segment()
    start = rows.start(0)
    segment.write(start)
    merger.merge_once()
    segment.write(
        {
            "id": "c1",
            "origin": {"id": start["id"]},
            "comment": {"text": "well"},
            "source": "app",
            "_stamp": rows.stamp(),
        }
    )
    assert merger.merge_once().root_span_ids == {ROOT}
    assert len(spans_of(database, ROOT)) == 1
    with database.cursor() as cursor:
        [comment] = StoreReader(cursor).list_comments(start["id"])
    assert (comment.text, comment.source) == ("well", "app")


def test_a_comment_with_a_lone_surrogate_hides_no_other(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    """DuckDB refuses such JSON; a comment that was taken back stays away all the same."""
    segment = open_segment()
    start = rows.start(0)
    segment.write(start)
    comments = {"c1": '"well"', "c2": '"half \\ud800"', "c3": '"gone"'}
    for comment_id, text in comments.items():
        line = {"id": comment_id, "origin": {"id": start["id"]}, "comment": {"text": "?"}, "_stamp": rows.stamp()}
        segment.write_bytes(json.dumps(line).replace('"?"', text).encode() + b"\n")
    taken_back = {"id": "c3", "origin": {"id": start["id"]}, "comment": {"text": "gone"}, "_object_delete": True}
    segment.write({**taken_back, "_stamp": rows.stamp()})
    merger.merge_once()
    with database.cursor() as cursor:
        found = StoreReader(cursor).list_comments(start["id"])
    assert [comment.id for comment in found] == ["c1", "c2"]


def test_text_that_orjson_would_rewrite_is_kept_as_logged(
    merger: Merger, database: Database, rows: Any, open_segment: Any
):
    segment = open_segment()
    start = rows.start(0)
    text = '{"n": 1e5,  "big":123456789012345678901234567890, "half":"\\ud800", "neg":-0}'
    segment.write_bytes((json.dumps(start)[:-1] + f', "input":{text}, "metadata": {text}}}').encode() + b"\n")
    merger.merge_once()
    segment.write(rows.end(0, metadata={"more": 1}))
    merger.merge_once()
    [span] = spans_of(database, ROOT)
    assert span.input == text
    assert span.metadata == '{"n":1e5,"big":123456789012345678901234567890,"half":"\\ud800","neg":-0,"more":1}'


@pytest.mark.parametrize("make", [lambda rows: rows.start(0, root=0), lambda rows: rows.end(0)])
def test_a_row_delivered_twice_changes_nothing(
    merger: Merger, database: Database, rows: Any, open_segment: Any, make: Callable[[Any], dict[str, Any]]
):
    segment = open_segment()
    segment.write(rows.start(0, input=1), rows.end(0))
    row = make(rows)
    segment.write(row)
    merger.merge_once()
    once = spans_of(database, ROOT)
    segment.write(row)
    merger.merge_once()
    assert spans_of(database, ROOT) == once


def test_one_line_that_the_tables_do_not_take_is_set_aside_alone(
    merger: Merger, database: Database, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    fold_span = batch_module._fold_span

    def fail_at_seven(states: Any, row_id: str, span_rows: Any) -> Any:
        if any("poison" in row.fields for row in span_rows):
            raise ValueError("seven")
        return fold_span(states, row_id, span_rows)

    monkeypatch.setattr(batch_module, "_fold_span", fail_at_seven)
    segment = open_segment()
    segment.write(*(rows.start(number, **({"poison": 1} if number == 7 else {})) for number in range(20)))
    changes = merger.merge_once(budget_secs=60)
    assert (changes.spans_added, changes.lines_rejected) == (19, 1)
    assert merger.is_caught_up
    [kept] = (database.store / "rejected").iterdir()
    assert "seven" in json.loads(kept.read_text())["reason"]
    assert len(spans_of(database, ROOT)) == 19


def test_a_row_with_a_field_nested_too_deeply_is_merged_without_it(
    merger: Merger, database: Database, rows: Any, open_segment: Any, store: Path
):
    deep = b"[" * 50_000 + b"]" * 50_000
    segment = open_segment()
    segment.write(rows.start(0, input="shallow"))
    segment.write_bytes(encode_line(rows.end(0, output="deep down")).replace(b'"deep down"', deep))
    segment.write(rows.start(1, root=0, parents=[0]))
    change_set = merger.merge_once()
    assert change_set.lines_rejected == 1, "it is kept, and told"
    spans = spans_of(database, ROOT)
    assert len(spans) == 2
    with database.cursor() as cursor:
        ended, output = cursor.rows("SELECT end_ts IS NOT NULL, output FROM spans WHERE input IS NOT NULL")[0]
    assert ended
    assert "nested too deeply to be read: 100,000 characters" in output
    (kept,) = (store / "rejected").iterdir()
    assert "output: nested too deeply" in kept.read_text()
