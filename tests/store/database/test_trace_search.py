from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.database.trace_search import find_in_trace

if TYPE_CHECKING:
    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger

ROOT = f"{1:032x}"


@pytest.fixture
def merged(database: Database, merger: Merger, open_segment: Any, rows: Any) -> Database:
    open_segment().write(
        rows.start(0, span_attributes={"name": "Refund agent"}),
        rows.start(1, parents=[0], input={"question": "where is my REFUND?"}),
        rows.start(2, parents=[0], output="100% done, zoë"),
        rows.start(3, root=3, span_attributes={"name": "refund of another trace"}),
    )
    merger.merge_once()
    return database


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("refund", [0, 1]), ("0% D", [2]), ("ZOË", [2]), ("error", []), ("or", [])],
)
def test_names_and_values_of_the_trace_alone_are_searched(merged: Database, text: str, numbers: list[int]) -> None:
    with merged.cursor() as cursor:
        assert find_in_trace(cursor, ROOT, text, 10) == [f"{number + 1:016x}" for number in numbers]


def test_no_more_are_found_than_wanted(merged: Database) -> None:
    with merged.cursor() as cursor:
        assert len(find_in_trace(cursor, ROOT, "refund", 1)) == 1
