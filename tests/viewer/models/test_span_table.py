from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from growing_traces import growing_traces
from hypothesis import given
from made_traces import (
    EPOCH_US,
    MadeSpan,
    make_large_skeleton,
    make_skeleton,
    make_support_skeleton,
)
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from spanglass_viewer.models.span_row import ErrorKind
from spanglass_viewer.models.span_table import Column, SpanTableModel
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot
from spanglass_viewer.trace.visible import visible_rows

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

_TREE = (
    MadeSpan("root", (), 0, 9.0),
    MadeSpan("a", ("root",), 1.0),
    MadeSpan("b", ("a",), 2.0),
    MadeSpan("c", ("root",), 3.0),
    MadeSpan("d", ("c",), 4.0),
)


def _snapshot(*more: MadeSpan, root: str = "root") -> TraceSnapshot:
    return build_snapshot(make_skeleton([*_TREE, *more], root), 1, EPOCH_US)


@pytest.fixture
def model(qapp: object) -> SpanTableModel:  # noqa: ARG001 - Qt's objects need it
    made = SpanTableModel(lambda: EPOCH_US + 20_000_000)
    made.set_snapshot(_snapshot())
    return made


def _ids(model: SpanTableModel) -> list[str]:
    snapshot = model.snapshot
    assert snapshot is not None
    return [str(snapshot.skeleton.span_id[model.row_at(row).span]) for row in range(model.rowCount())]


def _find(model: SpanTableModel, span_id: str) -> int:
    return _ids(model).index(span_id)


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester, model: SpanTableModel) -> None:
    qtmodeltester.check(model)
    model.toggle(1)
    qtmodeltester.check(model)
    model.set_snapshot(_snapshot(MadeSpan("x", ("b",), 2.5), MadeSpan("y", ("root",), 8.0)))
    model.toggle(1)
    model.fold_all()
    qtmodeltester.check(model)
    model.set_snapshot(None)
    qtmodeltester.check(model)


def test_folding_takes_rows_out_and_puts_them_back(qtbot: QtBot, model: SpanTableModel) -> None:
    with qtbot.waitSignal(model.rowsRemoved) as removed:
        model.toggle(1)
    assert removed.args is not None
    assert removed.args[1:] == [2, 2]
    assert _ids(model) == ["root", "a", "c", "d"]
    assert model.row_at(1).is_folded
    with qtbot.waitSignal(model.rowsInserted):
        model.toggle(1)
    assert _ids(model) == ["root", "a", "b", "c", "d"]


def test_a_fold_inside_a_fold_is_kept(model: SpanTableModel) -> None:
    model.toggle(1)
    model.toggle(0)
    assert _ids(model) == ["root"]
    model.toggle(0)
    assert _ids(model) == ["root", "a", "c", "d"]


def test_a_leaf_does_not_fold(model: SpanTableModel) -> None:
    model.toggle(2)
    assert model.rowCount() == 5


def test_new_spans_come_as_insertions_where_they_belong(qtbot: QtBot, model: SpanTableModel) -> None:
    ranges: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _, first, last: ranges.append((first, last)))
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_snapshot(
            _snapshot(MadeSpan("x", ("a",), 2.5), MadeSpan("y", ("root",), 8.0), MadeSpan("z", ("y",), 8.1))
        )
    assert ranges == [(3, 3), (6, 7)]
    assert _ids(model) == ["root", "a", "b", "x", "c", "d", "y", "z"]


def test_a_change_without_new_rows_repaints_only(qtbot: QtBot, model: SpanTableModel) -> None:
    with (
        qtbot.assertNotEmitted(model.modelReset),
        qtbot.assertNotEmitted(model.rowsInserted),
        qtbot.waitSignal(model.dataChanged),
    ):
        model.set_snapshot(_snapshot())


def test_an_orphan_whose_parent_arrives_moves_by_a_reset(qtbot: QtBot, model: SpanTableModel) -> None:
    lost = MadeSpan("lost", ("late",), 5.0)
    model.set_snapshot(_snapshot(lost))
    with qtbot.waitSignal(model.modelReset):
        model.set_snapshot(_snapshot(lost, MadeSpan("late", ("root",), 0.5)))
    assert _ids(model) == ["root", "late", "lost", "a", "b", "c", "d"]


