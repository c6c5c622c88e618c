from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_traces import EPOCH_US, MadeSpan, make_large_skeleton, make_skeleton

from spanglass_viewer.trace.flame import (
    EMPTY_CELL,
    ERROR_CELL,
    FIRST_COLOR_CELL,
    FlameIndex,
    FlameWindow,
    fill_cells,
    find_beside,
    index_flame,
    list_labels,
    list_moments,
)
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot

ONE_COLOR = np.zeros(16, np.uint8)
LARGE = build_snapshot(make_large_skeleton(400), 1, 0)
LARGE_INDEX = index_flame(LARGE)


def _trace(*spans: MadeSpan) -> tuple[TraceSnapshot, FlameIndex]:
    """Return a trace with a lane a depth, as a large one has it."""
    snapshot = build_snapshot(make_skeleton(list(spans)), 1, EPOCH_US)
    snapshot = replace(snapshot, stacked_lane=None, lanes=int(snapshot.layout.depth.max()) + 1)
    return snapshot, index_flame(snapshot)


def _window(first: float, last: float, width: int, first_lane: int = 0, lanes: int = 1) -> FlameWindow:
    return FlameWindow(EPOCH_US + first * 1e6, EPOCH_US + last * 1e6, width, first_lane, lanes)


def test_a_lane_a_depth_and_a_pixel_a_stretch_of_time() -> None:
    _, index = _trace(
        MadeSpan("root", (), 0, 10), MadeSpan("a", ("root",), 0, 5), MadeSpan("b", ("root",), 8, 10, error="X: y")
    )
    cells = fill_cells(index, _window(0, 10, 10, lanes=3), ONE_COLOR, EPOCH_US)
    full = FIRST_COLOR_CELL
    assert cells[0].tolist() == [full] * 9 + [EMPTY_CELL]
    assert cells[1].tolist() == [full] * 4 + [EMPTY_CELL] * 4 + [ERROR_CELL] * 2
    assert cells[2].tolist() == [EMPTY_CELL] * 10
    zoomed = fill_cells(index, _window(4, 5, 10, 1), ONE_COLOR, EPOCH_US)
    assert zoomed[0, :8].tolist() == [full] * 8


def test_the_colour_that_most_have_wins_and_an_error_beats_all() -> None:
    colors = np.array([0, 1, 0], np.uint8)
    spans = [MadeSpan(f"s{number}", (), number / 100, 1, type="b" if number else "a") for number in range(3)]
    _, index = _trace(*spans)
    assert fill_cells(index, _window(0, 10, 1), colors, EPOCH_US).tolist() == [[FIRST_COLOR_CELL + 1]]
    _, index = _trace(*spans, MadeSpan("e", (), 0.1, 0.2, error="X: y"))
    assert fill_cells(index, _window(0, 10, 1), colors, EPOCH_US).tolist() == [[ERROR_CELL]]


def test_a_running_span_lasts_until_now() -> None:
    snapshot, index = _trace(MadeSpan("root", (), 0, None))
    now_us = EPOCH_US + 5_000_000
    cells = fill_cells(index, _window(0, 10, 10), ONE_COLOR, now_us)
    assert np.count_nonzero(cells) == 4
    assert list_labels(index, _window(0, 10, 10), 3, now_us)[0].width_px == 5
    assert index.find_span(0, EPOCH_US + 4_000_000, EPOCH_US + 4_000_000, now_us) == snapshot.root_span
    assert index.find_span(0, EPOCH_US + 6_000_000, EPOCH_US + 6_000_000, now_us) is None


def test_names_get_what_those_that_begin_later_leave() -> None:
    snapshot, index = _trace(
        MadeSpan("root", (), 0, 10),
        MadeSpan("a", ("root",), 0, 8),
        MadeSpan("b", ("root",), 6, 10),
        MadeSpan("c", ("root",), 9.5, 9.9),
    )
    labels = list_labels(index, _window(0, 10, 100, lanes=2), 20, EPOCH_US)
    found = [(snapshot.skeleton.span_id[label.span], label.lane, label.left_px, label.width_px) for label in labels]
    assert found == [("root", 0, 0, 100), ("a", 1, 0, 60), ("b", 1, 60, 40)]
    zoomed = list_labels(index, _window(2, 7, 100, 1), 20, EPOCH_US)
    assert [(label.left_px, label.width_px) for label in zoomed] == [(0, 80), (80, 20)]


