from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.trace.layout import lay_out
from spanglass_viewer.trace.subtree_sums import count_ghosts_below, sum_below


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-3, 3), st.booleans()), min_size=1, max_size=30))
def test_a_sum_is_that_of_a_walk_down_the_tree(spans: list[tuple[int, int, bool]]) -> None:
    parents = [pick % span if span else -1 for span, (pick, _, _) in enumerate(spans)]
    amounts = [amount for _, amount, _ in spans]
    ghosts = [span for span, (_, _, has_ghost) in enumerate(spans) if has_ghost and span > 1 and parents[span] != 0]
    layout = lay_out(np.array(parents, np.int32), np.array(ghosts, np.int32), np.zeros(len(ghosts), np.int32))
    below = [{span} for span in range(len(spans))]
    for span in range(len(spans) - 1, 0, -1):
        below[parents[span]] |= below[span]
    everything = np.arange(len(spans))
    sums = sum_below(layout, np.array(amounts))
    assert sums.of(everything).tolist() == [sum(amounts[other] for other in group) for group in below]
    assert sums.count(everything).tolist() == [sum(amounts[other] != 0 for other in group) for group in below]
    assert sums.total == sum(amounts)
    assert count_ghosts_below(layout).of(np.array([0])).tolist() == [len(ghosts)]


def test_sums_of_numbers_that_are_not_whole_are_float() -> None:
    layout = lay_out(np.array([-1, 0], np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32))
    assert sum_below(layout, np.array([0.5, 0.25])).of(np.array([0, 1])).tolist() == [0.75, 0.25]
    assert sum_below(layout, np.array([False, True])).of(np.array([0])).tolist() == [1]
