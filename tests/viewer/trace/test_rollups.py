from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_traces import MadeSpan, make_skeleton

from spanglass_viewer.trace.layout import TraceLayout, lay_out
from spanglass_viewer.trace.rollups import own_shares
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.trace.subtree_sums import sum_below

_NONE = np.zeros(0, np.int32)


def _layout(parents: list[int]) -> TraceLayout:
    return lay_out(np.array(parents, np.int32), _NONE, _NONE)


@pytest.mark.parametrize(
    ("parents", "amounts", "total"),
    [
        ([-1, 0, 0], [0, 10, 5], 15),
        ([-1, 0, 0], [15, 10, 5], 15),  # an agent that logs its sum
        ([-1, 0, 1], [0, 10, 10], 10),  # a wrapper around the same call
        ([-1, 0], [100, 5], 100),  # a call of its own with a small one below it
        ([-1, 0], [5, 100], 100),
        ([-1, 0, 1, 2, 0], [7, 6, 0, 6, 3], 9),
        ([-1, -1], [4, 6], 10),
    ],
)
def test_what_is_logged_twice_counts_once(parents: list[int], amounts: list[int], total: int) -> None:
    assert own_shares(_layout(parents), np.array(amounts)).sum() == total


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=40))
def test_a_subtree_counts_the_larger_of_its_own_and_what_is_below(spans: list[tuple[int, int]]) -> None:
    parents = [pick % row if row else -1 for row, (pick, _) in enumerate(spans)]
    amounts = [amount for _, amount in spans]
    totals = list(amounts)
    for span in range(len(spans) - 1, -1, -1):
        below = sum(totals[child] for child in range(len(spans)) if parents[child] == span)
        totals[span] = max(amounts[span], below)
    layout = _layout(parents)
    assert sum_below(layout, own_shares(layout, np.array(amounts))).of(np.arange(len(spans))).tolist() == totals


def test_sums_are_made_in_more_bits_than_what_is_summed() -> None:
    """Counts are kept in as few bits as the largest takes: here 8."""
    spans = [MadeSpan("root", tokens=0), MadeSpan("agent", ("root",), tokens=100)]
    spans += [
        MadeSpan(f"call {number}", ("agent",), number, tokens=100, prompt_tokens=90, completion_tokens=10)
        for number in range(1, 6)
    ]
    rollups = build_snapshot(make_skeleton(spans), 1, 0).rollups
    assert rollups.tokens_total == 500
    assert rollups.below(np.array([0])).tokens.tolist() == [500]
    assert rollups.token_kinds == {"in": 450, "out": 50}


def test_roll_ups_of_a_trace() -> None:
    spans = [
        MadeSpan("root"),
        MadeSpan("a", ("root",), 0.1, tokens=10, cost=0.5),
        MadeSpan("b", ("root",), 0.2, error="X: y"),
        MadeSpan("c", ("a", "b"), 0.3, tokens=4, cost=0.25),
    ]
    rollups = build_snapshot(make_skeleton(spans), 1, 0).rollups
    below = rollups.below(np.arange(4))
    assert below.spans.tolist() == [4, 2, 1, 1]
    assert below.tokens.tolist() == [10, 10, 0, 4]
    assert below.own_errors.tolist() == [1, 0, 1, 0]
    assert below.costs.tolist() == pytest.approx([0.5, 0.5, np.nan, 0.25], nan_ok=True)
    assert rollups.tokens_total == 10
    assert rollups.cost == pytest.approx(0.5)


def test_a_trace_without_tokens_and_cost_says_so() -> None:
    rollups = build_snapshot(make_skeleton([MadeSpan("root")]), 1, 0).rollups
    assert rollups.tokens_total is None
    assert rollups.cost is None


def test_kinds_of_tokens_are_counted_below_a_span() -> None:
    spans = [
        MadeSpan("root"),
        MadeSpan("agent", ("root",), 1, tokens=30, prompt_tokens=20),
        MadeSpan("call", ("agent",), 2, tokens=30, prompt_tokens=20, completion_tokens=10, cached_tokens=5),
        MadeSpan("other", ("root",), 3, tokens=7, prompt_tokens=7),
    ]
    snapshot = build_snapshot(make_skeleton(spans), 1, 0)
    agent = snapshot.find_span("agent")
    assert agent is not None
    assert snapshot.rollups.token_kinds_below(agent) == {"in": 20, "out": 10, "cached": 5}, (
        "what the agent repeats counts once"
    )
    whole = snapshot.rollups.token_kinds_below(snapshot.root_span)
    assert whole == snapshot.rollups.token_kinds == {"in": 27, "out": 10, "cached": 5}
