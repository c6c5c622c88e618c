"""What panes look like in the states between: nothing, loading, a fault, running, dead, odd, narrowed, no hits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton, make_support_skeleton
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget
from span_details import make_detail

from spanglass_store.database.records import ExperimentSummary, ScoreSummary
from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.backend.requests import FindAnswer
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.panes.experiment_dialog import ExperimentDialog
from spanglass_viewer.panes.keys_dialog import KeysDialog
from spanglass_viewer.panes.trace_list_pane import TraceListPane
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.views.flame_view import FlameView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
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
ODD = [
    MadeSpan("root", (), 0, 10, "agent.run", "task"),
    MadeSpan("a", ("b",), 1, 2, "cycle.one", "tool"),
    MadeSpan("b", ("a",), 1.2, 2, "cycle.two", "tool"),
    MadeSpan("early", ("late",), 2, 3, "before.its.parent", "function"),
    MadeSpan("late", ("root",), 4, 5, "late.parent", "function"),
    MadeSpan("back", ("root",), 6, 5, "ends.before.it.begins", "llm", "gpt-5-mini", tokens=120),
    MadeSpan("dot", ("root",), 7, 7, "no.time.at.all", "score", score_text='{"faithful": 0.62, "style": 1}', scores=2),
    MadeSpan("other", (), 8, 9, "second.root", "task"),
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


def test_cycles_clock_faults_and_a_second_root(pane: TracePane, theme: str, check_golden: Check) -> None:
    pane.show_snapshot(build_snapshot(make_skeleton(ODD), 1, NOW_US), opened=True)
    pane.setFocus()
    check_golden(pane, f"state-odd-rows-{theme}")


def test_the_same_states_in_the_flame_view(pane: TracePane, qtbot: QtBot, theme: str, check_golden: Check) -> None:
    pane.toggle_flame()
    pane.setFocus()
    for name, spans in (("flame-rows", STATES), ("flame-odd-rows", ODD)):
        pane.show_snapshot(build_snapshot(make_skeleton(spans), 1, NOW_US), opened=True)
        pane.select_span_id("shared")
        qtbot.waitUntil(lambda: pane.findChild(FlameView).is_idle)
        check_golden(pane, f"{name}-{theme}")
    pane.stop()


def test_a_trace_that_is_gone(pane: TracePane, theme: str, check_golden: Check) -> None:
    pane.show_snapshot(build_snapshot(make_skeleton(ODD), 1, NOW_US), opened=True)
    pane.show_deleted()
    check_golden(pane, f"state-deleted-{theme}")


def test_every_span_hidden(pane: TracePane, theme: str, check_golden: Check) -> None:
    pane.show_snapshot(build_snapshot(make_skeleton(ODD), 1, NOW_US), opened=True)
    pane.finder.hide_types(frozenset({"task", "tool", "function", "llm", "score"}))
    check_golden(pane, f"state-all-hidden-{theme}")


def test_large_text(pane: TracePane, dressed: Appearance, theme: str, check_golden: Check, qtbot: QtBot) -> None:
    pane.show_snapshot(build_snapshot(make_support_skeleton(), 1, NOW_US), opened=True)
    dressed.set_text_percent(150)
    qtbot.waitUntil(lambda: dressed.is_settled)
    pane.setFocus()
    check_golden(pane, f"state-large-text-{theme}")


@pytest.mark.parametrize("is_filtered", [True, False], ids=["filtered", "empty"])
def test_a_list_without_traces(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check, is_filtered: bool
) -> None:
    model = TraceListModel()
    pane = TraceListPane(model, Selection(), dressed)
    pane.filter_box.hide()  # the window has it in its top bar
    qtbot.addWidget(pane)
    pane.resize(288, 300)
    pane.show()
    if is_filtered:
        pane.filter_box.set_text("error name:nowhere")
    model.show_first_page([], has_more=False)
    pane.show_total(12_480 if is_filtered else 0)
    check_golden(pane, f"trace-list-{'filtered-' if is_filtered else ''}empty-{theme}")


def test_a_list_that_is_still_read(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    pane = TraceListPane(TraceListModel(), Selection(), dressed)
    pane.filter_box.hide()  # the window has it in its top bar
    qtbot.addWidget(pane)
    pane.resize(288, 300)
    pane.show()
    pane.show_loading()
    qtbot.waitUntil(lambda: not pane._loading.isActive())
    check_golden(pane, f"trace-list-loading-{theme}")


@pytest.fixture
def detail_pane(qtbot: QtBot, dressed: Appearance) -> Iterator[DetailPane]:
    """A pane without a span."""
    images = ImageLoader()
    made = DetailPane(Selection(), dressed, images)
    qtbot.addWidget(made)
    made.resize(380, 520)
    made.show()
    yield made
    made.stop()
    images.stop()


def test_no_span_a_slow_one_and_a_fault(detail_pane: DetailPane, qtbot: QtBot, theme: str, check_golden: Check) -> None:
    detail_pane.resize(380, 240)
    check_golden(detail_pane, f"detail-nothing-{theme}")
    detail_pane.show_loading("chat.completions")
    qtbot.waitUntil(lambda: not detail_pane._loading.isActive())
    check_golden(detail_pane, f"detail-loading-{theme}")
    detail_pane.show_fault("The store is in use by another program. Nothing is lost. Close it, or wait: /data/traces")
    check_golden(detail_pane, f"detail-fault-{theme}")


def test_a_running_and_a_dead_span(detail_pane: DetailPane, theme: str, check_golden: Check) -> None:
    state = {"name": "chat.completions", "type": "llm", "model": "gpt-5-mini", "end_us": None}
    metadata = {"model": "gpt-5-mini", "partial_output": "The refund of 42.90 is on its"}
    detail_pane.show_span(make_detail(input="Where is my refund?", metadata=metadata, **state))
    check_golden(detail_pane, f"detail-running-{theme}")
    detail_pane.show_span(make_detail(input="Where is my refund?", is_interrupted=True, **state))
    check_golden(detail_pane, f"detail-dead-{theme}")


def test_hits_in_a_tree_and_none_in_the_span(
    detail_pane: DetailPane, qtbot: QtBot, theme: str, check_golden: Check
) -> None:
    value = {
        "order": {"id": "A-10422", "refund": True},
        "log": ["refund asked", "Refunded"],
        "far": "x" * 90 + "refund",
    }
    detail_pane.view_state.formats["Input", "tool"] = ValueFormat.TREE
    detail_pane.show_span(make_detail(input=value))
    detail_pane.mark_hits("refund")
    qtbot.waitUntil(lambda: detail_pane.is_idle)
    qtbot.waitUntil(lambda: bool(detail_pane.findChild(JsonTreeView).hits.needle))
    check_golden(detail_pane, f"detail-tree-hits-{theme}")
    detail_pane.finder.open()
    detail_pane.finder.bar.set_text("nowhere")
    qtbot.waitUntil(lambda: detail_pane.finder.is_idle)
    detail_pane.setFocus()
    check_golden(detail_pane, f"detail-no-hits-{theme}")


@pytest.mark.usefixtures("dressed")
def test_the_keys(qtbot: QtBot, theme: str, check_golden: Check) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = [QAction(f"Action {number}", window) for number in range(30)]
    for number, action in enumerate(actions[:-1]):
        action.setShortcut(QKeySequence(f"Ctrl+Shift+{chr(65 + number % 26)}" if number % 3 else chr(65 + number % 26)))
    dialog = KeysDialog(actions, window)
    qtbot.addWidget(dialog)
    dialog.show()
    check_golden(dialog, f"keys-{theme}")


def test_hidden_types_and_no_hits(pane: TracePane, theme: str, check_golden: Check) -> None:
    pane.show_snapshot(build_snapshot(make_support_skeleton(), 1, NOW_US), opened=True)
    pane.finder.search_wanted.connect(lambda asked: pane.finder.show_hits(FindAnswer(asked, ())))
    pane.finder.hide_types(frozenset({"function", "llm"}))
    pane.finder.open()
    pane.finder.bar.set_text("nowhere")
    pane.setFocus()
    check_golden(pane, f"state-narrowed-{theme}")


def test_no_hits_in_the_flame_view(pane: TracePane, qtbot: QtBot, theme: str, check_golden: Check) -> None:
    pane.toggle_flame()
    pane.show_snapshot(build_snapshot(make_support_skeleton(), 1, NOW_US), opened=True)
    pane.finder.search_wanted.connect(lambda asked: pane.finder.show_hits(FindAnswer(asked, ())))
    pane.finder.open()
    pane.finder.bar.set_text("nowhere")
    pane.setFocus()
    qtbot.waitUntil(lambda: pane.findChild(FlameView).is_idle)
    check_golden(pane, f"flame-no-hits-{theme}")
    pane.stop()


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
