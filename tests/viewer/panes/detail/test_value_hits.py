"""What is looked for in a trace is marked in its values, those that come late included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QScrollArea
from span_details import make_detail

from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.records_view import RecordsView
from spanglass_viewer.panes.detail.tree_hits import find_tree_hits
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.markdown_view import MarkdownPage
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    import pytest
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


def test_what_json_writes_with_escapes_is_marked_as_well(pane: DetailPane, qtbot: QtBot) -> None:
    pane.mark_hits('say "hi"')
    pane.show_span(make_detail(input='They say "hi".', output=['they say "hi"', ["say hi"]]))
    qtbot.waitUntil(lambda: pane.is_idle and _marks(pane) == 2)


def test_the_first_hit_comes_into_sight_and_scrolling_away_is_allowed(pane: DetailPane, qtbot: QtBot) -> None:
    pane.resize(380, 400)
    area = pane.findChild(QScrollArea)
    pane.show_span(make_detail(input="line\n" * 300, output="line\n" * 100, metadata={"where": "here it is"}))
    qtbot.waitUntil(lambda: pane.is_idle and area.verticalScrollBar().maximum() > 0)
    assert area.verticalScrollBar().value() == 0
    pane.mark_hits("here it")
    qtbot.waitUntil(lambda: area.verticalScrollBar().value() > 0 and not pane._hits._wants_first)
    area.verticalScrollBar().setValue(0)
    pane.show_span(make_detail(input="line\n" * 300, output="line\n" * 101, metadata={"where": "here it is"}))
    qtbot.waitUntil(lambda: pane.is_idle)
    assert area.verticalScrollBar().value() == 0, "a live update is no reason to move"


def _show_tree(pane: DetailPane, value: object, qtbot: QtBot) -> JsonTreeView:
    pane.view_state.formats["Output", "tool"] = ValueFormat.TREE
    pane.show_span(make_detail(output=value))
    qtbot.waitUntil(lambda: any(view.isVisible() for view in pane.findChildren(JsonTreeView)))
    return next(view for view in pane.findChildren(JsonTreeView) if view.isVisible())


def test_a_tree_marks_names_values_and_what_is_folded_above_one(pane: DetailPane, qtbot: QtBot) -> None:
    far = "x" * 5000 + "needle"
    deep = {"plain": 1, "list": [1, {"deep": "a Needle"}], "far": far, "Needles": {"n": 0}, "last": [0] * 40}
    tree = _show_tree(pane, deep, qtbot)
    before = tree.viewport().grab().toImage()
    pane.mark_hits("needle")
    qtbot.waitUntil(lambda: tree.hits.needle == "needle")
    assert tree.hits.first == ("list", 1, "deep")
    assert [tree.hits.holds(path) for path in (("list",), ("far",), ("Needles",), ("plain",), ("last",))] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert tree.viewport().grab().toImage() != before
    first = tree.mark("needle", tree.hits.color)
    assert first is not None
    folded = tree.model().index(1, 0, tree.model().index(1, 0))
    assert first == tree.visualRect(folded), "what is folded above it"
    pane.mark_hits("")
    qtbot.waitUntil(lambda: tree.viewport().grab().toImage() == before)


def test_a_tree_of_megabytes_is_looked_through_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spanglass_viewer.panes.detail.tree_hits._MOST_SECS", 0.0)
    values = [{"name": f"number {n}"} for n in range(2000)]
    assert find_tree_hits(values, "number 20", QColor("red")).first == (20, "name")
    assert find_tree_hits(values, "number 1999", QColor("red")).first is None


def test_tables_and_markdown_are_marked_too(pane: DetailPane, qtbot: QtBot) -> None:
    rows = [{"name": "a", "state": "refunded"}, {"name": "b", "state": "open"}]
    pane.view_state.formats["Output", "tool"] = ValueFormat.TABLE
    pane.view_state.formats["Input", "tool"] = ValueFormat.MARKDOWN
    pane.show_span(make_detail(input="A **refund**, please", output=rows))
    pane.mark_hits("refund")
    qtbot.waitUntil(lambda: pane.is_idle)
    table, page = pane.findChild(RecordsView), pane.findChild(MarkdownPage)
    qtbot.waitUntil(lambda: len(page.extraSelections()) == 1)
    role = Qt.ItemDataRole.BackgroundRole
    assert [bool(table.model().index(row, 1).data(role)) for row in (0, 1)] == [True, False]
    pane.mark_hits("")
    qtbot.waitUntil(lambda: not page.extraSelections() and not table.model().index(0, 1).data(role))
