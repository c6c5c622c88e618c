from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.models.time_axis import TimeAxis

_FIRST, _LAST = 1_000_000_000, 1_010_000_000


@pytest.fixture
def axis(qapp: object) -> TimeAxis:  # noqa: ARG001 - Qt's objects need it
    made = TimeAxis()
    made.set_extent(_FIRST, _LAST)
    return made


def test_the_window_is_the_extent_and_grows_with_it(axis: TimeAxis) -> None:
    axis.set_extent(_FIRST, _LAST + 5)
    assert axis.window == (_FIRST, _LAST + 5)
    assert not axis.is_zoomed


def test_a_zoom_stays_while_the_extent_grows(axis: TimeAxis) -> None:
    axis.zoom_to(_FIRST + 1_000_000, _FIRST + 2_000_000)
    axis.set_extent(_FIRST, _LAST + 5_000_000)
    assert axis.window == (_FIRST + 1_000_000, _FIRST + 2_000_000)
    axis.reset()
    assert axis.window == (_FIRST, _LAST + 5_000_000)


def test_zooming_keeps_the_moment_under_the_mouse(axis: TimeAxis) -> None:
    at = _FIRST + 4_000_000
    x = axis.x_of(at, 500)
    axis.zoom_by(0.5, at)
    assert axis.x_of(at, 500) == pytest.approx(x)
    assert axis.moment_at(x, 500) == pytest.approx(at)


def test_zooming_far_out_is_no_zoom(axis: TimeAxis) -> None:
    axis.zoom_by(0.5, _FIRST)
    axis.zoom_by(4, _FIRST)
    assert not axis.is_zoomed


def test_panning_stops_at_the_ends(axis: TimeAxis) -> None:
    axis.zoom_to(_FIRST, _FIRST + 1_000_000)
    axis.pan_by(-1)
    assert axis.window == (_FIRST, _FIRST + 1_000_000)
    axis.pan_by(100)
    assert axis.window == (_LAST - 1_000_000, _LAST)


@given(first=st.floats(-1e8, 1e8), length=st.floats(-1e6, 1e8))
def test_a_window_lies_within_the_extent(qapp: object, first: float, length: float) -> None:  # noqa: ARG001
    axis = TimeAxis()
    axis.set_extent(_FIRST, _LAST)
    axis.zoom_to(_FIRST + first, _FIRST + first + length)
    begin, end = axis.window
    assert _FIRST <= begin < end <= _LAST + 1e-3


def test_ticks_are_round_and_in_the_window(axis: TimeAxis) -> None:
    assert axis.ticks(6) == (2.0, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0])
    axis.zoom_to(_FIRST + 3_100_000, _FIRST + 4_100_000)
    step, ticks = axis.ticks(4)
    assert step == pytest.approx(0.5)
    assert ticks == pytest.approx([3.5, 4.0])


def test_ticks_of_a_trace_without_a_length_have_places_of_their_own(axis: TimeAxis) -> None:
    axis.set_extent(_FIRST, _FIRST)
    step, ticks = axis.ticks(12)
    assert (step, ticks) == (1e-6, [0.0, 1e-6])
    assert [axis.x_of(_FIRST + secs * 1e6, 100) for secs in ticks] == [0, 100]


def test_an_extent_has_a_length(axis: TimeAxis) -> None:
    axis.set_extent(_FIRST, _FIRST)
    assert axis.x_of(_FIRST, 100) == 0
