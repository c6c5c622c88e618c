from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.records import ScoreSummary
from spanglass_viewer.models.score_table import Column, ScoreTableModel, difference_text

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

MINUS = "\N{MINUS SIGN}"


def test_the_model_keeps_qts_rules_and_says_what_is_known(qtmodeltester: ModelTester) -> None:
    model = ScoreTableModel()
    model.set_scores((ScoreSummary("tone", 0.75, 4, 0.5, improved=2, shared=3), ScoreSummary("new", 1.0, 4)))
    qtmodeltester.check(model)
    rows = [[model.index(row, column).data() for column in Column] for row in range(2)]
    assert rows == [["tone", "0.75", "4", "0.50", "+0.25", "▲ 2", "0"], ["new", "1.00", "4", "", "", "", ""]]


def test_a_difference_too_little_to_show_is_none() -> None:
    assert difference_text(0.5, 0.75) == f"{MINUS}0.25"
    assert difference_text(0.5, 0.502) == "0.00"
    assert difference_text(2000.0, 500.0) == "+1500"
    assert difference_text(None, 0.5) == "—"
