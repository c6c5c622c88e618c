from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from made_traces import (
    EPOCH_US,
    MadeSpan,
    make_large_skeleton,
    make_skeleton,
    make_support_skeleton,
)
from PySide6.QtCore import QRect

from spanglass_viewer.models.span_table import SpanTableModel
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.views.span_cell import lay_out_cell

if TYPE_CHECKING:
    from spanglass_viewer.models.span_row import SpanRow
    from spanglass_viewer.theme.appearance import Appearance


@pytest.fixture
def rows(appearance: Appearance) -> dict[str, SpanRow]:  # noqa: ARG001 - the fonts
    model = SpanTableModel()
    snapshot = build_snapshot(make_support_skeleton(), 1, EPOCH_US)
    model.set_snapshot(snapshot)
    shown = [model.row_at(row) for row in range(model.rowCount())]
    return {str(snapshot.skeleton.span_id[row.span]): row for row in shown if not row.is_ghost}


@pytest.mark.parametrize("width", [160, 220, 330, 900])
def test_parts_do_not_overlap_and_stay_in_the_cell(rows: dict[str, SpanRow], width: int) -> None:
    rect = QRect(0, 28, width, 28)
    for row in rows.values():
        cell = lay_out_cell(row, rect)
        parts = [cell.chevron, cell.badge, cell.name, *([cell.detail] if cell.detail else [])]
        parts += [place for _, place in cell.tags]
        assert all(rect.contains(part) for part in parts if part.width() > 0)
        assert all(left.right() < right.left() for left, right in itertools.pairwise(parts))


def test_metrics_give_way_before_the_name(rows: dict[str, SpanRow]) -> None:
    wide, narrow = (lay_out_cell(rows["plan"], QRect(0, 0, width, 28)) for width in (400, 210))
    assert wide.detail is not None
    assert narrow.detail is None
    assert narrow.name.width() == wide.name.width()


def test_words_of_a_mark_give_way_before_the_name(rows: dict[str, SpanRow]) -> None:
    wide, narrow = (lay_out_cell(rows["dead"], QRect(0, 0, width, 28)) for width in (400, 200))
    assert [tag.text for tag, _ in wide.tags] == ["process died"]
    assert [tag.text for tag, _ in narrow.tags] == [""]


def test_a_bubbled_error_has_a_mark_that_leads_to_its_origin(rows: dict[str, SpanRow]) -> None:
    rect = QRect(0, 0, 400, 28)
    assert lay_out_cell(rows["executor"], rect).origin_link is not None
    assert lay_out_cell(rows["post-1"], rect).origin_link is None


def test_a_very_deep_row_is_drawn_less_deep(appearance: Appearance) -> None:  # noqa: ARG001 - the fonts
    model = SpanTableModel()
    model.set_snapshot(build_snapshot(make_large_skeleton(1000, is_chain=True), 1, 0))
    cell = lay_out_cell(model.row_at(999), QRect(0, 0, 400, 28))
    assert cell.is_depth_cut
    assert cell.chevron.left() < 200
    assert cell.name.width() > 40


def test_a_long_name_leaves_room_for_its_marks(appearance: Appearance) -> None:  # noqa: ARG001 - the fonts
    model = SpanTableModel()
    model.set_snapshot(
        build_snapshot(make_skeleton([MadeSpan("r", name="n" * 300, error="E: 1", attachments=3)]), 1, 0)
    )
    cell = lay_out_cell(model.row_at(0), QRect(0, 0, 300, 28))
    assert [tag.icon for tag, _ in cell.tags] == ["error", "clip"]


def test_scores_stand_as_pills_and_further_ones_as_a_number(appearance: Appearance) -> None:  # noqa: ARG001 - the fonts
    model = SpanTableModel()
    texts = ['{"tone": 0.5, "exact": 1, "clear": 0.25}', '{"a": 0.5}', "", '{"cut off: 0.']
    spans = [
        MadeSpan(f"s{number}", start=number, end=9.0, scores=3, score_text=text) for number, text in enumerate(texts)
    ]
    model.set_snapshot(build_snapshot(make_skeleton(spans), 1, EPOCH_US))
    tags = [[tag.text for tag, _ in lay_out_cell(model.row_at(row), QRect(0, 0, 600, 28)).tags] for row in range(4)]
    assert tags == [["tone 0.5", "exact 1", "+1"], ["a 0.5"], ["3"], ["3"]]
    assert "tone 0.5, exact 1, clear 0.25" in model.row_at(0).accessible_text(0)


def test_a_span_with_impossible_times_says_so(appearance: Appearance) -> None:  # noqa: ARG001 - the fonts
    model = SpanTableModel()
    spans = [MadeSpan("root", (), 1.0, 2.0), MadeSpan("early", ("root",), 0.5, 0.7)]
    model.set_snapshot(build_snapshot(make_skeleton(spans), 1, EPOCH_US))
    row = model.row_at(1)
    assert [tag.text for tag, _ in lay_out_cell(row, QRect(0, 0, 500, 28)).tags] == ["begins before its parent"]
    assert "begins before its parent" in row.accessible_text(EPOCH_US)
