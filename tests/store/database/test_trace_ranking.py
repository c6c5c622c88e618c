"""Traces by what they took, cost or scored, over the whole store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store import open_store
from spanglass_store.database.records import BY_START, TraceOrder
from spanglass_store.database.trace_ranking import rank_traces, read_amounts
from spanglass_store.search.parse import parse_filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.reader import Store

ERROR = "ValueError: no such order"


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    journal = JournalWriter(store_path)
    journal.span(1, trace=1, at=0, after=3, name="slow", scores={"a/b": 0.2})
    journal.span(2, trace=1, at=0.1, parents=(1,), error=ERROR, metrics={"tokens": 7})
    journal.span(3, trace=2, at=10, after=1, error=f"Traceback (most recent call last):\n{ERROR}")
    journal.span(4, trace=2, at=10.1, parents=(3,), error=f"Traceback (most recent call last):\n{ERROR}")
    journal.span(5, trace=2, at=10.2, parents=(3,), scores={"a/b": 0.8}, metrics={"tokens": 90, "cost": 0.5})
    journal.span(6, trace=3, at=20, after=2, name="plain")
    journal.die()
    with open_store(store_path) as opened:
        yield opened


def _ranked(store: Store, order: TraceOrder, text: str = "") -> list[str]:
    amounts = read_amounts(store._cursor, order)
    roots = rank_traces(store._cursor, parse_filter(text), amounts, is_descending=order.is_descending)
    assert [trace.root_span_id for trace in store.list_traces_of(roots)] == roots
    return [str(int(root, 16) - int(root_id(0), 16)) for root in roots]


def _numbers(*traces: int) -> list[str]:
    return [str(int(root_id(trace), 16) - int(root_id(0), 16)) for trace in traces]


def test_traces_are_ranked_by_what_is_known_and_the_rest_follows_newest_first(store: Store) -> None:
    assert _ranked(store, TraceOrder("duration")) == _numbers(1, 3, 2)
    assert _ranked(store, TraceOrder("duration", is_descending=False)) == _numbers(2, 3, 1)
    assert _ranked(store, TraceOrder("tokens")) == _numbers(2, 1, 3)
    assert _ranked(store, TraceOrder("cost")) == _numbers(2, 3, 1)


def test_a_root_says_its_score_else_those_below_it_do(store: Store) -> None:
    assert read_amounts(store._cursor, TraceOrder("score", "a/b")) == {root_id(1): 0.2, root_id(2): 0.8}
    assert _ranked(store, TraceOrder("score", "a/b", is_descending=False)) == _numbers(1, 2, 3)


def test_errors_count_where_they_began(store: Store) -> None:
    assert read_amounts(store._cursor, TraceOrder("errors")) == {root_id(1): 1.0, root_id(2): 1.0}


def test_a_filter_narrows_what_is_ranked(store: Store) -> None:
    assert _ranked(store, TraceOrder("tokens"), "error") == _numbers(2, 1)
    assert _ranked(store, TraceOrder("tokens"), "name:nothing") == []


def test_the_order_of_starts_has_no_amounts(store: Store) -> None:
    with pytest.raises(ValueError, match="no amounts"):
        read_amounts(store._cursor, BY_START)
