from __future__ import annotations

import itertools
from dataclasses import fields

import numpy as np
import pytest
from growing_traces import growing_traces
from hypothesis import given
from hypothesis import strategies as st
from made_traces import MadeSpan, make_skeleton

from spanglass_viewer.trace.growth import Growth, grow_layout
from spanglass_viewer.trace.layout import TraceLayout, lay_out
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.trace.succession import Succession, find_succession

_TREE = (
    MadeSpan("root", (), 0.0),
    MadeSpan("a", ("root",), 1.0),
    MadeSpan("b", ("a",), 2.0),
    MadeSpan("c", ("root",), 3.0),
    MadeSpan("lost", ("nobody",), 3.5),
)


def _grow(spans: list[MadeSpan], later: list[MadeSpan]) -> Growth | None:
    """Return what came of it; it must be what is laid out and found by a whole look at both states."""
    before = build_snapshot(make_skeleton(spans), 1, 0)
    skeleton = make_skeleton(later)
    growth = grow_layout(before, skeleton)
    if growth is not None:
        whole = lay_out(skeleton.parent, skeleton.extra_child, skeleton.extra_parent)
        _assert_equal(growth.layout, whole)
        _assert_equal(growth.succession, find_succession(before, build_snapshot(skeleton, 2, 0)))
    return growth


def _assert_equal(one: TraceLayout | Succession, other: TraceLayout | Succession) -> None:
    for field in fields(one):
        mine, expected = getattr(one, field.name), getattr(other, field.name)
        assert np.asarray(mine).tolist() == np.asarray(expected).tolist(), field.name
        assert np.asarray(mine).dtype == np.asarray(expected).dtype, field.name


@st.composite
def _trees(draw: st.DrawFn) -> tuple[list[MadeSpan], list[MadeSpan]]:
    """Draw a tree, and the same with spans more anywhere; children begin after their parents, be they together."""
    count = draw(st.integers(2, 30))
    spans = [MadeSpan("s00")]
    for number in range(1, count):
        upper = draw(st.integers(0, number - 1))
        start = spans[upper].start + draw(st.integers(0, 3))
        spans.append(MadeSpan(f"s{number:02}", (f"s{upper:02}",), start))
    known = draw(st.integers(1, count - 1))
    return spans[:known], spans


@given(_trees())
def test_spans_that_come_in_are_put_where_a_whole_layout_has_them(trees: tuple[list[MadeSpan], list[MadeSpan]]) -> None:
    assert _grow(*trees) is not None


@given(growing_traces())
def test_whatever_comes_in_a_layout_that_grew_is_a_whole_one(steps: list[tuple[list[MadeSpan], int]]) -> None:
    for (spans, _), (later, _) in itertools.pairwise(steps):
        _grow(spans, later)


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ((), True),
        ((MadeSpan("d", ("b",), 4.0), MadeSpan("e", ("d",), 5.0)), True),
        ((MadeSpan("d", ("lost",), 4.0),), True),
        ((MadeSpan("d", ("a", "c"), 4.0),), False),  # a ghost
        ((MadeSpan("d", (), 4.0),), False),  # a root: it comes before what has lost its parent
        ((MadeSpan("d", ("nowhere",), 4.0),), False),
        ((MadeSpan("nobody", ("root",), 0.5),), False),  # it is the parent that was missing
        ((MadeSpan("d", ("e",), 4.0), MadeSpan("e", ("d",), 5.0)), False),
    ],
)
def test_what_is_more_than_growth_is_left_to_a_whole_layout(more: tuple[MadeSpan, ...], *, is_told: bool) -> None:
    assert (_grow([*_TREE], [*_TREE, *more]) is not None) == is_told


def test_what_is_gone_or_has_another_parent_is_left_to_a_whole_layout() -> None:
    assert _grow([*_TREE], [*_TREE[:2], *_TREE[3:]]) is None
    assert _grow([*_TREE], [*_TREE[:3], MadeSpan("c", ("a",), 3.0), _TREE[4]]) is None


def test_ends_alone_leave_the_layout_as_it_is() -> None:
    before = build_snapshot(make_skeleton([MadeSpan("root", end=None)]), 1, 0)
    after = build_snapshot(make_skeleton([MadeSpan("root", end=2.0)]), 2, 0, before=before)
    assert after.layout is before.layout
