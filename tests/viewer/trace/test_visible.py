from __future__ import annotations

import numpy as np
import pytest
from growing_traces import growing_traces
from hypothesis import given
from hypothesis import strategies as st
from made_traces import EPOCH_US, MadeSpan, make_skeleton

from spanglass_viewer.trace import visible
from spanglass_viewer.trace.layout import lay_out
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot
from spanglass_viewer.trace.visible import Folding, Narrowing, visible_rows

_NONE = np.zeros(0, np.int32)


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40))
def test_a_row_shows_unless_something_above_it_is_folded(spans: list[tuple[int, bool]]) -> None:
    layout = lay_out(
        np.array([pick % row if row else -1 for row, (pick, _) in enumerate(spans)], np.int32), _NONE, _NONE
    )
    is_folded = np.array([folded for _, folded in spans])
    shown = []
    for row in range(len(layout)):
        above = int(layout.parent_row[row])
        while above >= 0 and not is_folded[above]:
            above = int(layout.parent_row[above])
        if above < 0:
            shown.append(row)
    assert visible_rows(layout, is_folded).tolist() == shown


def _snapshot(*more: MadeSpan) -> TraceSnapshot:
    tree = [MadeSpan("root"), MadeSpan("a", ("root",), 0.1), MadeSpan("b", ("a",), 0.2), MadeSpan("c", ("root",), 0.3)]
    return build_snapshot(make_skeleton([*tree, *more]), 1, 0)


def _shown(folding: Folding, snapshot: TraceSnapshot) -> list[str]:
    is_folded = folding.folded_rows(snapshot)
    rows = folding.visible_rows(snapshot, is_folded)
    assert rows.tolist() == visible_rows(snapshot.layout, is_folded).tolist()
    return [str(snapshot.skeleton.span_id[span]) for span in snapshot.layout.span[rows]]


def test_what_is_folded_stays_so_in_a_later_snapshot() -> None:
    folding = Folding()
    folding.toggle("a")
    assert _shown(folding, _snapshot()) == ["root", "a", "c"]
    assert _shown(folding, _snapshot(MadeSpan("before", ("root",), 0.05))) == ["root", "before", "a", "c"]


def test_fold_all_leaves_the_first_level() -> None:
    folding = Folding()
    folding.fold_all()
    later = _snapshot(MadeSpan("d", ("c",), 0.4))
    assert _shown(folding, later) == ["root", "a", "c"]
    folding.toggle("c")
    assert _shown(folding, later) == ["root", "a", "c", "d"]
    folding.unfold_all()
    assert _shown(folding, later) == ["root", "a", "b", "c", "d"]


def test_a_fold_of_a_leaf_hides_nothing_and_is_not_marked() -> None:
    folding = Folding()
    folding.toggle("c")
    assert not folding.folded_rows(_snapshot()).any()


def test_a_fold_of_a_span_that_is_gone_is_no_matter() -> None:
    folding = Folding()
    folding.toggle("elsewhere")
    assert len(_shown(folding, _snapshot())) == 4


@pytest.mark.parametrize("most_lanes", [0, 1000], ids=["looked through", "climbed"])
@given(growing_traces(), st.sets(st.integers(0, 12)))
def test_hits_are_let_through_with_what_is_above_them(
    most_lanes: int, steps: list[tuple[list[MadeSpan], int]], hits: set[int]
) -> None:
    snapshot = build_snapshot(make_skeleton(steps[-1][0], "s0"), 1, EPOCH_US)
    layout = snapshot.layout
    wanted: set[int] = set()
    for span in snapshot.find_spans([f"s{number}" for number in hits]).tolist():
        row = int(layout.row_of_span[span])
        while row >= 0:
            wanted.add(row)
            row = int(layout.parent_row[row])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(visible, "_MOST_CLIMBED_LANES", most_lanes)
        kept = Narrowing(span_ids=frozenset(f"s{number}" for number in hits)).kept_rows(snapshot)
    assert set(np.flatnonzero(kept).tolist()) == wanted
