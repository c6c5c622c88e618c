from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_traces import MadeSpan, make_skeleton

from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot
from spanglass_viewer.trace.succession import find_succession, match_spans


@st.composite
def _traces(draw: st.DrawFn) -> tuple[list[MadeSpan], list[MadeSpan]]:
    """Return a trace with ghosts and orphans, and a later state: spans came, some changed their parents, some went."""
    count = draw(st.integers(1, 14))
    spans = [
        MadeSpan(f"s{number}", tuple(draw(_parents(number))), start=draw(st.integers(0, 5)) / 10)
        for number in range(count)
    ]
    first = draw(st.integers(1, count))
    later = [span for span in spans if draw(st.integers(0, 9))]
    return spans[:first], later or spans


def _parents(number: int) -> st.SearchStrategy[list[str]]:
    names = st.integers(0, 15).filter(lambda other: other != number).map(lambda other: f"s{other}")
    return st.lists(names, max_size=3, unique=True)


def _rows(snapshot: TraceSnapshot) -> list[int]:
    return snapshot.keys_of(np.arange(len(snapshot.layout))).tolist()


@given(_traces())
def test_each_row_is_found_again_or_gone(traces: tuple[list[MadeSpan], list[MadeSpan]]) -> None:
    before, after = (build_snapshot(make_skeleton(spans), 1 + at, 0) for at, spans in enumerate(traces))
    step = find_succession(before, after)
    keys, later = _rows(before), _rows(after)
    assert (step.earlier_count, step.later_count) == (len(keys), len(later))
    assert step.new_rows.tolist() == [row for row, key in enumerate(later) if key not in keys]
    assert np.flatnonzero(step.find_new()).tolist() == step.new_rows.tolist()
    assert step.only_grew == ([key for key in later if key in keys] == keys)
    ids, later_ids = before.skeleton.span_id, after.skeleton.span_id
    assert match_spans(ids, later_ids).tolist() == [
        [*later_ids].index(name) if name in [*later_ids] else -1 for name in ids
    ]


def test_a_snapshot_knows_the_way_from_the_one_before() -> None:
    before = build_snapshot(make_skeleton([MadeSpan("root")]), 7, 0)
    after = build_snapshot(make_skeleton([MadeSpan("root"), MadeSpan("a", ("root",))]), 8, 0, before=before)
    assert before.succession is None
    assert after.succession is not None
    assert after.succession.generation == 7
    assert after.succession.new_rows.tolist() == [1]
