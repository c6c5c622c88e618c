from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.format.durations import format_duration, format_tick, tick_step


@pytest.mark.parametrize(
    ("secs", "shown"),
    [
        (None, "—"),
        (math.nan, "—"),
        (0, "0 ms"),
        (2.4e-6, "2 µs"),
        (0.00312, "3.1 ms"),
        (0.640, "640 ms"),
        (0.9996, "1.00 s"),
        (1.384, "1.38 s"),
        (18.42, "18.4 s"),
        (99.96, "1 m 40 s"),
        (125, "2 m 05 s"),
        (3599.6, "1 h 00 m"),
        (3 * 3600 + 63, "3 h 01 m"),
        (99 * 3600, "99 h 00 m"),
        (100 * 3600 + 1800, "4 d 04 h"),
        (5e9, "57,870 d"),
        (-0.5, "−500 ms"),
    ],
)
def test_a_duration_is_shown_in_about_three_digits(secs: float | None, shown: str) -> None:
    assert format_duration(secs) == shown


@given(st.floats(min_value=1e-6, max_value=1e7), st.integers(min_value=1, max_value=20))
def test_a_tick_step_gives_at_most_the_ticks_asked_for(span_secs: float, max_ticks: int) -> None:
    step = tick_step(span_secs, max_ticks)
    assert step > 0
    assert span_secs / step <= max_ticks * 1.0001


@given(st.floats(min_value=1e-5, max_value=1e6), st.integers(min_value=2, max_value=12))
def test_neighbouring_ticks_read_differently(span_secs: float, max_ticks: int) -> None:
    step = tick_step(span_secs, max_ticks)
    labels = [format_tick(number * step, step) for number in range(max_ticks)]
    assert len(set(labels)) == len(labels)


def test_ticks_of_days_are_whole_days() -> None:
    step = tick_step(5e9, 5)
    assert [format_tick(number * step, step) for number in range(4)] == ["0", "20,000 d", "40,000 d", "60,000 d"]


def test_ticks_share_the_unit_of_their_step() -> None:
    assert [format_tick(at, 0.5) for at in (0, 0.5, 1.0, 1.5)] == ["0", "0.5 s", "1.0 s", "1.5 s"]
    assert [format_tick(at, 0.02) for at in (0, 0.02, 0.1)] == ["0", "20 ms", "100 ms"]
