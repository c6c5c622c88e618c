from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store import open_store
from spanglass_store.database.records import BY_START, TraceOrder
from spanglass_store.search.parse import parse_filter
from spanglass_viewer.backend.requests import ListRequest
from spanglass_viewer.backend.trace_listing import read_page
from spanglass_viewer.trace.prices import PriceBook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor


@pytest.fixture
def cursor(store_path: Path) -> Iterator[Cursor]:
    """Three traces: one says its cost, of one it is estimated as $0.025, of one it is unknown."""
    journal = JournalWriter(store_path)
    prompt = {"prompt_tokens": 10_000, "completion_tokens": 0}
    journal.span(1, trace=1, at=1, name="logged", metrics={**prompt, "cost": 0.5}, metadata={"model": "gpt-4o"})
    journal.span(2, trace=2, at=2, name="priced", metrics=prompt, metadata={"model": "gpt-4o"})
    journal.span(3, trace=3, at=3, name="unknown", metrics=prompt, metadata={"model": "nobodys"})
    journal.die()
    with open_store(store_path) as opened:
        yield opened._cursor


@pytest.mark.parametrize("order", [BY_START, TraceOrder("tokens"), TraceOrder("cost")])
@pytest.mark.parametrize(
    ("text", "traces"),
    [
        ("cost>0.01", {1, 2}),
        ("cost<0.1", {2}),
        ("-cost>0.01", {3}),
        ("cost>0.4 or name:unknown", {1, 3}),
        ("cost>=0.02 -(cost>0.1 or error)", {2}),
        ("name:priced", {2}),
    ],
)
def test_filters_know_the_costs_that_the_list_shows(
    cursor: Cursor, text: str, traces: set[int], order: TraceOrder
) -> None:
    request = ListRequest(1, parse_filter(text), 10, order=order)
    page, _ = read_page(cursor, request, PriceBook())
    assert {summary.root_span_id for summary in page} == {root_id(trace) for trace in traces}


def test_without_prices_costs_are_those_logged(cursor: Cursor) -> None:
    page, _ = read_page(cursor, ListRequest(1, parse_filter("cost>0.01"), 10), None)
    assert [summary.root_span_id for summary in page] == [root_id(1)]
