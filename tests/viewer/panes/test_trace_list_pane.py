"""The chips are terms of the filter: what one shows and does is what stands in the box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spanglass_store.search.expression import EVERYTHING, HasError
from spanglass_store.search.parse import parse_filter
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.panes.trace_list_pane import TraceListPane
from spanglass_viewer.widgets.buttons import Chip

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
