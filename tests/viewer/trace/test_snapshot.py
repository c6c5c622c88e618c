from __future__ import annotations

import numpy as np
import pytest
from made_traces import EPOCH_US, MadeSpan, large_id, make_large_skeleton, make_skeleton

from spanglass_viewer.trace.overview import BINS, EMPTY_CELL, ERROR_CELL, FIRST_TYPE_CELL
from spanglass_viewer.trace.references import SpanRef
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot, price_again
from spanglass_viewer.trace.succession import find_succession


def _keys(snapshot: TraceSnapshot) -> list[int]:
    return snapshot.keys_of(np.arange(len(snapshot.layout))).tolist()


def test_a_trace_without_spans_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one span"):
        build_snapshot(make_skeleton([]), 1, 0)


def test_a_span_is_found_by_its_id() -> None:
    snapshot = build_snapshot(make_large_skeleton(500), 3, 0)
    assert snapshot.find_span(large_id(321)) == 321
    assert snapshot.find_span(large_id(500)) is None
    assert snapshot.ref(321) == SpanRef(large_id(0), large_id(321), int(snapshot.skeleton.created_us[321]))
    assert (snapshot.generation, len(snapshot)) == (3, 500)


def test_the_root_span_is_the_one_with_the_traces_id() -> None:
    spans = [MadeSpan("other", (), 0.0), MadeSpan("root", (), 1.0)]
    assert build_snapshot(make_skeleton(spans, "root"), 1, 0).root_span == 1
    assert build_snapshot(make_skeleton(spans, "late"), 1, 0).root_span == 0


def test_the_spans_above_go_from_the_root_to_the_parent() -> None:
    chain = [MadeSpan("other", (), 0.0)]
    chain += [MadeSpan(f"s{depth}", (f"s{depth - 1}",) if depth else (), depth + 1.0) for depth in range(9)]
    snapshot = build_snapshot(make_skeleton(chain, "other"), 1, 0)

    def above(span_id: str, most: int = 50) -> list[str]:
        span = snapshot.find_span(span_id)
        assert span is not None
        return [snapshot.skeleton.span_id[one] for one in snapshot.spans_above(span, most)]

    assert above("other") == above("s0") == []
    assert above("s4") == ["s0", "s1", "s2", "s3"]
    assert above("s8", most=3) == ["s0", "s6", "s7"]  # the root of its own tree, and the nearest


def test_a_running_trace_lasts_until_it_was_read() -> None:
    snapshot = build_snapshot(make_skeleton([MadeSpan("root", end=None)]), 1, EPOCH_US + 5_000_000)
    assert snapshot.has_running
    assert snapshot.end_us.tolist() == [-1]
    assert snapshot.last_us == EPOCH_US
    assert snapshot.overview.last_us == EPOCH_US + 5_000_000


def test_a_dead_span_ends_with_the_last_sign_of_life_below_it() -> None:
    spans = [
        MadeSpan("root", end=None, is_interrupted=True),
        MadeSpan("a", ("root",), 1.0, None, is_interrupted=True),
        MadeSpan("b", ("a",), 1.5, 3.0),
        MadeSpan("c", ("root",), 2.0, None, is_interrupted=True),
    ]
    snapshot = build_snapshot(make_skeleton(spans), 1, EPOCH_US + 99_000_000)
    assert not snapshot.has_running
    assert ((snapshot.end_us - EPOCH_US) / 1e6).tolist() == [3.0, 3.0, 3.0, 2.0]
    assert (snapshot.skeleton.end_us < 0).tolist() == [True, True, False, True]


def test_the_ends_of_a_running_trace_are_no_copy() -> None:
    skeleton = make_skeleton([MadeSpan("root", end=None), MadeSpan("a", ("root",), 1.0, 2.0)])
    assert build_snapshot(skeleton, 1, EPOCH_US).end_us is skeleton.end_us


def test_a_long_chain_of_dead_spans_is_no_matter() -> None:
    skeleton = make_large_skeleton(50_000, is_chain=True)
    skeleton.end_us[:] = -1
    skeleton.is_interrupted[:] = True
    assert build_snapshot(skeleton, 1, 0).end_us.max() == skeleton.start_us.max()


def test_an_end_before_its_start_is_taken_for_the_start() -> None:
    snapshot = build_snapshot(make_skeleton([MadeSpan("root", start=2.0, end=1.0)]), 1, 0)
    assert snapshot.end_us.tolist() == snapshot.start_us.tolist()


@pytest.mark.parametrize(("end", "expected"), [(1.0, -1_000_000), (2.0, None), (3.0, None), (None, None)])
def test_a_root_that_ends_before_it_begins_says_by_how_much(end: float | None, expected: int | None) -> None:
    snapshot = build_snapshot(make_skeleton([MadeSpan("root", start=2.0, end=end)]), 1, 0)
    assert snapshot.backward_us == expected


