from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.trace.layout import TraceLayout, lay_out
from spanglass_viewer.trace.subtree_sums import sum_below

Edges = list[tuple[int, int]]


def _lay_out(parents: list[int], further: Edges = ()) -> TraceLayout:  # pyright: ignore[reportArgumentType]
    return lay_out(
        np.array(parents, np.int32),
        np.array([child for child, _ in further], np.int32),
        np.array([parent for _, parent in further], np.int32),
    )


def _tree(layout: TraceLayout) -> list[tuple[int, int, bool]]:
    return list(zip(layout.span.tolist(), layout.depth.tolist(), layout.is_ghost.tolist(), strict=True))


def test_children_follow_their_parent_in_order_of_start() -> None:
    layout = _lay_out([-1, 0, 0, 1, 1])
    assert _tree(layout) == [(0, 0, False), (1, 1, False), (3, 2, False), (4, 2, False), (2, 1, False)]
    assert layout.subtree_rows.tolist() == [5, 3, 1, 1, 1]
    assert layout.parent_row.tolist() == [-1, 0, 1, 1, 0]


def test_a_parent_that_starts_after_its_child_still_stands_above_it() -> None:
    assert _tree(_lay_out([1, -1])) == [(1, 0, False), (0, 1, False)]


def test_a_further_parent_gets_a_ghost_among_its_children() -> None:
    layout = _lay_out([-1, 0, 0, 1, 2], [(3, 2)])
    assert _tree(layout) == [
        (0, 0, False), (1, 1, False), (3, 2, False), (2, 1, False), (3, 2, True), (4, 2, False),
    ]  # fmt: skip
    assert layout.row_of_span[3] == 2
    assert layout.has_ghosts.tolist() == [False, False, False, True, False]


def test_descendants_of_a_ghost_are_not_repeated() -> None:
    layout = _lay_out([-1, 0, 0, 1, 3], [(3, 2)])
    assert layout.span.tolist().count(4) == 1
    assert sum_below(layout, np.ones(5, np.int64)).of(np.arange(5)).tolist() == [5, 3, 1, 2, 1]


def test_edges_that_say_nothing_new_make_no_ghosts() -> None:
    layout = _lay_out([-1, 0], [(1, 0), (1, 1), (1, -2), (0, 0)])
    assert not layout.is_ghost.any()


def test_the_same_further_parent_twice_makes_one_ghost() -> None:
    assert _lay_out([-1, 0, 0], [(2, 1), (2, 1)]).is_ghost.sum() == 1


def test_orphans_stand_after_the_other_roots() -> None:
    layout = _lay_out([-2, -1, 1, -1, 0])
    assert _tree(layout) == [(1, 0, False), (2, 1, False), (3, 0, False), (0, 0, False), (4, 1, False)]
    assert layout.is_orphan.tolist() == [True, False, False, False, False]


def test_a_span_whose_first_parent_is_missing_stands_under_the_next() -> None:
    layout = _lay_out([-1, -2], [(1, 0)])
    assert _tree(layout) == [(0, 0, False), (1, 1, False)]
    assert not layout.is_orphan.any()


@pytest.mark.parametrize("parents", [[0], [1, 0], [2, 0, 1, 0], [-1, 3, 1, 2]])
def test_a_cycle_is_cut_at_its_earliest_span(parents: list[int]) -> None:
    layout = _lay_out(parents)
    assert sorted(layout.span.tolist()) == list(range(len(parents)))
    assert np.flatnonzero(layout.is_cut).tolist() == [0 if parents[0] >= 0 else 1]


def test_two_cycles_are_cut_one_by_one() -> None:
    assert np.flatnonzero(_lay_out([1, 0, 3, 2]).is_cut).tolist() == [0, 2]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_deep_chain_is_laid_out_without_recursion(is_reversed: bool) -> None:
    count = 100_000
    parents = [*range(1, count), -1] if is_reversed else [-1, *range(count - 1)]
    layout = _lay_out(parents)
    assert layout.depth.tolist() == list(range(count))
    assert layout.subtree_rows.tolist() == list(range(count, 0, -1))


def test_a_trace_of_one_span() -> None:
    assert _tree(_lay_out([-1])) == [(0, 0, False)]


@st.composite
def _graphs(draw: st.DrawFn) -> tuple[list[int], Edges]:
    count = draw(st.integers(1, 14))
    parents = draw(st.lists(st.integers(-2, count - 1), min_size=count, max_size=count))
    span = st.integers(0, count - 1)
    return parents, draw(st.lists(st.tuples(span, span), max_size=8))


@given(_graphs())
def test_every_span_has_exactly_one_row_of_its_own(graph: tuple[list[int], Edges]) -> None:
    layout = _lay_out(*graph)
    own = layout.span[~layout.is_ghost]
    assert sorted(own.tolist()) == list(range(len(graph[0])))
    assert layout.span[layout.row_of_span].tolist() == list(range(len(graph[0])))
    assert not layout.is_ghost[layout.row_of_span].any()


@given(_graphs())
def test_rows_are_the_preorder_of_what_they_say_of_themselves(graph: tuple[list[int], Edges]) -> None:
    layout = _lay_out(*graph)
    rows = list(range(len(layout)))
    parent, size, depth = layout.parent_row.tolist(), layout.subtree_rows.tolist(), layout.depth.tolist()
    for row in rows:
        children = [other for other in rows if parent[other] == row]
        assert size[row] == 1 + sum(size[child] for child in children)
        assert all(row < child < row + size[row] and depth[child] == depth[row] + 1 for child in children)
        assert (depth[row] == 0) == (parent[row] == -1)
        assert not (layout.is_ghost[row] and children)


@given(_graphs())
def test_siblings_keep_the_order_of_the_spans(graph: tuple[list[int], Edges]) -> None:
    layout = _lay_out(*graph)
    for parent in {*layout.parent_row.tolist()} - {-1}:
        siblings = layout.span[layout.parent_row == parent].tolist()
        assert siblings == sorted(siblings)
    roots = layout.span[layout.parent_row == -1]
    keys = [(bool(layout.is_orphan[span]), span) for span in roots.tolist()]
    assert keys == sorted(keys)


@given(_graphs())
def test_every_edge_of_the_graph_is_a_row_or_was_cut(graph: tuple[list[int], Edges]) -> None:
    parents, further = graph
    layout = _lay_out(parents, further)
    rows = zip(layout.span.tolist(), layout.parent_row.tolist(), strict=True)
    shown = {(span, int(layout.span[upper])) for span, upper in rows if upper >= 0}
    wanted = {(span, parent) for span, parent in enumerate(parents) if parent >= 0} | set(further)
    missing = {(span, parent) for span, parent in wanted - shown if span != parent}
    assert shown <= wanted
    assert {span for span, _ in missing} <= set(np.flatnonzero(layout.is_cut).tolist())
    assert len(missing) <= layout.is_cut.sum()


@given(_graphs())
def test_only_what_no_root_is_above_of_is_cut(graph: tuple[list[int], Edges]) -> None:
    parents, further = graph
    layout = _lay_out(parents, further)
    if not further:
        on_cycle = [span for span in range(len(parents)) if _comes_back(parents, span)]
        cut = np.flatnonzero(layout.is_cut).tolist()
        assert set(cut) <= set(on_cycle)
        assert bool(cut) == bool(on_cycle)


def _comes_back(parents: list[int], span: int) -> bool:
    at = parents[span]
    for _ in parents:
        if at == span:
            return True
        at = parents[at] if at >= 0 else at
    return False