def test_spans_of_no_length_are_listed_where_a_name_lies_over_them() -> None:
    snapshot, index = _trace(
        MadeSpan("root", (), 0, 10),
        MadeSpan("long", ("root",), 1, 8),
        MadeSpan("dot", ("root",), 4, 4),
        MadeSpan("same pixel", ("root",), 4.001, 4.001),
        MadeSpan("short", ("root",), 5, 5.001),
        MadeSpan("uncovered", ("root",), 9, 9),
        MadeSpan("lower", ("dot",), 4, 4),
    )
    window = _window(0, 10, 100, lanes=3)
    marks = list_moments(index, window, list_labels(index, window, 20, EPOCH_US))
    assert [(snapshot.skeleton.span_id[mark.span], mark.lane, mark.left_px) for mark in marks] == [("dot", 1, 40)]
    later = _window(5, 10, 100, lanes=3)
    assert list_moments(index, later, list_labels(index, later, 20, EPOCH_US)) == []
    assert list_moments(index, window, []) == []


def test_the_span_that_began_last_is_found_and_neighbours_are_in_order() -> None:
    snapshot, index = _trace(
        MadeSpan("root", (), 0, 10), MadeSpan("a", ("root",), 0, 8), MadeSpan("b", ("root",), 6, 10)
    )
    at = EPOCH_US + 7_000_000
    found = index.find_span(1, at, at, EPOCH_US)
    assert found == snapshot.find_span("b")
    assert index.find_span(2, at, at, EPOCH_US) is None
    assert index.find_span(-1, at, at, EPOCH_US) is None
    assert found is not None
    assert find_beside(snapshot, None, found, -1) == snapshot.find_span("a")
    assert find_beside(snapshot, None, found, 1) is None
    assert find_beside(snapshot, np.array([False, True, True]), found, -1) is None


@given(st.integers(0, 60_000_000), st.integers(1, 62_000_000), st.integers(1, 300), st.integers(0, 30))
def test_a_pixel_is_filled_where_a_span_lies_and_nowhere_else(first: int, length: int, width: int, lane: int) -> None:
    snapshot, index = LARGE, LARGE_INDEX
    window = FlameWindow(EPOCH_US + first, EPOCH_US + first + length, width, lane, 2)
    cells = fill_cells(index, window, ONE_COLOR, EPOCH_US)
    assert cells.shape == (2, width)
    lanes = snapshot.lanes_of(np.arange(len(snapshot), dtype=np.int32))
    for row in range(2):
        here = np.flatnonzero(lanes == lane + row)
        starts, ends = snapshot.start_us[here], snapshot.end_us[here]
        is_seen = (starts <= window.last_us) & (ends >= window.first_us)
        assert (np.count_nonzero(cells[row]) > 0) == bool(is_seen.any())
        for pixel in np.flatnonzero(cells[row])[:5].tolist():
            left, right = (window.first_us + (pixel + step) * window.us_per_px for step in (-1, 2))
            assert ((starts <= right) & (ends >= left)).any()


def test_a_chain_of_a_hundred_thousand_levels_is_no_matter() -> None:
    snapshot = build_snapshot(make_large_skeleton(100_000, is_chain=True), 1, 0)
    index = index_flame(snapshot)
    assert index.lanes == 100_000
    window = FlameWindow(snapshot.first_us, snapshot.last_us, 500, 99_990, 40)
    assert np.count_nonzero(fill_cells(index, window, ONE_COLOR, 0)) > 0


def test_spans_that_are_not_kept_leave_their_place_empty() -> None:
    snapshot, whole = _trace(
        MadeSpan("root", (), 0, 10), MadeSpan("a", ("root",), 0.1, 5), MadeSpan("b", ("a",), 0.2, 5)
    )
    index = index_flame(snapshot, np.array([False, False, True]))
    assert index.lanes == whole.lanes == 3
    cells = fill_cells(index, _window(0, 10, 10, lanes=3), ONE_COLOR, EPOCH_US)
    assert (cells[:2] == EMPTY_CELL).all()
    assert (cells[2, 1:4] == FIRST_COLOR_CELL).all()
    assert [label.span for label in list_labels(index, _window(0, 10, 10, lanes=3), 1, EPOCH_US)] == [2]
    assert index.find_span(0, EPOCH_US, EPOCH_US + 1, EPOCH_US) is None
    nothing = index_flame(snapshot, np.zeros(3, np.bool_))
    assert (fill_cells(nothing, _window(0, 10, 10, lanes=3), ONE_COLOR, EPOCH_US) == EMPTY_CELL).all()
