from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store import open_store
from spanglass_store.database.connection import QueryFailed
from spanglass_store.faults import NotAStore, UnknownFormat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.reader import Store


def root_id(number: int) -> str:
    return f"{number + 1:032x}"


@pytest.fixture
def opened(store: Path, rows: Any, open_segment: Any) -> Iterator[Store]:
    """Three traces: 0 with two children, one of them failed; 1 still running; 2 an llm call."""
    segment = open_segment()
    segment.write(
        rows.start(0, span_attributes={"name": "Agent run", "type": "task"}, input="hello Wörld"),
        rows.start(1, root=0, parents=[0], error="Traceback (most recent call last):\n  File x\nBoom: bad\n"),
        rows.start(2, root=0, parents=[0], metrics={"tokens": 5, "start": 1_795_000_000.002}),
        rows.end(0),
        rows.end(1),
        rows.end(2),
        rows.start(100, root=1),
        rows.start(200, root=2, span_attributes={"name": "chat", "type": "llm"}, metadata={"model": "gpt-5"}),
        rows.end(200, secs=3.0, metrics={"prompt_tokens": 3, "completion_tokens": 4}),
    )
    with open_store(store) as opened_store:
        yield opened_store


def test_traces_are_listed_newest_first_with_their_roll_ups(opened: Store):
    newest, running, failed = opened.list_traces()
    assert [newest.root_span_id, running.root_span_id, failed.root_span_id] == [root_id(2), root_id(1), root_id(0)]
    assert (newest.name, newest.tokens, newest.prompt_tokens, newest.duration_secs) == ("chat", 7, 3, 3.0)
    assert (running.is_running, running.end_us) == (True, None)
    assert (failed.span_count, failed.error_count, failed.is_error, failed.tokens) == (3, 1, False, 5)


def test_pages_follow_each_other(opened: Store):
    first = opened.list_traces(limit=2)
    rest = opened.list_traces(limit=2, before=(first[-1].start_us, first[-1].root_span_id))
    assert [trace.root_span_id for trace in first + rest] == [root_id(2), root_id(1), root_id(0)]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ("error", [0]),
        ("type=llm", [2]),
        ("running", [1]),
        ("dur>=2", [2]),
        ("name:AGENT", [0]),
        ("project=demo", [2, 1, 0]),
        ("project=other", []),
        ("error type=llm", []),
    ],
)
def test_a_filter_narrows(opened: Store, wanted: str, numbers: list[int]):
    assert [trace.root_span_id for trace in opened.list_traces(wanted)] == [root_id(number) for number in numbers]


def test_a_trace_without_its_root_is_listed_until_the_root_comes(store: Path, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(5, root=0, parents=[0]), rows.start(6, root=0, parents=[5]))
    with open_store(store) as opened:
        assert [(trace.name, trace.span_count) for trace in opened.list_traces()] == [("span 5", 2)]
    segment.write(rows.start(0))
    with open_store(store) as opened:
        assert [(trace.name, trace.span_count) for trace in opened.list_traces()] == [("span 0", 3)]


def test_a_trace_with_two_roots_is_one_line(store: Path, rows: Any, open_segment: Any):
    open_segment().write(rows.start(0), rows.start(1, root=0), rows.start(2, root=9))
    with open_store(store) as opened:
        assert [(trace.name, trace.span_count) for trace in opened.list_traces(limit=2)] == [
            ("span 2", 1),
            ("span 0", 2),
        ]


def test_an_update_alone_is_a_trace_of_its_own_until_its_span_comes(store: Path, rows: Any, open_segment: Any):
    segment = open_segment()
    segment.write(rows.start(0), rows.update(1, output=1))
    with open_store(store) as opened:
        assert len(opened.list_traces()) == 2
    segment.write(rows.start(1, root=0, parents=[0]))
    with open_store(store) as opened:
        assert [trace.span_count for trace in opened.list_traces()] == [2]
        assert [span.output for span in opened.get_trace(root_id(0))] == [None, "1"]


def test_spans_are_found_by_all_their_names(opened: Store):
    root, failed, _ = opened.get_trace(root_id(0))
    assert opened.get_span(failed.id, failed.created_us) == failed
    assert opened.get_span(failed.id, created_us=1) == failed
    assert opened.get_span(failed.id) == failed
    assert opened.find_span(root.span_id) == root
    assert failed.span_parents == (root.span_id,)
    assert opened.find_span("nothing") is None
    assert opened.find_span_of(root.root_span_id, root.span_id, root.created_us) == root
    assert opened.find_span_of(root.root_span_id, root.span_id, 0) == root, "the moment is only a hint"
    assert opened.find_span_of("another trace", root.span_id, root.created_us) is None
    with pytest.raises(LookupError):
        opened.get_span("nothing")


