from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.cli.bars import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.records import SpanRecord

START_US = 1_795_419_724_000_000
AXIS = TimeAxis(START_US, START_US + 8_000_000, 8)


@pytest.mark.parametrize(
    ("begin_ms", "end_ms", "bar"),
    [
        (0, 8000, "████████"),
        (0, 4500, "████▌"),
        (2000, 3000, "  █"),
        (7999, 8000, "       █"),
        (8000, 8000, "       █"),
        (3000, 3001, "   ▏"),
        (3000, 2000, "   ▏"),
        (5000, None, "     ░░░"),
    ],
)
def test_a_bar(make_span: Callable[..., SpanRecord], begin_ms: int, end_ms: int | None, bar: str) -> None:
    end_us = None if end_ms is None else START_US + end_ms * 1000
    assert AXIS.bar(make_span("x", at_ms=begin_ms, end_us=end_us)) == bar


def test_without_line_drawing(make_span: Callable[..., SpanRecord]) -> None:
    assert AXIS.bar(make_span("x", at_ms=2000, end_us=START_US + 5_000_000), draws_lines=False) == "  ###"
    assert AXIS.bar(make_span("x", at_ms=6000, end_us=None), draws_lines=False) == "      .."


@given(st.lists(st.tuples(st.integers(0, 10**6), st.none() | st.integers(-10, 10**6)), min_size=1), st.integers(1, 60))
def test_every_span_has_a_bar_inside_the_axis(
    make_span: Callable[..., SpanRecord], times: list[tuple[int, int | None]], cells: int
) -> None:
    spans = [
        make_span(str(at), at_ms=begin, end_us=None if took is None else START_US + (begin + took) * 1000)
        for at, (begin, took) in enumerate(times)
    ]
    axis = TimeAxis.over(spans, cells)
    for span in spans:
        for draws_lines in (True, False):
            bar = axis.bar(span, draws_lines=draws_lines)
            assert bar.strip()
            assert len(bar) <= cells
