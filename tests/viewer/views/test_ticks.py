from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.views.ticks import TICK_PX, merge_ticks


@given(st.lists(st.integers(0, 60)))
def test_merged_ticks_cover_what_each_would_cover_and_nothing_else(places: list[int]) -> None:
    merged = merge_ticks(np.array(places, np.float64))
    covered = [pixel for begin, length in merged for pixel in range(begin, begin + length)]
    assert covered == sorted({place + offset for place in places for offset in range(TICK_PX)})
    assert len(merged) <= max(len(set(places)), 0)