def test_a_trace_is_resolved_from_ids_and_unique_prefixes(opened: Store):
    span = opened.get_trace(root_id(2))[0]
    for text in (root_id(2), span.span_id, span.id, span.id[:-1]):
        assert opened.resolve_trace(text) == root_id(2)
    for text in ("", "0", "nothing", "%"):
        with pytest.raises(LookupError):
            opened.resolve_trace(text)


def test_search_finds_text_in_any_case(opened: Store):
    assert [span.name for span in opened.search("hello wÖrld")] == ["Agent run"]
    assert opened.search("100%") == []


def test_totals_and_iteration_count_the_same(opened: Store):
    totals = opened.totals()
    spans = list(opened.iter_spans())
    assert (totals.traces, totals.spans) == (3, 5)
    assert [span.created_us for span in spans] == sorted(span.created_us for span in spans)
    assert len(spans) == 5
    assert totals.size_bytes > 0


def test_sql_reads_and_cannot_write(opened: Store):
    assert opened.sql("SELECT name FROM v_errors").rows == [("span 1",)]
    assert opened.sql("SELECT error_type, error_message FROM v_errors").rows == [("Boom", "bad")]
    assert [row[0] for row in opened.sql("SELECT name FROM v_traces").rows] == ["chat", "span 100", "Agent run"]
    assert opened.sql("SELECT model, tokens FROM v_llm_calls").rows == [("gpt-5", 7)]
    assert opened.sql("FROM v_traces LIMIT 1").columns[:2] == ("root_span_id", "name")
    assert opened.sql("DESCRIBE spans").rows
    for text in (
        "DELETE FROM spans", "SELECT nonsense", "DROP VIEW v_traces", "COMMIT; DROP TABLE comments", "COMMIT", "",
        "COPY spans TO '/dev/null'", "ATTACH ':memory:' AS other", "INSTALL json", "SET threads = 1", "CHECKPOINT",
    ):  # fmt: skip
        with pytest.raises(QueryFailed):
            opened.sql(text)
    assert opened.totals().spans == 5


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path):
    with pytest.raises(NotAStore):
        open_store(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_newer_format_is_refused_and_nothing_touched(store: Path):
    with open_store(store) as opened:
        opened._cursor.rows("UPDATE meta SET format = 99")
    before = (store / "traces.duckdb").read_bytes()
    with pytest.raises(UnknownFormat, match="99"):
        open_store(store)
    assert (store / "traces.duckdb").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_store_that_may_not_be_written_is_read_as_it_is(
    store: Path, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
):
    segment = open_segment()
    segment.write(rows.start(0))
    with open_store(store):
        pass
    segment.write(rows.start(1, root=1))
    # root may write anywhere, whatever the folder's mode says: so the answer is given here
    monkeypatch.setattr("os.access", lambda *_: False)
    with open_store(store) as opened:
        assert [trace.name for trace in opened.list_traces()] == ["span 0"]
        with pytest.raises(QueryFailed):
            opened.sql("DELETE FROM spans")


def test_an_error_counts_as_own_only_where_it_began(store: Path, rows: Any, open_segment: Any):
    boom = "Traceback (most recent call last):\n  File 'a.py', line 1, in f\nBoom: bad\n"
    open_segment().write(
        rows.start(0),
        rows.start(1, root=0, parents=[0], error=boom),
        rows.start(2, root=0, parents=[1], error=boom),
        rows.start(3, root=0, parents=[0], error="Boom: worse"),
    )
    with open_store(store) as opened_store:
        [trace] = opened_store.list_traces()
    assert (trace.error_count, trace.own_error_count) == (3, 2)


def test_the_tables_are_the_users_own(store: Path, rows: Any, open_segment: Any):
    open_segment().write(rows.start(0))
    with open_store(store):
        assert (store / "traces.duckdb").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("said", "commit"), [({"git_commit": "c0ffee"}, "c0ffee"), ({"git_commit": 7}, None), ({}, None)]
)
def test_the_commit_is_that_of_the_process_that_logged(
    store: Path, rows: Any, open_segment: Any, said: dict[str, Any], commit: str | None
):
    segment = open_segment(process=None)
    segment.write({"_line": "process", "process": "p", "pid": 4711, **said}, rows.start(0), rows.end(0))
    with open_store(store) as opened_store:
        [span] = opened_store.iter_spans()
        assert opened_store.find_git_commit(span.id, span.created_us) == commit
        assert opened_store.find_git_commit("somebody else's", span.created_us) is None
