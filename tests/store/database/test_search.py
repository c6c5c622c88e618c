"""Filters on real tables: which traces and which spans they let through."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_rows import JournalWriter

from spanglass_store import open_store
from spanglass_store.database import span_search, trace_heads
from spanglass_store.database.columns import EPOCH
from spanglass_store.database.connection import Cursor
from spanglass_store.database.filter_sql import LONG_AGO, Condition
from spanglass_store.database.reader import StoreReader
from spanglass_store.faults import Interrupted
from spanglass_store.search.expression import And, EndedSince
from spanglass_store.search.parse import parse_filter
from spanglass_store.search.tokens import FilterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger

REFERENCE = {"type": "braintrust_attachment", "filename": "Receipt.png", "content_type": "image/png", "key": "k1"}


@pytest.fixture
def reader(database: Database, merger: Merger, rows: Any, open_segment: Any) -> Iterator[StoreReader]:
    """Three traces: 0 fails and has a slow LLM call, 1 is quick and has an attachment, 2 is running."""
    segment = open_segment()
    model = {"metadata": {"model": "gpt-5-mini", "user": {"id": 7}, "a.b": "dotted", "who": "Zoë"}}
    segment.write(
        rows.start(0, span_attributes={"name": "checkout"}, tags=["Prod"], input='say "hi"\nthere'),
        rows.start(1, parents=[0], span_attributes={"name": "chat", "type": "llm"}, **model),
        rows.end(1, 3.0, error="ValueError: no 100%_luck", metrics={"tokens": 4000, "cost": 0.06}),
        rows.start(2, parents=[0], span_attributes={"name": "judge", "type": "score"}, scores={"a/b c": 0.25}),
        rows.end(2, 0.5, metrics={"tokens": 2000, "cost": 0.06}),
        rows.end(0, 4.0),
        rows.start(1000, root=1, span_attributes={"name": "import"}, project_name="other", input=REFERENCE),
        rows.end(1000, 0.1, scores={"a/b c": 0.75}),
        rows.start(2000, root=2, span_attributes={"name": "agent"}, metadata={"user": {"id": "8"}, "who": [1, None]}),
    )
    merger.merge_once(budget_secs=10)
    with database.cursor() as cursor:
        yield StoreReader(cursor)


TRACES = {f"{number + 1:032x}": number for number in range(3)}


def traces_of(reader: StoreReader, text: str) -> set[int]:
    return {TRACES[trace.root_span_id] for trace in reader.list_traces(text)}


@pytest.mark.parametrize(
    ("text", "traces"),
    [
        ("", {0, 1, 2}),
        ("error", {0}),
        ("-error", {1, 2}),
        ("running", {2}),
        ("has:attachment", {1}),
        ("name:CHAT", {0}),
        ("name=chat", {0}),
        ("name=cha", set()),
        ("type:llm", {0}),
        ("model:gpt-5", {0}),
        ("model=gpt-5", set()),
        ("project:dem", {0, 2}),
        ("tag:prod", {0}),
        ("tag=pro", set()),
        ("dur>3.5s", {0}),
        ("dur<1s", {1}),
        ("-dur<1s", {0, 2}),
        ("tokens>5k", {0}),
        ("cost>0.1", {0}),
        ('score."a/b c"<0.5', {0}),
        ("score.none<0.5", set()),
        ("meta.user.id=7", {0}),
        ("meta.user.id=7.0", {0}),
        ("meta.user.id>7", {2}),
        ("meta.user.id>=7", {0, 2}),
        ("meta.a.b=dotted", {0}),
        ("meta.who:ZOË", {0}),
        ("meta.who.0=1", {2}),
        ("since:2026-01-01", {0, 1, 2}),
        ("since:2200-01-01", set()),
        ("since:1000000w", {0, 1, 2}),
        ('"no 100%_luck"', {0}),
        ("100x", set()),
        ("receipt.png", {1}),
        ('"say \\"hi\\"\nthere"', {0}),
        ("zoë", {0}),
        ("error type:score", {0}),
        ("error or running", {0, 2}),
        ("-(error or running)", {1}),
        ("project:demo -error", {2}),
    ],
)
def test_which_traces_a_filter_lets_through(reader: StoreReader, text: str, traces: set[int]) -> None:
    assert traces_of(reader, text) == traces


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["agent", "import", "judge", "chat", "checkout"]),
        ("error", ["chat"]),
        ("-error project:demo", ["agent", "judge", "checkout"]),
        ("tokens>3k", ["chat"]),
        ("dur>2s", ["chat", "checkout"]),
        ("type:llm dur>2s", ["chat"]),
        ("type:llm dur>5s", []),
    ],
)
def test_which_spans_a_filter_lets_through(reader: StoreReader, text: str, names: list[str]) -> None:
    assert [span.name for span in reader.search_spans(text)] == names


def test_a_page_of_spans_goes_on_where_the_last_one_ended(reader: StoreReader) -> None:
    first = list(reader.search_spans("", limit=2))
    rest = list(reader.search_spans("", before=(first[-1].created_us, first[-1].id)))
    assert [span.name for span in first + rest] == ["agent", "import", "judge", "chat", "checkout"]


@pytest.mark.parametrize("window", [1, 2, 3])
def test_windows_miss_nothing(reader: StoreReader, monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    monkeypatch.setattr(trace_heads, "_FIRST_WINDOW_TRACES", window)
    monkeypatch.setattr(trace_heads, "_WINDOW_GROWTH", 1)
    monkeypatch.setattr(span_search, "_FIRST_WINDOW_SPANS", window)
    monkeypatch.setattr(span_search, "_WINDOW_GROWTH", 1)
    monkeypatch.setattr(span_search, "_PAGE_SPANS", 1)
    assert traces_of(reader, "type:llm or has:attachment or running") == {0, 1, 2}
    assert [trace.name for trace in reader.list_traces("-tag:x", limit=2)] == ["agent", "import"]
    assert [span.name for span in reader.search_spans("project:o or error")] == [
        "agent",
        "import",
        "judge",
        "chat",
        "checkout",
    ]


def test_the_newest_hit_comes_before_the_rest_is_read(reader: StoreReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(span_search, "_FIRST_WINDOW_SPANS", 1)
    asked: list[str] = []
    cursor_rows = reader._cursor.rows
    monkeypatch.setattr(reader._cursor, "rows", lambda *query: asked.append(query[0]) or cursor_rows(*query))
    assert next(reader.search_spans("agent")).name == "agent"
    assert len(asked) == 2, "where the first window ends, and what it holds"


def test_spans_of_one_moment_are_all_found(
    database: Database, merger: Merger, rows: Any, open_segment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = rows.start(0)["created"]
    open_segment().write(*(rows.start(number, created=moment) for number in range(7)))
    merger.merge_once(budget_secs=10)
    monkeypatch.setattr(span_search, "_FIRST_WINDOW_SPANS", 2)
    monkeypatch.setattr(span_search, "_PAGE_SPANS", 3)
    with database.cursor() as cursor:
        found = [span.id for span in StoreReader(cursor).search_spans("span")]
    assert len(found) == len(set(found)) == 7


def test_a_trace_without_its_root_is_found_too(
    database: Database, merger: Merger, rows: Any, open_segment: Any
) -> None:
    open_segment().write(rows.start(1, parents=[0], error="lost"))
    merger.merge_once()
    with database.cursor() as cursor:
        assert [trace.error_count for trace in StoreReader(cursor).list_traces("error lost")] == [1]


def test_metadata_that_duckdb_cannot_read_does_not_match(database: Database, merger: Merger, open_segment: Any) -> None:
    segment = open_segment()
    line = b'{"id":"odd","created":"2026-11-23T00:00:00Z","metadata":{"user":"\\ud800"},"scores":{"x":"high"}}\n'
    segment.write_bytes(line)
    merger.merge_once()
    with database.cursor() as cursor:
        reader = StoreReader(cursor)
        assert reader.list_traces("meta.user=x or score.x>0") == []
        assert len(reader.list_traces("-meta.user=x")) == 1


_TYPED = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
_FILTERS = st.one_of(
    st.text(max_size=40),
    st.builds('{}:"{}"'.format, st.sampled_from(["name", "type", "model", "project", "tag"]), _TYPED),
    st.builds('{}"{}"{}{}'.format, st.sampled_from(["meta.", "score."]), _TYPED, st.sampled_from("=<>:"), _TYPED),
    st.builds('"{}" or -("{}")'.format, _TYPED, _TYPED),
)


@settings(max_examples=150)
@given(_FILTERS)
def test_whatever_is_typed_raises_the_parsers_error_alone(reader: StoreReader, text: str) -> None:
    with contextlib.suppress(FilterError):
        reader.list_traces(text)
        list(reader.search_spans(text))


_PLACES = ('"{}"', 'name:"{}"', 'type="{}"', 'tag:"{}"', 'meta."{}"=1', 'meta.a:"{}"', 'score."{}"<1', '-(x or "{}")')


@given(st.sampled_from(_PLACES), st.text(st.characters(exclude_categories=("Cs",), exclude_characters='"\\')))
def test_nothing_that_is_typed_becomes_sql(place: str, text: str) -> None:
    expression = parse_filter(place.format(f"§{text}§"))
    for of_traces in (False, True):
        condition = Condition(expression, of_traces=of_traces, now_us=0)
        assert "§" not in condition.sql
        assert any(text in str(value).replace("~1", "/").replace("~0", "~") for value in condition.parameters.values())


@pytest.mark.parametrize(
    ("text", "since_ms"),
    [
        ("since:2026-11-20T00:00:00Z", 1_795_132_800_000),
        ("error since:2026-11-20T00:00:00Z since:2026-11-21T00:00:00Z", 1_795_219_200_000),
        ("error or since:2026-11-20T00:00:00Z", None),
        ("-since:2026-11-20T00:00:00Z", None),
    ],
)
def test_what_is_too_old_is_not_read(text: str, since_ms: int | None) -> None:
    condition = Condition(parse_filter(text), of_traces=False, now_us=0)
    assert condition.not_before == (LONG_AGO if since_ms is None else EPOCH + timedelta(milliseconds=since_ms))


def test_an_end_is_looked_for_in_one_window_with_its_bound(
    reader: StoreReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    cursor_rows = reader._cursor.rows
    monkeypatch.setattr(reader._cursor, "rows", lambda *query: asked.append(query[1]) or cursor_rows(*query))
    ends = sorted(span.end_us or 0 for span in reader.search_spans(""))
    asked.clear()
    expression = And((parse_filter("name:c"), EndedSince(ends[-1])))
    assert [span.name for span in reader.search_spans(expression)] == ["checkout"]
    assert [bounds["ended_since"] for bounds in asked] == [EPOCH + timedelta(microseconds=ends[-1])]


_ENDLESS = (
    "SELECT $until, count(*) FROM range(100_000_000) a, range(100_000) b WHERE $window > 0 AND $not_before IS NOT NULL"
)


def test_a_search_can_be_cancelled(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(span_search, "query", lambda _: _ENDLESS)
    reading: list[StoreReader] = []
    is_over = threading.Event()

    def search() -> None:
        with database.cursor() as cursor:
            reading.append(StoreReader(cursor))
            next(reading[0].search_spans("x"))

    def cancel() -> None:
        while not is_over.wait(0.01):
            for reader in reading:
                reader.interrupt()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(Interrupted):
        search()
    is_over.set()
    canceller.join()


def test_pages_of_spans_and_traces_whose_clock_went_astray(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spanglass_store.database.trace_heads._FIRST_WINDOW_TRACES", 1)
    writer = JournalWriter(store)
    for number, created in enumerate(("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"), 1):
        writer.span(number, trace=number)
        writer.write({"id": f"astray-{number}", "created": created, "_is_merge": False, "span_id": f"{number}",
                      "root_span_id": f"{number}", "span_attributes": {"name": "astray"}})  # fmt: skip
    writer.die()
    with open_store(store) as opened:
        assert {trace.root_span_id for trace in opened.list_traces("name:astray", limit=1)} <= {"1", "2"}
        assert len(opened.list_traces(limit=10)) == 4
        newest = next(opened.search_spans("name:astray"))
        before = (newest.created_us, newest.id)
        assert [span.id for span in opened.search_spans("name:astray", before=before)] == ["astray-1"]


def test_a_trace_without_a_root_counts_as_one(store: Path) -> None:
    writer = JournalWriter(store)
    writer.span(1, trace=1)
    writer.span(2, trace=2, parents=(99,))
    writer.die()
    with open_store(store) as opened:
        assert opened.totals().traces == len(opened.list_traces()) == 2


@pytest.mark.parametrize("listed", ["list_traces", "search_spans"])
def test_who_goes_beyond_the_first_window_has_the_threads_of_who_reads_much(
    reader: StoreReader, monkeypatch: pytest.MonkeyPatch, listed: str
):
    asked: list[bool] = []
    monkeypatch.setattr(Cursor, "use_many_threads", lambda _: asked.append(True))
    monkeypatch.setattr(span_search, "_FIRST_WINDOW_SPANS", 1)
    monkeypatch.setattr(trace_heads, "_FIRST_WINDOW_TRACES", 1)
    filtered = getattr(reader, listed)
    assert next(iter(filtered("name:agent" if listed == "search_spans" else "meta.user.id=8")))
    assert bool(asked) == (listed == "list_traces")  # which goes on until it has 200
    assert not list(filtered("meta.user.id=nobody"))
    assert asked
