from __future__ import annotations

from typing import TYPE_CHECKING

from made_traces import EPOCH_US, make_support_skeleton

from spanglass_viewer.models.span_table import SpanTableModel
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.views.span_tooltip import tooltip_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_a_tooltip_says_what_the_cells_have_no_room_for(qapp: QApplication) -> None:  # noqa: ARG001 - Qt's objects
    model = SpanTableModel()
    snapshot = build_snapshot(make_support_skeleton(), 1, EPOCH_US)
    model.set_snapshot(snapshot)
    rows = [model.row_at(row) for row in range(model.rowCount())]
    texts = {
        (str(snapshot.skeleton.span_id[row.span]), row.is_ghost): tooltip_of(row, EPOCH_US + 20_000_000) for row in rows
    }
    plan = texts["plan", False].split("\n")
    assert plan[:2] == ["chat.completions", "llm · claude-sonnet-5 · 2.74 s"]
    assert plan[2].startswith("Level 3, started ")
    assert plan[3:] == ["First token after 400 ms", "3,310 tokens", "$0.0199"]
    assert texts["executor", False].endswith("click the mark to go there")
    assert "7 spans below\n2 errors below" in texts["executor", False]
    assert texts["dead", False].endswith("Its process died before the span ended")
    assert texts["join", False].endswith("Has several parents")
    assert "Stands under check_tone, and has this parent too: Enter" in texts["join", True]