def test_folds_are_kept_over_an_update_and_dropped_with_the_trace(model: SpanTableModel) -> None:
    model.toggle(1)
    model.set_snapshot(_snapshot(MadeSpan("x", ("a",), 2.5)))
    assert _ids(model) == ["root", "a", "c", "d"]
    model.set_snapshot(_snapshot(root="another"))
    assert model.rowCount() == 5


def test_reveal_opens_what_hides_a_span(model: SpanTableModel) -> None:
    model.toggle(3)
    model.toggle(0)
    snapshot = model.snapshot
    assert snapshot is not None
    span = snapshot.find_span("d")
    assert span is not None
    row = model.reveal(span)
    assert _ids(model)[row] == "d"


def test_a_hidden_span_is_found_at_what_hides_it(model: SpanTableModel) -> None:
    key = model.key_of(2)
    assert key is not None
    model.toggle(1)
    assert model.find_key(key) == 1
    assert model.find_key(12345) is None


def test_error_rows_are_those_that_show_or_hide_an_error(model: SpanTableModel) -> None:
    model.set_snapshot(_snapshot(MadeSpan("x", ("a",), 2.5, error="E: 1"), MadeSpan("y", ("d",), 5.0, error="E: 2")))
    assert model.error_rows().tolist() == [3, 6]
    model.toggle(1)
    assert model.error_rows().tolist() == [1, 4]


def test_a_row_tells_what_a_screen_reader_says(model: SpanTableModel) -> None:
    model.set_snapshot(build_snapshot(make_support_skeleton(), 1, EPOCH_US))

    def said(span_id: str) -> object:
        index = model.index(_find(model, span_id), Column.SPAN)
        return model.data(index, Qt.ItemDataRole.AccessibleTextRole)

    assert said("classify-llm") == "level 3, llm span chat.completions, 1.22 s"
    assert said("post-1") == "level 4, function span POST /refunds, 1.32 s, error"
    assert said("executor") == "level 2, expanded, task span executor, 8.12 s, error from below"
    assert said("stream") == "level 2, llm span chat.completions, 2.40 s, running"
    assert said("dead") == "level 2, review span audit.write, —, process died"
    assert said("lost") == "level 1, automation span webhook.deliver, 400 ms, parent missing"
    model.toggle(_find(model, "guards"))
    assert said("guards") == "level 2, collapsed, task span guardrails, 980 ms"


def test_cells_as_text(model: SpanTableModel) -> None:
    assert [model.data(model.index(0, column)) for column in Column] == ["span", "9.00 s", "", "", ""]
    assert model.headerData(Column.TOKENS, Qt.Orientation.Horizontal) == "Tokens"
    assert model.data(model.index(1, 0), Qt.ItemDataRole.DecorationRole) is None


def test_a_span_that_ends_before_it_begins_lasts_as_it_was_logged(model: SpanTableModel) -> None:
    model.set_snapshot(_snapshot(MadeSpan("e", ("root",), 5.0, 3.0)))
    row = model.row_at(model.rowCount() - 1)
    assert model.index(model.rowCount() - 1, Column.DURATION).data() == "−2.00 s"
    assert "−2.00 s, ends before it begins" in row.accessible_text(0)


def test_a_ghost_names_the_parent_that_has_the_span(model: SpanTableModel) -> None:
    model.set_snapshot(build_snapshot(make_support_skeleton(), 1, EPOCH_US))
    own, ghost = (row for row, span_id in enumerate(_ids(model)) if span_id == "join")
    assert (model.row_at(own).is_ghost, model.row_at(ghost).is_ghost) == (False, True)
    assert model.row_at(ghost).also_under == "check_tone"
    assert model.row_at(own).has_further_parents
    snapshot = model.snapshot
    assert snapshot is not None
    edges = model.edges_of(model.row_at(own).span)
    assert edges == [(_find(model, "tone"), own), (_find(model, "policy"), ghost)]


def test_a_root_with_further_parents_has_no_edge_upwards(model: SpanTableModel) -> None:
    cycle = [MadeSpan("a", ("b", "c")), MadeSpan("b", ("a",)), MadeSpan("c", ("b",))]
    model.set_snapshot(build_snapshot(make_skeleton(cycle, "a"), 1, EPOCH_US))
    assert (model.row_at(0).is_cut, model.row_at(0).has_further_parents) == (True, True)
    assert model.edges_of(0) == [(2, 3)]


