from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit

from spanglass_viewer.backend.requests import FindAnswer, FindRequest
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes import trace_finder
from spanglass_viewer.panes.find_bar import FindBar
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.panes.types_menu import TypesMenu
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot
from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.views.span_table_view import SpanTableView
from spanglass_viewer.widgets.buttons import Chip, StatButton
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

NOW_US = EPOCH_US + 20_000_000
#  a ─ b ─ c        hits: c, e
#    └ d ─ e
#    └ f (error)
SPANS = [
    MadeSpan("a", start=0, end=9),
    MadeSpan("b", ("a",), start=1),
    MadeSpan("c", ("b",), start=2),
    MadeSpan("d", ("a",), start=3),
    MadeSpan("e", ("d",), start=4),
    MadeSpan("f", ("a",), start=5, error="ValueError: no"),
]


def snapshot_of(*spans: MadeSpan) -> TraceSnapshot:
    return build_snapshot(make_skeleton(list(spans)), 1, NOW_US)


class Found:
    """A pane with a trace, whose searches are answered with the spans `hits`."""

    def __init__(self, qtbot: QtBot, appearance: Appearance) -> None:
        self.selection = Selection()
        self.pane = TracePane(self.selection, appearance, clock_us=lambda: NOW_US)
        qtbot.addWidget(self.pane)
        self.pane.resize(900, 480)
        self.pane.show()
        self.pane.activateWindow()
        qtbot.waitUntil(self.pane.isActiveWindow)
        self.finder = self.pane.finder
        self.view = self.pane.findChild(SpanTableView)
        self.edit = self.pane.findChild(FindBar).findChild(QLineEdit)
        self.asked: list[FindRequest] = []
        self.hits: tuple[str, ...] = ("c", "e")
        self.finder.search_wanted.connect(self._on_search_wanted)
        self.pane.show_snapshot(snapshot_of(*SPANS), opened=True)

    def _on_search_wanted(self, request: FindRequest) -> None:
        self.asked.append(request)
        self.finder.show_hits(FindAnswer(request, self.hits))

    @property
    def selected(self) -> str:
        return "" if self.selection.span is None else self.selection.span.span_id

    @property
    def rows(self) -> str:
        model = self.view.model()
        snapshot = model.snapshot
        spans = [model.row_at(row).span for row in range(model.rowCount())]
        return "".join(str(snapshot.skeleton.span_id[span]) for span in spans)

    @property
    def count(self) -> str:
        return self.pane.findChild(FindBar).findChild(PlainLabel).text()


@pytest.fixture
def found(qtbot: QtBot, appearance: Appearance) -> Found:
    return Found(qtbot, appearance)


def test_enter_before_the_hits_are_there_goes_to_the_next_one_when_they_are(found: Found, qtbot: QtBot) -> None:
    found.pane.select_span_id("c")
    found.finder.search_wanted.disconnect(found._on_search_wanted)
    found.finder.open()
    qtbot.keyClicks(found.edit, "x")
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)  # looks for it at once
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    assert found.selected == "c"
    found.finder.show_hits(FindAnswer(found.finder._asked, found.hits))
    assert found.selected == "e"
    qtbot.keyClick(found.edit, Qt.Key.Key_Return)
    assert found.selected == "c"


def test_an_action_hides_what_is_no_hit_and_shows_it_again(found: Found, qtbot: QtBot) -> None:
    found.finder.toggle_only_hits()
    assert found.edit.hasFocus(), "it is not known yet what is looked for"
    qtbot.keyClicks(found.edit, "refund")
    qtbot.waitUntil(lambda: found.rows == "abcde")
    found.finder.toggle_only_hits()
    assert found.rows == "abcdef"


def test_what_is_typed_is_asked_and_its_first_hit_below_is_selected(found: Found, qtbot: QtBot) -> None:
    found.pane.select_span_id("b")
    found.finder.open()
    qtbot.keyClicks(found.edit, "refund")
    qtbot.waitUntil(lambda: found.selected == "c")
    assert [(request.root_span_id, request.text) for request in found.asked] == [("root", "refund")]
    assert found.count == "1 of 2"


def test_esc_closes_the_bar_from_each_of_its_parts(found: Found, qtbot: QtBot) -> None:
    for part in found.finder.bar.list_tab_stops():
        found.finder.open()
        part.setFocus()
        qtbot.keyClick(part, Qt.Key.Key_Escape)
        assert not found.finder.bar.isVisible(), part.accessibleName()


