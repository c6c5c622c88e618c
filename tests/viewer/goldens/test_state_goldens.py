"""What panes look like in the states between: nothing, loading, a fault, running, narrowed, no hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton, make_support_skeleton

from spanglass_store.database.records import ExperimentSummary, ScoreSummary
from spanglass_viewer.backend.requests import FindAnswer
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.experiment_dialog import ExperimentDialog
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.snapshot import build_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

    Check = Callable[[QWidget, str], None]

NOW_US = EPOCH_US + 20_000_000
STATES = [
    MadeSpan("root", (), 0, None, "agent.run", "task"),
    MadeSpan("live", ("root",), 1, None, "chat.completions", "llm", "gpt-5-mini", ttft=0.5),
    MadeSpan("dead", ("root",), 2, None, "audit.write", "review", is_interrupted=True),
    MadeSpan("one", ("root",), 3, 6, "one.parent", "tool"),
    MadeSpan("two", ("root",), 3.5, 7, "other.parent", "tool"),
    MadeSpan("shared", ("one", "two"), 4, 5, "shared.child", "function"),
    MadeSpan("lost", ("gone",), 8, 9, "webhook.deliver", "automation"),
    MadeSpan("failed", ("root",), 10, 12, "pay", "tool", error="ValueError: no"),
]

pytestmark = pytest.mark.parametrize("theme", ["dark", "light"])


@pytest.fixture
def dressed(qapp: QApplication, _fonts: None, theme: str) -> Appearance:
    """The theme of the test."""
    return Appearance(qapp, ThemeMode(theme))


@pytest.fixture
def pane(qtbot: QtBot, dressed: Appearance) -> TracePane:
    """A pane without a trace."""
    made = TracePane(Selection(), dressed, clock_us=lambda: NOW_US)
    qtbot.addWidget(made)
    made.resize(780, 420)
    made.show()
    return made


def test_no_trace_and_a_slow_one(pane: TracePane, qtbot: QtBot, theme: str, check_golden: Check) -> None:
    check_golden(pane, f"state-no-trace-{theme}")
    before = pane.grab().toImage()
    pane.show_loading("root")
    qtbot.waitUntil(lambda: pane.grab().toImage() != before)
    check_golden(pane, f"state-loading-{theme}")


def test_running_dead_orphan_and_ghost(pane: TracePane, theme: str, check_golden: Check) -> None:
    pane.show_snapshot(build_snapshot(make_skeleton(STATES), 1, NOW_US), opened=True)
    pane.select_span_id("shared")
    pane.setFocus()
    check_golden(pane, f"state-rows-{theme}")


def test_hidden_types_and_no_hits(pane: TracePane, theme: str, check_golden: Check) -> None:
    pane.show_snapshot(build_snapshot(make_support_skeleton(), 1, NOW_US), opened=True)
    pane.finder.search_wanted.connect(lambda asked: pane.finder.show_hits(FindAnswer(asked, ())))
    pane.finder.hide_types(frozenset({"function", "llm"}))
    pane.finder.open()
    pane.finder.bar.set_text("nowhere")
    pane.setFocus()
    check_golden(pane, f"state-narrowed-{theme}")


def test_an_experiment(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    dialog = ExperimentDialog(dressed)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.bases.addItem("baseline", "b")
    dialog.bases.setCurrentIndex(0)
    scores = (
        ScoreSummary("exact match", 0.5, 12, 0.33, 4, 2, 12),
        ScoreSummary("helpfulness", 0.67, 12, 0.43, 10, 2, 12),
    )
    dialog.show_summary(
        ExperimentSummary(
            "e", "new prompt", "support", "Does the refund prompt answer in the customer's language?",
            '{"model":"gpt-5-mini"}', ("nightly",), EPOCH_US, 12, 1, 1.25, 12_948, 0.0412, scores,
        )
    )  # fmt: skip
    dialog.setFocus()
    check_golden(dialog, f"experiment-{theme}")
