from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_viewer.cli.span_tree import MAX_GUIDES, TreeRow, lay_out_tree
from spanglass_viewer.trace.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.records import SpanRecord


_HISTORIES = st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 11), max_size=3), max_size=9)


def sketch(rows: list[TreeRow]) -> list[str]:
    """Draw rows as "  name", ghosts in brackets."""
    return ["  " * row.depth + (f"({row.span.name})" if row.is_ghost else row.span.name) for row in rows]


def test_children_stand_under_their_parent_by_start(make_span: Callable[..., SpanRecord]) -> None:
    spans = [
        make_span("c", "a", at_ms=20),
        make_span("b", "a", at_ms=10),
        make_span("d", "b", at_ms=30),
        make_span("a"),
    ]
    assert sketch(lay_out_tree(spans)) == ["a", "  b", "    d", "  c"]


def test_guides_say_where_siblings_follow(make_span: Callable[..., SpanRecord]) -> None:
    spans = [make_span("a"), make_span("b", "a", at_ms=1), make_span("c", "b", at_ms=2), make_span("d", "a", at_ms=3)]
    assert [row.has_next for row in lay_out_tree(spans)] == [(), (True,), (True, False), (False,)]


def test_a_join_stands_under_its_first_parent_with_a_ghost_under_the_other(
    make_span: Callable[..., SpanRecord],
) -> None:
    spans = [
        make_span("root"),
        make_span("left", "root", at_ms=1),
        make_span("right", "root", at_ms=2),
        make_span("join", "right", "left", at_ms=3),
        make_span("after", "join", at_ms=4),
    ]
    rows = lay_out_tree(spans)
    assert sketch(rows) == ["root", "  left", "    (join)", "  right", "    join", "      after"]
    assert [row.also_under for row in rows if row.span.name == "join"] == [("left",), ("left",)]


def test_an_orphan_is_shown_at_the_top(make_span: Callable[..., SpanRecord]) -> None:
    rows = lay_out_tree([make_span("root"), make_span("lost", "gone", at_ms=5), make_span("child", "lost", at_ms=6)])
    assert sketch(rows) == ["root", "lost", "  child"]
    assert [row.is_orphan for row in rows] == [False, True, False]


def test_a_cycle_is_cut_at_its_earliest_span(make_span: Callable[..., SpanRecord]) -> None:
    rows = lay_out_tree([make_span("b", "a", at_ms=2), make_span("a", "b", at_ms=1)])
    assert sketch(rows) == ["a", "  b"]
    assert [row.is_cut for row in rows] == [True, False]


def test_a_span_that_is_its_own_first_parent_is_a_root(make_span: Callable[..., SpanRecord]) -> None:
    [row] = lay_out_tree([make_span("a", "a")])
    assert (row.is_cut, row.is_orphan) == (True, False)
    rows = lay_out_tree([make_span("top"), make_span("a", "a", "top", at_ms=1), make_span("b", "a", at_ms=2)])
    assert sketch(rows) == ["top", "  (a)", "a", "  b"]
    assert sketch(lay_out_tree([make_span("top"), make_span("a", "gone", "a", "top", at_ms=1)])) == ["top", "  a"]


def test_the_chain_before_a_cycle_is_not_cut(make_span: Callable[..., SpanRecord]) -> None:
    spans = [make_span("low", "b"), make_span("b", "a", at_ms=1), make_span("a", "b", at_ms=2)]
    rows = lay_out_tree(spans)
    assert sketch(rows) == ["b", "  low", "  a"]
    assert [row.is_cut for row in rows] == [True, False, False]


def test_a_long_chain_is_laid_out_with_bounded_guides(make_span: Callable[..., SpanRecord]) -> None:
    spans = [make_span("0"), *(make_span(str(n), str(n - 1), at_ms=n) for n in range(1, 5_000))]
    rows = lay_out_tree(spans)
    assert [row.depth for row in rows] == list(range(5_000))
    assert len(rows[-1].has_next) == MAX_GUIDES


@given(edges=st.lists(st.tuples(st.integers(0, 12), st.lists(st.integers(0, 15), max_size=3)), max_size=13))
@settings(max_examples=150)
def test_every_span_stands_exactly_once_as_itself(
    make_span: Callable[..., SpanRecord], edges: list[tuple[int, list[int]]]
) -> None:
    parents = dict(edges)
    spans = [make_span(str(number), *map(str, above), at_ms=number) for number, above in parents.items()]
    rows = lay_out_tree(spans)
    assert sorted(row.span.span_id for row in rows if not row.is_ghost) == sorted(map(str, parents))
    assert all(len(row.has_next) == min(row.depth, MAX_GUIDES) for row in rows)


@given(_HISTORIES)
@settings(max_examples=150)
def test_it_is_the_tree_of_the_window(make_span: Callable[..., SpanRecord], parents_of: dict[int, list[int]]) -> None:
    numbers = sorted(parents_of)
    place = {number: at for at, number in enumerate(numbers)}
    first = [place.get(parents_of[number][0], -2) if parents_of[number] else -1 for number in numbers]
    further = [(place[number], place.get(parent, -1)) for number in numbers for parent in parents_of[number][1:]]
    children, others = (np.array([edge[end] for edge in further], np.int32) for end in (0, 1))
    window = lay_out(np.array(first, np.int32), children, others)
    spans = [make_span(f"{number:02}", *(f"{above:02}" for above in parents_of[number]), at_ms=number)
             for number in numbers]  # fmt: skip
    rows = lay_out_tree(spans)
    assert [(row.span.span_id, row.depth, row.is_ghost) for row in rows] == [
        (f"{numbers[span]:02}", depth, is_ghost)
        for span, depth, is_ghost in zip(
            window.span.tolist(), window.depth.tolist(), np.asarray(window.is_ghost).tolist(), strict=True
        )
    ]
    own = {int(row.span.span_id): row for row in rows if not row.is_ghost}
    assert [own[number].is_cut for number in numbers] == np.asarray(window.is_cut).tolist()
    assert [own[number].is_orphan for number in numbers] == np.asarray(window.is_orphan).tolist()


@pytest.mark.parametrize("count", [0, 1])
def test_tiny_traces(make_span: Callable[..., SpanRecord], count: int) -> None:
    assert len(lay_out_tree([make_span("a")][:count])) == count
