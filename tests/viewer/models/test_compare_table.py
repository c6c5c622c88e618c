from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton

from spanglass_viewer.models.compare_table import (
    Column,
    CompareTableModel,
    delta_cost,
    delta_count,
    delta_duration,
)
from spanglass_viewer.models.diff_lines import DiffLinesModel
from spanglass_viewer.trace.comparison import compare_traces
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.values.text_diff import DiffLine, LineKind

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

MINUS = "\N{MINUS SIGN}"


def _model() -> CompareTableModel:
    before = build_snapshot(
        make_skeleton([MadeSpan("root", end=2, tokens=5), MadeSpan("a", ("root",), 1)]), 1, EPOCH_US
    )
    after = build_snapshot(make_skeleton([MadeSpan("root", end=1.5, tokens=1205, cost=0.5)]), 1, EPOCH_US)
    model = CompareTableModel()
    model.set_comparison(compare_traces(before, after, {}, {}))
    return model


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(_model())


def test_a_row_tells_what_is_more_and_what_is_less() -> None:
    model = _model()
    texts = [[model.index(row, column).data() for column in Column] for row in range(2)]
    assert texts == [
        ["span", "2.00 s", "1.50 s", f"{MINUS}500 ms", "+1,200", ""],
        ["span", "0 ms", "—", "", "", ""],
    ]
    before, after = model.refs_at(1)
    assert before is not None
    assert (before.span_id, after) == ("a", None)
    assert model.first_change() == 1


def test_differences_too_little_or_unknown_are_left_out() -> None:
    assert delta_duration(1.0, 1.0) == delta_duration(None, 1.0) == ""
    assert delta_count(3, 3) == ""
    assert delta_cost(float("nan"), 1.0) == delta_cost(0.1, 0.1 + 1e-9) == ""
    assert delta_cost(0.5, 0.25) == f"{MINUS}$0.250"


def test_a_difference_of_estimates_is_marked_as_one() -> None:
    spans = [MadeSpan("root"), MadeSpan("a", ("root",), 1, name="a", tokens=5)]
    traces = [build_snapshot(make_skeleton(spans), 1, EPOCH_US, np.array([float("nan"), cost])) for cost in (0.25, 0.5)]
    model = CompareTableModel()
    model.set_comparison(compare_traces(*traces, {}, {}))
    assert [model.index(row, Column.COST).data() for row in range(2)] == ["≈+$0.250"] * 2


def test_nothing_compared_is_an_empty_table() -> None:
    model = CompareTableModel()
    assert model.rowCount() == 0
    assert model.first_change() is None
    with pytest.raises(LookupError):
        model.refs_at(0)


def test_lines_stand_below_the_titles_of_their_sections(qtmodeltester: ModelTester) -> None:
    model = DiffLinesModel()
    model.set_sections((("Input", [DiffLine(LineKind.ADDED, "x" * 30)]), ("Output", [DiffLine(LineKind.SAME, "y")])))
    qtmodeltester.check(model)
    assert [model.index(row, 0).data() for row in range(4)] == ["Input", f"+ {'x' * 30}", "Output", "  y"]


def test_only_changes_leaves_them_and_what_is_above_them(qtmodeltester: ModelTester) -> None:
    tree = [MadeSpan("root"), MadeSpan("a", ("root",), 1, name="a"), MadeSpan("b", ("a",), 2, name="b")]
    same = MadeSpan("c", ("root",), 3, name="c")
    before = build_snapshot(make_skeleton([*tree, same]), 1, EPOCH_US)
    after = build_snapshot(make_skeleton([*tree[:2], same]), 1, EPOCH_US)
    model = CompareTableModel()
    model.set_comparison(compare_traces(before, after, {}, {}))
    model.set_only_changes(True)
    qtmodeltester.check(model)
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["span", "a", "b"]
    assert model.refs_at(2)[1] is None
    assert model.first_change() == 2
    model.set_only_changes(False)
    assert model.rowCount() == 4
    model.set_comparison(compare_traces(before, before, {}, {}))
    model.set_only_changes(True)
    assert model.rowCount() == 0