def test_a_folded_row_shows_the_sum_of_what_it_hides(model: SpanTableModel) -> None:
    model.set_snapshot(build_snapshot(make_support_skeleton(), 1, EPOCH_US))
    row = _find(model, "executor")
    model.toggle(row)
    shown = model.row_at(row)
    assert (shown.spans_below, shown.errors_below, shown.tokens_text()) == (7, 2, "∑ 4,120")
    assert shown.error is ErrorKind.BUBBLED


def test_hostile_names_are_made_fit_for_a_line(model: SpanTableModel) -> None:
    model.set_snapshot(build_snapshot(make_skeleton([MadeSpan("r", name="a\n\x1b[31mb\u202ec")]), 1, 0))
    assert model.row_at(0).name == "a \ufffd[31mb\ufffdc"


def test_rows_outside_are_refused(model: SpanTableModel) -> None:
    for row in (-1, 5):
        with pytest.raises(IndexError):
            model.row_at(row)


def test_a_large_trace_is_read_page_by_page(model: SpanTableModel) -> None:
    model.set_snapshot(build_snapshot(make_large_skeleton(20_000), 1, 0))
    assert len({model.row_at(row).span for row in range(0, 20_000, 61)}) == len(range(0, 20_000, 61))


@given(growing_traces())
def test_a_trace_that_grows_shows_what_a_fresh_look_would(
    qapp: object,  # noqa: ARG001 - Qt's objects need it
    steps: list[tuple[list[MadeSpan], int]],
) -> None:
    model = SpanTableModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for spans, toggled in steps:
        snapshot = build_snapshot(make_skeleton(spans), 1, EPOCH_US)
        model.set_snapshot(snapshot)
        model.toggle(toggled % model.rowCount())
        shown = [model.row_at(row).layout_row for row in range(model.rowCount())]
        folded = model._folding.folded_rows(snapshot)
        assert shown == visible_rows(snapshot.layout, folded).tolist()
        assert all(model.row_at(row).is_folded == folded[place] for row, place in enumerate(shown))


@pytest.mark.parametrize("is_handed_over", [True, False])
def test_an_update_under_folds_inserts_what_shows(qtbot: QtBot, model: SpanTableModel, *, is_handed_over: bool) -> None:
    before = model.snapshot
    model.toggle(1)
    spans = (MadeSpan("x", ("a",), 2.5), MadeSpan("y", ("root",), 8.0))
    later = _snapshot(*spans)
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_snapshot(build_snapshot(later.skeleton, 2, 0, before=before) if is_handed_over else later)
    assert _ids(model) == ["root", "a", "c", "d", "y"]


def test_many_insertions_into_many_rows_are_one_reset(
    qtbot: QtBot, model: SpanTableModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanglass_viewer.models.span_table._MAX_MOVED_ROWS", 10)
    with qtbot.waitSignal(model.modelReset):
        model.set_snapshot(_snapshot(MadeSpan("x", ("a",), 2.5), MadeSpan("y", ("root",), 8.0)))
    assert _ids(model) == ["root", "a", "b", "x", "c", "d", "y"]


def test_many_rows_of_which_some_are_hidden_are_not_compared(
    qtbot: QtBot, model: SpanTableModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanglass_viewer.models.span_table._MAX_MOVED_ROWS", 4)
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_snapshot(_snapshot(MadeSpan("y", ("root",), 8.0)))
    model.toggle(1)
    with qtbot.waitSignal(model.modelReset):
        model.set_snapshot(_snapshot(MadeSpan("y", ("root",), 8.0), MadeSpan("z", ("root",), 9.0)))
    assert _ids(model) == ["root", "a", "c", "d", "y", "z"]


@pytest.mark.parametrize(
    ("dollars", "is_estimate", "tokens", "text"),
    [(0.0841, False, 10, "$0.084"), (1.2, True, 10, "≈$1.20"), (math.nan, False, 10, "—"), (math.nan, False, 0, "")],
)
def test_a_cost_is_told_as_what_it_is(
    model: SpanTableModel, dollars: float, is_estimate: bool, tokens: int, text: str
) -> None:
    row = replace(model.row_at(0), cost=dollars, has_cost_estimate=is_estimate, tokens=tokens)
    assert row.cost_text() == text
    assert replace(row, is_ghost=True).cost_text() == ""