def test_what_was_typed_just_before_the_bar_closed_selects_nothing(found: Found, qtbot: QtBot) -> None:
    before = found.selected
    found.finder.open()
    qtbot.keyClicks(found.edit, "refund")
    qtbot.keyClick(found.edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not found.finder.bar._typing.isActive())
    assert (found.asked, found.selected) == ([], before)
    found.finder.open()
    assert [request.text for request in found.asked] == ["refund"]


def test_enter_and_shift_enter_go_round(found: Found, qtbot: QtBot) -> None:
    found.finder.open()
    found.finder.bar.set_text("refund")
    visited: list[str] = []
    for _ in range(3):
        qtbot.keyClick(found.edit, Qt.Key.Key_Return)
        visited.append(found.selected)
    assert visited == ["e", "c", "e"]
    qtbot.keyClick(found.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert found.selected == "c"


def test_only_hits_hides_the_rest_and_unfolding_brings_none_of_it_back(found: Found) -> None:
    found.finder.open()
    found.finder.bar.set_text("refund")
    chip = found.pane.findChild(FindBar).findChild(Chip)
    chip.click()
    assert found.rows == "abcde"
    found.hits = ("e",)
    found.finder.bar.set_text("other")
    assert found.rows == "ade"
    found.view.model().toggle(1)
    assert found.rows == "ad"
    found.view.model().toggle(1)
    assert found.rows == "ade"
    found.finder.close()
    assert found.rows == "abcdef"
    assert not found.finder.bar.isVisible()


def test_the_selected_hit_stays_where_it_is_while_rows_above_it_go_and_come(found: Found) -> None:
    more = [MadeSpan(f"{number:03}", ("a",), start=1 + number / 100) for number in range(300)]
    found.pane.show_snapshot(snapshot_of(SPANS[0], *more), opened=True)
    found.hits = ("007", "033", "140", "145")
    found.finder.open()
    found.finder.bar.set_text("refund")
    found.pane.select_span_id("140")
    top = lambda: found.view.rowViewportPosition(found.view.currentIndex().row())  # noqa: E731 - asked anew
    found.finder.toggle_only_hits()
    assert found.rows == "a007033140145"
    assert 0 <= top() < found.view.viewport().height()
    before = top()
    found.finder.toggle_only_hits()
    assert top() == before
    found.finder.toggle_only_hits()
    found.finder.close()
    assert (found.selected, top()) == ("140", before)


def test_going_to_what_is_hidden_shows_everything(found: Found) -> None:
    found.finder.bar.set_text("refund")
    chip = found.pane.findChild(FindBar).findChild(Chip)
    chip.click()
    assert found.pane.select_span_id("f")
    assert found.rows == "abcdef"
    assert found.selected == "f"
    assert not chip.isChecked()


def test_nothing_found_is_said_and_leaves_the_selection(found: Found) -> None:
    found.hits = ()
    before = found.selected
    found.finder.bar.set_text("nowhere")
    assert found.count == "No hits"
    assert found.edit.property("invalid") == "true"
    assert found.selected == before


def test_an_answer_to_an_older_question_is_dropped(found: Found) -> None:
    found.finder.bar.set_text("refund")
    old = found.asked[-1]
    found.hits = ("b",)
    found.finder.bar.set_text("other")
    found.finder.show_hits(FindAnswer(old, ("c", "e")))
    assert found.count == "1 of 1"


def test_hits_stay_marked_while_the_trace_grows(found: Found) -> None:
    found.finder.bar.set_text("refund")
    found.pane.select_span_id("e")
    grown = snapshot_of(*SPANS, MadeSpan("0", ("a",), start=0.5))
    found.pane.show_snapshot(grown, opened=False)
    assert found.selected == "e"
    assert found.count == "2 of 2"


def test_what_comes_into_the_trace_is_searched_too(found: Found, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_finder, "_LEAST_PAUSE_MS", 1)
    found.finder.open()
    found.finder.bar.set_text("refund")
    found.finder.toggle_only_hits()
    found.pane.select_span_id("d")
    found.hits = ("c", "e", "g")
    grown = snapshot_of(*SPANS, MadeSpan("g", ("a",), start=6), MadeSpan("h", ("a",), start=7))
    found.pane.show_snapshot(grown, opened=False)
    qtbot.waitUntil(lambda: found.rows == "abcdeg")
    assert (found.selected, found.count) == ("d", "3 hits"), "it selects nothing"
    searches = len(found.asked)
    qtbot.waitUntil(lambda: not found.finder._again.isActive())
    assert len(found.asked) == searches, "what does not grow is not searched again"


def test_a_trace_that_grows_is_not_searched_all_the_time(found: Found) -> None:
    found.finder.open()
    found.finder.bar.set_text("refund")
    for start in (6, 6.5, 7):
        found.pane.show_snapshot(snapshot_of(*SPANS, MadeSpan("g", ("a",), start=start)), opened=False)
    assert len(found.asked) == 1
    assert found.finder._again.isActive(), "but in a while it is"


def test_a_subtree_is_looked_at_alone(found: Found) -> None:
    found.pane.select_span_id("d")
    found.finder.focus_subtree()
    assert found.rows == "de"
    assert found.selected == "d"
    found.finder.focus_subtree()
    assert found.rows == "abcdef"
    assert found.selected == "d"


def test_another_trace_is_searched_anew_while_the_bar_is_open(found: Found) -> None:
    found.finder.open()
    found.finder.bar.set_text("refund")
    found.pane.show_snapshot(build_snapshot(make_skeleton([MadeSpan("x")], "other"), 2, NOW_US), opened=True)
    assert found.asked[-1].root_span_id == "other"
    assert found.rows == "x"


def test_hidden_types_are_said_and_stay_hidden_in_the_next_trace(found: Found) -> None:
    spans = [MadeSpan("a", type="task"), MadeSpan("b", ("a",), 1, type="tool"), MadeSpan("c", ("b",), 2, type="llm")]
    found.pane.show_snapshot(snapshot_of(*spans), opened=True)
    found.finder.hide_types(frozenset({"tool"}))
    assert found.rows == "ac"
    sign = next(button for button in found.pane.findChildren(StatButton) if button.text() == "1 hidden")
    assert sign.isVisible()
    assert "type tool" in sign.toolTip()
    other = build_snapshot(make_skeleton([*spans, MadeSpan("d", ("a",), 3, type="tool")], "other"), 2, NOW_US)
    found.pane.show_snapshot(other, opened=True)
    assert found.rows == "ac"
    assert sign.text() == "2 hidden"
    sign.click()
    assert found.rows == "abcd"
    assert not sign.isVisible()


def test_a_trace_opens_at_what_hidden_types_leave(found: Found) -> None:
    found.finder.hide_types(frozenset({"tool"}))
    failed = [MadeSpan("a", type="task"), MadeSpan("b", ("a",), 1, type="tool", error="ValueError: no")]
    found.pane.show_snapshot(snapshot_of(*failed, MadeSpan("c", ("a",), 2)), opened=True)
    assert found.rows == "ac"
    assert found.selected == "a"
    found.pane.next_error(1)
    assert found.selected == "b", "an error that is gone to is shown"
    assert found.rows == "abc"


def test_types_are_ticked_one_after_the_other(found: Found) -> None:
    spans = [MadeSpan("a", type="task"), MadeSpan("b", ("a",), 1, type="tool"), MadeSpan("c", ("b",), 2)]
    found.pane.show_snapshot(snapshot_of(*spans), opened=True)
    menu = found.pane.findChild(TypesMenu)
    menu.aboutToShow.emit()
    boxes = {box.text().split("  ")[0]: box for box in menu.findChildren(QCheckBox)}
    assert sorted(boxes) == ["No type", "task", "tool"]
    boxes["tool"].click()
    boxes["No type"].click()
    assert found.rows == "a"
    boxes["tool"].click()
    assert found.rows == "ab"


def test_hits_are_marked_in_the_flame_view_too(found: Found, qtbot: QtBot) -> None:
    found.pane.toggle_flame()
    flame = found.pane.findChild(FlameView)
    found.pane.select_span_id("a")
    qtbot.waitUntil(lambda: flame.is_idle)
    before = flame.grab().toImage()
    found.hits = ("a", "c")
    found.finder.bar.set_text("refund")
    found.pane.select_span_id("a")
    qtbot.waitUntil(lambda: flame.is_idle)
    assert flame.grab().toImage() != before
    found.finder.close()
    qtbot.waitUntil(lambda: flame.grab().toImage() == before)


def test_that_not_all_hits_are_shown_is_said(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    found.finder.open()
    found.finder.bar.set_text("refund")
    found.finder.toggle_only_hits()
    assert found.finder.describe_narrowing() == "all but hits"
    monkeypatch.setattr(trace_finder, "MAX_HITS", 2)
    assert found.finder.describe_narrowing() == "all but the first 2 hits"
