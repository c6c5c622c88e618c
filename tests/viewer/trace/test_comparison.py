from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_traces import EPOCH_US, MadeSpan, make_large_skeleton, make_skeleton, make_support_skeleton

from spanglass_viewer.trace.comparison import AlignedSpan, Change, SpanTree, align, compare_traces
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot

TREES = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc")), max_size=25)


def _tree(spans: list[tuple[int, str]]) -> SpanTree:
    children: list[list[int]] = [[] for _ in spans]
    roots: list[int] = []
    for span, (pick, _) in enumerate(spans):
        (children[pick % span] if span and pick else roots).append(span)
    return SpanTree([(name, "") for _, name in spans], children, roots)


def _parents(tree: SpanTree) -> dict[int, int]:
    return {child: parent for parent, children in enumerate(tree.children) for child in children}


@given(TREES, TREES)
def test_each_span_stands_once_and_pairs_fit(one: list[tuple[int, str]], other: list[tuple[int, str]]) -> None:
    before, after = _tree(one), _tree(other)
    rows = align(before, after)
    assert sorted(row.before for row in rows if row.before >= 0) == list(range(len(one)))
    assert sorted(row.after for row in rows if row.after >= 0) == list(range(len(other)))
    upper_before, upper_after = _parents(before), _parents(after)
    pairs = {row.before: row.after for row in rows if row.before >= 0 <= row.after}
    for left, right in pairs.items():
        assert before.keys[left] == after.keys[right]
        assert pairs.get(upper_before.get(left, -1), -1) == upper_after.get(right, -1)


@given(TREES)
def test_a_trace_is_like_itself(spans: list[tuple[int, str]]) -> None:
    rows = align(_tree(spans), _tree(spans))
    assert all(row.before == row.after for row in rows)
    assert len(rows) == len(spans)


def _snapshot(*spans: MadeSpan) -> TraceSnapshot:
    return build_snapshot(make_skeleton(list(spans)), 1, EPOCH_US)


def test_what_changed_was_added_and_removed() -> None:
    before = _snapshot(
        MadeSpan("root", (), 0, name="run"),
        MadeSpan("a", ("root",), 0.1, name="ask"),
        MadeSpan("b", ("root",), 0.2, name="gone"),
        MadeSpan("c", ("root",), 0.3, name="pay"),
    )
    after = _snapshot(
        MadeSpan("root", (), 0, name="run"),
        MadeSpan("x", ("root",), 0.1, name="ask"),
        MadeSpan("y", ("root",), 0.2, name="pay", error="X: y"),
        MadeSpan("z", ("y",), 0.3, name="new"),
    )
    compared = compare_traces(before, after, {"a": 1}, {"x": 2})
    names = [
        (after if other >= 0 else before).name_of(other if other >= 0 else one)
        for one, other in zip(compared.before_span.tolist(), compared.after_span.tolist(), strict=True)
    ]
    assert names == ["run", "ask", "gone", "pay", "new"]
    assert compared.depth.tolist() == [0, 1, 1, 1, 2]
    assert compared.change.tolist() == [Change.SAME, Change.CHANGED, Change.REMOVED, Change.CHANGED, Change.ADDED]
    assert compared.count(Change.CHANGED) == 2


def test_ghosts_orphans_and_open_spans_are_aligned_too() -> None:
    snapshot = build_snapshot(make_support_skeleton(), 1, EPOCH_US)
    compared = compare_traces(snapshot, snapshot, {}, {})
    assert len(compared) == len(snapshot)
    assert compared.count(Change.SAME) == len(snapshot)


def test_a_deep_chain_is_no_matter() -> None:
    snapshot = build_snapshot(make_large_skeleton(20_000, is_chain=True), 1, EPOCH_US)
    assert int(compare_traces(snapshot, snapshot, {}, {}).depth.max()) == 19_999


def test_rows_stand_in_the_order_of_the_tree() -> None:
    before, after = _tree([(0, "a"), (1, "b")]), _tree([(0, "a"), (1, "c")])
    assert align(before, after) == [AlignedSpan(0, 0, 0), AlignedSpan(1, -1, 1), AlignedSpan(-1, 1, 1)]