def test_a_row_has_the_same_key_in_each_snapshot_and_no_other_row_has_it() -> None:
    spans = [MadeSpan("r"), MadeSpan("a", ("r",), 0.1), MadeSpan("b", ("r",), 0.2), MadeSpan("c", ("a", "b"), 0.3)]
    before = build_snapshot(make_skeleton(spans), 1, 0)
    after = build_snapshot(make_skeleton([*spans, MadeSpan("d", ("r",), 0.15)]), 2, 0)
    assert len(set(_keys(before))) == 5
    assert set(_keys(before)) < set(_keys(after))


def test_the_overview_has_a_lane_a_depth_and_an_error_wins_its_cell() -> None:
    spans = [
        MadeSpan("root", (), 0, 10.0, type="task"),
        MadeSpan("a", ("root",), 0.001, 5.0, type="llm"),
        MadeSpan("b", ("root",), 4.0, 5.0, type="tool", error="X: y"),
    ]
    overview = build_snapshot(make_skeleton(spans), 1, 0).overview
    assert overview.cells.shape == (2, BINS)
    assert set(overview.cells[0].tolist()) == {FIRST_TYPE_CELL}
    assert overview.cells[1, 1] == FIRST_TYPE_CELL + 1
    assert overview.cells[1, int(BINS * 0.45)] == ERROR_CELL
    assert overview.cells[1, int(BINS * 0.7)] == EMPTY_CELL
    assert overview.error_bins.tolist() == [int(BINS * 0.4)]


def test_an_overview_of_a_deep_trace_folds_its_depths() -> None:
    overview = build_snapshot(make_large_skeleton(3000, is_chain=True), 1, 0).overview
    assert overview.cells.shape == (8, BINS)
    assert (overview.cells != EMPTY_CELL).any(axis=1).all()


def test_a_trace_without_any_length_has_an_overview() -> None:
    overview = build_snapshot(make_skeleton([MadeSpan("root", start=0, end=0)]), 1, 0).overview
    assert np.count_nonzero(overview.cells) == 1


def test_spans_are_found_by_their_ids_all_at_once() -> None:
    snapshot = build_snapshot(
        make_skeleton([MadeSpan("r"), MadeSpan("a", ("r",), 0.1), MadeSpan("b", ("r",), 0.2)]), 1, 0
    )
    assert snapshot.find_spans(["b", "gone", "r"]).tolist() == [2, 0]
    assert snapshot.find_spans([]).tolist() == []


def test_two_ids_with_one_hash_are_told_apart() -> None:
    class Id(str):
        __slots__ = ()

        def __hash__(self) -> int:
            return 5

    digits = f"{5:016x}"
    names = [Id("r"), Id("a"), Id("b"), digits]
    snapshot = build_snapshot(make_skeleton([MadeSpan(name, start=at) for at, name in enumerate(names)]), 1, 0)
    assert snapshot.find_spans([Id("b"), Id("a"), Id("gone"), digits]).tolist() == [2, 1, 3]
    assert snapshot.find_span(digits) == 3
    assert snapshot.find_span(Id("gone")) is None


def test_a_row_is_found_by_its_key_a_ghost_too() -> None:
    spans = [MadeSpan("r"), MadeSpan("a", ("r",), 0.1), MadeSpan("b", ("r",), 0.2), MadeSpan("c", ("a", "b"), 0.3)]
    snapshot = build_snapshot(make_skeleton(spans), 1, 0)
    assert [snapshot.find_row(key) for key in _keys(snapshot)] == [0, 1, 2, 3, 4]
    assert snapshot.find_row(12345) is None


def test_prices_that_come_later_change_costs_alone() -> None:
    skeleton = make_skeleton([MadeSpan("r"), MadeSpan("a", ("r",), 0.1), MadeSpan("b", ("r",), 0.2, cost=0.5)])
    before = build_snapshot(skeleton, 1, 0)
    after = price_again(before, 2, np.array([np.nan, 0.25, np.nan]))
    assert (before.rollups.cost, after.rollups.cost, after.rollups.has_estimate) == (0.5, 0.75, True)
    assert (after.generation, after.skeleton, after.layout) == (2, before.skeleton, before.layout)
    step = after.succession
    assert step is not None
    found = find_succession(before, after)
    assert (step.new_rows.tolist(), found.new_rows.tolist()) == ([], [])
    assert (step.earlier_count, step.later_count) == (found.earlier_count, found.later_count) == (3, 3)
    assert (step.generation, step.only_grew) == (found.generation, found.only_grew)
