from __future__ import annotations

from made_traces import EPOCH_US, MadeSpan, make_large_skeleton, make_skeleton, make_support_skeleton

from spanglass_store.database.comparing import PayloadDigest
from spanglass_viewer.trace.comparison import Change, compare_traces
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot


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
    compared = compare_traces(before, after, {"a": PayloadDigest(1, 1)}, {"x": PayloadDigest(1, 2)})
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


def test_a_span_with_another_name_or_another_error_has_changed() -> None:
    asked, failed, failed_otherwise = PayloadDigest(1, 1), PayloadDigest(None, 3), PayloadDigest(None, 4)
    before = _snapshot(
        MadeSpan("root", (), 0, name="run"),
        MadeSpan("a", ("root",), 0.1, name="planner"),
        MadeSpan("b", ("root",), 0.2, name="pay", error="X: y"),
    )
    after = _snapshot(
        MadeSpan("root", (), 0, name="run"),
        MadeSpan("c", ("root",), 0.1, name="planner_v2"),
        MadeSpan("d", ("root",), 0.2, name="pay", error="X: z"),
    )
    compared = compare_traces(before, after, {"a": asked, "b": failed}, {"c": asked, "d": failed_otherwise})
    assert compared.change.tolist() == [Change.SAME, Change.CHANGED, Change.CHANGED]
