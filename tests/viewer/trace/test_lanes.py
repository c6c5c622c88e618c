from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_traces import EPOCH_US, MadeSpan, make_skeleton

from spanglass_viewer.trace.flame import fold_lanes, index_flame
from spanglass_viewer.trace.lanes import MOST_LANES_BESIDE, MOST_STACKED_SPANS
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot

_NEVER = 2**62


def _trace(*spans: MadeSpan) -> TraceSnapshot:
    return build_snapshot(make_skeleton(list(spans)), 1, EPOCH_US)


def _lanes(snapshot: TraceSnapshot) -> dict[str, int]:
    """Return the lanes by the span's id."""
    lanes = snapshot.lanes_of(np.arange(len(snapshot), dtype=np.int32)).tolist()
    return {snapshot.skeleton.span_id[span]: lane for span, lane in enumerate(lanes)}


def test_what_follows_its_sibling_stands_beside_it() -> None:
    trace = _trace(MadeSpan("root", (), 0, 9), MadeSpan("a", ("root",), 0, 4), MadeSpan("b", ("root",), 4, 9))
    assert trace.stacked_lane is None
    assert _lanes(trace) == {"root": 0, "a": 1, "b": 1}


def test_what_goes_on_at_the_same_time_stands_below_all_of_its_sibling() -> None:
    trace = _trace(
        MadeSpan("root", (), 0, 9),
        MadeSpan("a", ("root",), 0, 6),
        MadeSpan("b", ("root",), 1, 3),
        MadeSpan("in a", ("a",), 2, 5),
        MadeSpan("c", ("root",), 3, 7),
        MadeSpan("in c", ("c",), 4, 5),
        MadeSpan("d", ("root",), 7, 9),
    )
    assert _lanes(trace) == {"root": 0, "a": 1, "in a": 2, "b": 3, "c": 3, "in c": 4, "d": 1}
    assert trace.lanes == 5


def test_what_begins_beside_a_running_span_stands_below_it() -> None:
    trace = _trace(MadeSpan("root", (), 0, None), MadeSpan("a", ("root",), 1, None), MadeSpan("b", ("root",), 8, 9))
    assert _lanes(trace) == {"root": 0, "a": 1, "b": 2}


def test_what_outlives_its_parent_is_not_hidden_by_what_follows_that() -> None:
    trace = _trace(
        MadeSpan("root", (), 0, 9),
        MadeSpan("a", ("root",), 0, 2),
        MadeSpan("late", ("a",), 1, 8),
        MadeSpan("b", ("root",), 3, 5),
        MadeSpan("in b", ("b",), 3, 5),
    )
    assert _lanes(trace) == {"root": 0, "a": 1, "late": 2, "b": 3, "in b": 4}


def test_a_span_of_no_length_is_not_hidden_by_one_that_begins_with_it() -> None:
    trace = _trace(MadeSpan("root", (), 0, 9), MadeSpan("dot", ("root",), 2, 2), MadeSpan("long", ("root",), 2, 5))
    assert _lanes(trace) == {"root": 0, "dot": 1, "long": 2}


def test_a_ghost_takes_no_lane() -> None:
    trace = _trace(MadeSpan("root", (), 0, 9), MadeSpan("a", ("root",), 0, 4), MadeSpan("b", ("root", "a"), 4, 9))
    assert _lanes(trace) == {"root": 0, "a": 1, "b": 1}
    assert trace.lanes == 2


def test_roots_at_the_same_time_are_stacked_too() -> None:
    assert _lanes(_trace(MadeSpan("a", (), 0, 5), MadeSpan("b", (), 2, 6))) == {"a": 0, "b": 1}


def test_more_at_the_same_time_than_one_looks_through_share_lanes() -> None:
    beside = [MadeSpan(f"s{number}", ("root",), number / 1000, 5) for number in range(MOST_LANES_BESIDE + 50)]
    assert _trace(MadeSpan("root", (), 0, 9), *beside).lanes == MOST_LANES_BESIDE + 1


def test_a_large_trace_has_a_lane_a_depth() -> None:
    beside = [MadeSpan(f"s{number}", ("root",), 0, 5) for number in range(MOST_STACKED_SPANS)]
    assert _trace(MadeSpan("root", (), 0, 9), *beside).lanes == 2


@st.composite
def _any_traces(draw: st.DrawFn) -> list[MadeSpan]:
    """Draw traces of several roots, with skewed clocks, running spans, and spans of no length or with two parents."""
    spans = list[MadeSpan]()
    for number in range(draw(st.integers(1, 25))):
        parents = draw(st.lists(st.integers(0, max(number - 1, 0)), max_size=2, unique=True)) if number else []
        start = draw(st.integers(0, 20))
        end = draw(st.one_of(st.none(), st.integers(0, 8).map(lambda length, start=start: start + length)))
        spans.append(MadeSpan(f"s{number}", tuple(f"s{parent}" for parent in parents), start, end))
    return spans


@given(_any_traces())
def test_no_span_hides_another_and_each_stands_below_its_parent(spans: list[MadeSpan]) -> None:
    trace = _trace(*spans)
    layout = trace.layout
    every = np.arange(len(trace), dtype=np.int32)
    lanes = trace.lanes_of(every)
    parents = layout.parent_row[layout.row_of_span]
    has_parent = parents >= 0
    assert (lanes[has_parent] > lanes[layout.span[parents[has_parent]]]).all()
    assert trace.lanes == lanes.max() + 1
    ends = np.where(trace.end_us < 0, _NEVER, np.maximum(trace.end_us, trace.start_us + 1))
    for lane in range(trace.lanes):
        in_lane = every[lanes == lane]
        for before, after in pairwise(in_lane[np.argsort(trace.start_us[in_lane], kind="stable")]):
            assert ends[before] <= trace.start_us[after]


@given(_any_traces(), st.data())
def test_lanes_without_kept_spans_are_left_out(spans: list[MadeSpan], data: st.DataObject) -> None:
    trace = _trace(*spans)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(trace), max_size=len(trace))), np.bool_)
    folded = fold_lanes(trace, kept)
    assert fold_lanes(trace, None) is None
    if folded is None:
        assert trace.stacked_lane is None
        return
    every = np.arange(len(trace), dtype=np.int32)
    before, after = trace.lanes_of(every)[kept], folded.lane[kept]
    assert sorted({*after.tolist()}) == [*range(folded.lanes)]
    assert ((before[:, None] < before) == (after[:, None] < after)).all(), "in the same order"
    assert index_flame(trace, kept).lanes == folded.lanes
