from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton
from PySide6.QtWidgets import QTableView

from spanglass_store.database.comparing import PayloadDigest
from spanglass_viewer.panes.compare_dialog import CompareDialog
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.comparison import compare_traces
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.values.text_diff import diff_texts
from spanglass_viewer.widgets.buttons import Chip

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

    Check = Callable[[QWidget, str], None]

BEFORE = [
    MadeSpan("run", (), 0, 6.2, "support_agent.run", "task"),
    MadeSpan("plan", ("run",), 0.1, 2.4, "planner", "task"),
    MadeSpan("ask", ("plan",), 0.2, 2.3, "chat.completions", "llm", tokens=3310, cost=0.02),
    MadeSpan("old", ("run",), 2.5, 3.0, "orders.lookup", "tool"),
    MadeSpan("pay", ("run",), 3.1, 4.0, "payments.refund", "tool"),
]
AFTER = [
    replace(BEFORE[0], end=5.1),
    BEFORE[1],
    replace(BEFORE[2], end=1.4, tokens=2900, cost=0.017),
    MadeSpan("rank", ("plan",), 1.5, 1.7, "rerank", "tool"),
    BEFORE[4],
]
VALUES_BEFORE = "\n".join([*(f'"item {number}": {number},' for number in range(12)), '"status": "lost"'])
VALUES_AFTER = VALUES_BEFORE.replace("lost", "found on the way").replace('"item 11": 11,', '"item 11": 12,')


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_compare_dialog(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    before, after = (build_snapshot(make_skeleton(spans, "run"), 1, EPOCH_US) for spans in (BEFORE, AFTER))
    dialog = CompareDialog(dressed)
    qtbot.addWidget(dialog)
    dialog.resize(860, 560)
    dialog.show()
    dialog.show_comparison(compare_traces(before, after, {"ask": PayloadDigest(1, 1)}, {"ask": PayloadDigest(1, 2)}))
    dialog.show_diff((("Input", diff_texts(VALUES_BEFORE, VALUES_AFTER)),))
    check_golden(dialog, f"compare-{theme}")
    dialog.findChild(Chip).click()
    dialog.show_diff((("Input", diff_texts(VALUES_BEFORE, VALUES_AFTER)),))
    dialog.setFocus()
    check_golden(dialog, f"compare-only-changes-{theme}")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_comparison_on_its_way_with_a_fault_and_of_equals(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check
) -> None:
    dialog = CompareDialog(dressed)
    qtbot.addWidget(dialog)
    dialog.resize(620, 300)
    dialog.show()
    check_golden(dialog, f"compare-loading-{theme}")
    dialog.show_notice("The store is in use by another program. Nothing is lost. Close it, or wait: /data/traces")
    check_golden(dialog, f"compare-fault-{theme}")
    before, after = (build_snapshot(make_skeleton(spans, "run"), 1, EPOCH_US) for spans in (BEFORE, AFTER))
    dialog.show_comparison(compare_traces(before, after, {}, {}))
    dialog.findChild(QTableView).selectRow(2)
    dialog.show_diff(())
    dialog.setFocus()
    check_golden(dialog, f"compare-same-values-{theme}")


@pytest.fixture
def dressed(qapp: QApplication, _fonts: None, theme: str) -> Appearance:
    """The theme of the test."""
    return Appearance(qapp, ThemeMode(theme))
