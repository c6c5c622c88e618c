"""The chips are terms of the filter: what one shows and does is what stands in the box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from trace_summaries import make_summary

from spanglass_store.search.expression import EVERYTHING, HasError
from spanglass_store.search.parse import parse_filter
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.panes.trace_list_pane import TraceListPane
from spanglass_viewer.widgets.buttons import Chip
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


@pytest.fixture
def pane(qtbot: QtBot, appearance: Appearance) -> TraceListPane:
    made = TraceListPane(TraceListModel(), Selection(), appearance)
    qtbot.addWidget(made)
    return made


def chip(pane: TraceListPane, text: str) -> Chip:
    return next(found for found in pane.findChildren(Chip) if found.text() == text)


def checked(pane: TraceListPane) -> list[str]:
    return [found.text() for found in pane.findChildren(Chip) if found.isChecked()]


def test_chips_write_the_filter(pane: TraceListPane, qtbot: QtBot) -> None:
    assert checked(pane) == ["All"]
    with qtbot.waitSignal(pane.filter_changed) as changed:
        chip(pane, "Errors").click()
    assert changed.args == [HasError()]
    chip(pane, "Slow").click()
    assert pane.filter_box.text == "error dur>=5s"
    assert checked(pane) == ["Errors", "Slow"]
    chip(pane, "Errors").click()
    assert (pane.filter_box.text, checked(pane)) == ("dur>=5s", ["Slow"])
    with qtbot.waitSignal(pane.filter_changed) as changed:
        chip(pane, "All").click()
    assert changed.args == [EVERYTHING]
    assert (pane.filter_box.text, checked(pane)) == ("", ["All"])
    chip(pane, "All").click()
    assert checked(pane) == ["All"]


def test_loading_is_said_only_when_it_lasts(pane: TraceListPane, qtbot: QtBot) -> None:
    pane.show()
    nothing = lambda: [label.text() for label in pane.findChildren(PlainLabel) if label.text().startswith(("No", "Lo"))]  # noqa: E731 - asked anew
    pane.show_loading()
    assert nothing() == []
    qtbot.waitUntil(lambda: nothing() == ["Loading the traces…"])
    pane._model.show_first_page([], has_more=False)
    assert nothing() == ["No traces yet"]
    pane.show_loading()
    pane._model.show_first_page([make_summary(1)], has_more=False)
    assert pane.view.isVisible()
    assert not pane._loading.isActive()


def test_chips_show_what_is_typed(pane: TraceListPane) -> None:
    pane.filter_box.set_text("refund type=llm")
    assert checked(pane) == ["LLM"]
    chip(pane, "LLM").click()
    assert pane.filter_box.text == "refund"
    assert checked(pane) == []
    pane.filter_box.set_text("error or refund")
    assert checked(pane) == []
    chip(pane, "Errors").click()
    assert pane.filter_box.expression == parse_filter("(error or refund) error")


def test_a_faulty_filter_keeps_its_chips_out(pane: TraceListPane) -> None:
    pane.filter_box.set_text("error dur>soon")
    assert checked(pane) == []
    chip(pane, "LLM").click()
    assert pane.filter_box.text == "error dur>soon type=llm"
    assert checked(pane) == []
    pane.clear_filter()
    assert checked(pane) == ["All"]


@pytest.mark.parametrize("width", [170, 288])
def test_no_chip_is_cut(pane: TraceListPane, qtbot: QtBot, width: int) -> None:
    pane.resize(width, 400)
    pane.show()
    qtbot.waitUntil(lambda: all(found.x() > 0 for found in pane.findChildren(Chip)))
    for found in pane.findChildren(Chip):
        assert found.width() >= found.sizeHint().width()
        assert found.geometry().right() < width


@pytest.mark.parametrize("answers_first", [True, False], ids=["answered", "not yet"])
def test_enter_opens_the_first_match_where_the_open_trace_is_none(
    pane: TraceListPane, qtbot: QtBot, *, answers_first: bool
) -> None:
    type_filter(pane, qtbot, "refund")
    if answers_first:
        answer(pane, 8, 7)
    press_enter(pane, qtbot)
    if not answers_first:
        assert pane.filter_box.has_keyboard, "its traces are not known"
        answer(pane)
        assert pane.filter_box.has_keyboard, "no trace matches so far"
        answer(pane, 8, 7)
    assert pane._selection.root_span_id == make_summary(8).root_span_id
    assert pane.view.hasFocus()
    assert pane.view.selectionModel().isSelected(pane.view.currentIndex()), "it is shown as open"


def test_enter_stays_at_the_open_trace_where_it_matches(pane: TraceListPane, qtbot: QtBot) -> None:
    opened = make_summary(7).root_span_id
    pane._selection.select_trace(opened)
    type_filter(pane, qtbot, "refund")
    press_enter(pane, qtbot)
    answer(pane, 8, 7)
    assert pane._selection.root_span_id == opened
    assert pane.view.hasFocus()


def test_what_is_typed_after_enter_stays_in_the_box(pane: TraceListPane, qtbot: QtBot) -> None:
    type_filter(pane, qtbot, "refund")
    press_enter(pane, qtbot)
    qtbot.keyClicks(edit_of(pane), "s")
    answer(pane, 7)
    assert pane.filter_box.has_keyboard
    assert pane._selection.root_span_id is None


def test_the_list_takes_the_keyboard_without_opening_a_trace(pane: TraceListPane, qtbot: QtBot) -> None:
    answer(pane, 8, 7)
    type_filter(pane, qtbot, "")
    pane.view.setFocus()
    assert pane.view.hasFocus()
    assert pane._selection.root_span_id is None
    qtbot.keyClick(pane.view, Qt.Key.Key_Down)
    assert pane._selection.root_span_id == make_summary(8).root_span_id


def edit_of(pane: TraceListPane) -> QLineEdit:
    return pane.filter_box.findChildren(QLineEdit)[0]


def type_filter(pane: TraceListPane, qtbot: QtBot, text: str) -> None:
    with qtbot.waitActive(pane):
        pane.show()
    pane.filter_box.take_focus()
    pane.filter_box.set_text(text)


def press_enter(pane: TraceListPane, qtbot: QtBot) -> None:
    qtbot.keyClick(edit_of(pane), Qt.Key.Key_Return)


def answer(pane: TraceListPane, *traces: int) -> None:
    """Give what the store answers to a filter."""
    pane._model.show_first_page([make_summary(trace) for trace in traces], has_more=False)
    pane.note_filter_answered()
