"""Traces that grow, for property tests: what was known of one at one time after the other."""

from __future__ import annotations

from hypothesis import strategies as st
from made_traces import MadeSpan


@st.composite
def growing_traces(draw: st.DrawFn) -> list[tuple[list[MadeSpan], int]]:
    """Draw steps of a live trace: the spans known so far, and a number for what a user does then."""
    known = [MadeSpan("s0", (), 0.0, 9.0)]
    steps = [([*known], 0)]
    for number in range(1, draw(st.integers(1, 12))):
        parents = draw(st.lists(st.integers(0, number + 2), min_size=1, max_size=2, unique=True))
        start = draw(st.integers(0, 20)) / 2
        known.append(MadeSpan(f"s{number}", tuple(f"s{parent}" for parent in parents), start))
        if draw(st.booleans()):
            steps.append(([*known], draw(st.integers(0, 30))))
    return steps
