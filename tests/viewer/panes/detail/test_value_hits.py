"""What is looked for in a trace is marked in its values, those that come late included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea
from span_details import make_detail

from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.panes.detail.detail_pane import DetailPane


def _marks(pane: DetailPane) -> int:
    return sum(len(view.extraSelections()) for view in pane.findChildren(TextView) if view.isVisible())


def _marked_labels(pane: DetailPane) -> list[str]:
    return [label.text() for label in pane.findChildren(PlainLabel) if label.property("hit") == "true"]


def test_texts_and_labels_are_marked_until_the_search_ends(pane: DetailPane, qtbot: QtBot) -> None:
    pane.mark_hits("refund")
    pane.show_span(make_detail(input="A refund, please. Refund!", output={"state": "refunded"}, metadata={"n": 1}))
    qtbot.waitUntil(lambda: pane.is_idle and _marks(pane) + len(_marked_labels(pane)) == 3)
    pane.mark_hits("")
    qtbot.waitUntil(lambda: _marks(pane) == 0 and not _marked_labels(pane))


def test_the_first_hit_comes_into_sight_and_scrolling_away_is_allowed(pane: DetailPane, qtbot: QtBot) -> None:
    pane.resize(380, 400)
    area = pane.findChild(QScrollArea)
    pane.show_span(make_detail(input="line\n" * 300, output="line\n" * 100, metadata={"where": "here it is"}))
    qtbot.waitUntil(lambda: pane.is_idle and area.verticalScrollBar().maximum() > 0)
    assert area.verticalScrollBar().value() == 0
    pane.mark_hits("here it")
    qtbot.waitUntil(lambda: area.verticalScrollBar().value() > 0)
    area.verticalScrollBar().setValue(0)
    pane.show_span(make_detail(input="line\n" * 300, output="line\n" * 101, metadata={"where": "here it is"}))
    qtbot.waitUntil(lambda: pane.is_idle)
    assert area.verticalScrollBar().value() == 0, "a live update is no reason to move"
