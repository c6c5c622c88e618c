from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.trace.alignment import AlignedSpan, SpanTree, align

NAMES = st.sampled_from(["a", "b", "c"])
TREES = st.lists(st.tuples(st.integers(0, 30), NAMES, st.sampled_from([None, 1, 2])), max_size=25)
Span = tuple[int, str, int | None]  # which parent, name, input


def _tree(spans: list[Span]) -> SpanTree:
    children: list[list[int]] = [[] for _ in spans]
    roots: list[int] = []
    for span, (pick, _, _) in enumerate(spans):
        (children[pick % span] if span and pick else roots).append(span)
    return SpanTree([(name, "") for _, name, _ in spans], children, roots, [value for _, _, value in spans])


def _siblings(*calls: tuple[str, int | None]) -> SpanTree:
    """A root `run`, and below it calls by name and input."""
    keys = [("run", "task"), *((name, "tool") for name, _ in calls)]
    below = list(range(1, len(keys)))
    return SpanTree(keys, [below, *([] for _ in calls)], [0], [None, *(value for _, value in calls)])


def _pairs(before: SpanTree, after: SpanTree) -> list[tuple[int, int]]:
    return [(row.before, row.after) for row in align(before, after)]


def _parents(tree: SpanTree) -> dict[int, int]:
    return {child: parent for parent, children in enumerate(tree.children) for child in children}


@given(TREES, TREES)
def test_each_span_stands_once_and_pairs_have_paired_parents(one: list[Span], other: list[Span]) -> None:
    before, after = _tree(one), _tree(other)
    rows = align(before, after)
    assert sorted(row.before for row in rows if row.before >= 0) == list(range(len(one)))
    assert sorted(row.after for row in rows if row.after >= 0) == list(range(len(other)))
    upper_before, upper_after = _parents(before), _parents(after)
    pairs = {row.before: row.after for row in rows if row.before >= 0 <= row.after}
    for left, right in pairs.items():
        assert pairs.get(upper_before.get(left, -1), -1) == upper_after.get(right, -1)


@given(TREES)
def test_a_trace_is_like_itself(spans: list[Span]) -> None:
    rows = align(_tree(spans), _tree(spans))
    assert all(row.before == row.after for row in rows)
    assert len(rows) == len(spans)


@given(st.lists(st.tuples(NAMES, st.sampled_from([None, 1, 2])), max_size=12).flatmap(
    lambda calls: st.tuples(st.just(calls), st.permutations(calls))
))  # fmt: skip
def test_what_ran_side_by_side_is_paired_in_whatever_order(
    calls: tuple[list[tuple[str, int | None]], list[tuple[str, int | None]]],
) -> None:
    one, other = calls
    pairs = _pairs(_siblings(*one), _siblings(*other))
    assert all(left >= 0 <= right for left, right in pairs)
    assert [one[left - 1] for left, _ in pairs[1:]] == [other[right - 1] for _, right in pairs[1:]]


def test_repeated_calls_are_told_apart_by_what_they_were_asked() -> None:
    before = _siblings(("search", 1), ("search", 2), ("search", 3))
    after = _siblings(("search", 9), ("search", 1), ("search", 2), ("search", 3))
    assert _pairs(before, after) == [(0, 0), (-1, 1), (1, 2), (2, 3), (3, 4)]


def test_a_renamed_span_is_known_by_its_input() -> None:
    assert _pairs(_siblings(("planner", 7)), _siblings(("planner_v2", 7))) == [(0, 0), (1, 1)]
    assert _pairs(_siblings(("planner", 7)), _siblings(("other", 8))) == [(0, 0), (1, -1), (-1, 1)]
    assert _pairs(_siblings(("planner", None)), _siblings(("other", None))) == [(0, 0), (1, -1), (-1, 1)]


def _wrapped(name: str, *below: str) -> SpanTree:
    keys = [("run", "task"), (name, "task"), *((child, "tool") for child in below)]
    children = [[1], list(range(2, len(keys))), *([] for _ in below)]
    return SpanTree(keys, children, [0], [None] * len(keys))


def test_a_renamed_span_is_known_by_what_it_calls() -> None:
    assert _pairs(_wrapped("step", "ask", "pay"), _wrapped("stage", "ask", "pay")) == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert (1, 1) not in _pairs(_wrapped("step", "ask", "pay", "mail"), _wrapped("stage", "ask"))


def test_two_traces_are_compared_whatever_their_roots_are_called() -> None:
    before = SpanTree([("run", "task"), ("ask", "llm")], [[1], []], [0], [None, None])
    after = SpanTree([("other", "eval"), ("ask", "llm")], [[1], []], [0], [None, None])
    assert _pairs(before, after) == [(0, 0), (1, 1)]


def test_what_went_away_stands_behind_what_it_stood_behind() -> None:
    before, after = _tree([(0, "a", None), (1, "b", None)]), _tree([(0, "a", None), (1, "c", None)])
    assert align(before, after) == [AlignedSpan(0, 0, 0), AlignedSpan(1, -1, 1), AlignedSpan(-1, 1, 1)]
    before, after = _siblings(("a", 1), ("gone", 2), ("b", 3)), _siblings(("b", 3), ("a", 1))
    assert _pairs(before, after) == [(0, 0), (3, 1), (1, 2), (2, -1)]
