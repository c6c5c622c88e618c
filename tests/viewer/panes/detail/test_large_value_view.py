"""A value that is too large for the window, in the pane, with its decoder."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton
from span_details import make_detail

from spanglass_viewer.models.json_tree import JsonRole
from spanglass_viewer.panes.detail.field_card import FieldCard
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.large_value_view import LargeTreeView, LargeValueView
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.trace.references import HeldFile, LargeValue, SpanDetail
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.panes.detail.detail_pane import DetailPane
    from spanglass_viewer.values.decode import JsonValue

    Keep = Callable[..., SpanDetail]

_TREE: dict[str, JsonValue] = {"first": {"city": "Bonn", "packed": '{"city": "Köln"}'}, "many": list(range(1500))}


@pytest.fixture
def kept(tmp_path: Path) -> Keep:
    """Make details whose input lies in a file."""

    def make(value: JsonValue, text: str | None = None) -> SpanDetail:
        path = tmp_path / "value"
        path.write_text(json.dumps(value) if text is None else text)
        size = path.stat().st_size
        large = LargeValue(size, f"{size}", HeldFile(path))
        return dataclasses.replace(make_detail(output="small"), large={"input": large})

    return make


def _show(pane: DetailPane, qtbot: QtBot, detail: SpanDetail) -> LargeValueView:
    pane.show_span(detail)
    view = pane.findChild(LargeValueView)
    assert view is not None
    qtbot.waitUntil(lambda: pane.is_idle, timeout=20_000)
    return view


def _said(view: LargeValueView) -> str:
    label = view.findChild(PlainLabel)
    assert label is not None
    return label.text()


def _tree(view: LargeValueView) -> LargeTreeView:
    tree = view.findChild(LargeTreeView)
    assert tree is not None
    return tree


def test_a_tree_unfolds_by_asking(pane: DetailPane, qtbot: QtBot, kept: Keep) -> None:
    view = _show(pane, qtbot, kept(_TREE))
    assert _said(view) == "2 members, part by part"
    tree = _tree(view)
    tree.expand(tree.model().index(0, 0))
    qtbot.waitUntil(lambda: tree.model().rowCount(tree.model().index(0, 0)) == 2)
    city = tree.model().index(0, 0, tree.model().index(0, 0))
    assert city.data(JsonRole.PREVIEW) == '"Bonn"'
    tree.copy_value(tree.model().index(0, 0))
    qtbot.waitUntil(lambda: "Bonn" in QGuiApplication.clipboard().text())
    assert json.loads(QGuiApplication.clipboard().text()) == _TREE["first"]


def test_what_is_found_is_unfolded_and_selected(
    pane: DetailPane, qtbot: QtBot, kept: Callable[..., SpanDetail]
) -> None:
    view = _show(pane, qtbot, kept(_TREE))
    pane.finder.open()
    pane.finder.bar.set_text("1499")
    qtbot.waitUntil(lambda: pane.finder.is_idle, timeout=20_000)
    tree = _tree(view)
    qtbot.waitUntil(lambda: tree.currentIndex().data(JsonRole.PATH) == ("many", 1499), timeout=20_000)
    qtbot.keyClick(pane.finder.bar.findChild(QLineEdit), Qt.Key.Key_Escape)


def test_a_link_leads_into_it(pane: DetailPane, qtbot: QtBot, kept: Keep) -> None:
    view = _show(pane, qtbot, kept(_TREE))
    assert pane.go_to_field("input.first.packed.city")
    qtbot.waitUntil(lambda: _tree(view).currentIndex().data(JsonRole.PREVIEW) == '"Köln"', timeout=20_000)


def test_a_text_comes_page_by_page(pane: DetailPane, qtbot: QtBot, kept: Keep) -> None:
    view = _show(pane, qtbot, kept("a line\n" * 100_000))
    text = view.findChild(TextView)
    assert text is not None
    assert len(text.whole_text) == 128_000
    more = next(button for button in view.findChildren(QPushButton) if button.text().startswith("Load more"))
    assert more.text() == "Load more (572,000 characters are not shown)"
    more.click()
    qtbot.waitUntil(lambda: len(text.whole_text) == 256_000)
    for pages in (3, 4, 5):
        more.click()
        qtbot.waitUntil(lambda pages=pages: len(text.whole_text) == pages * 128_000)
    more.click()
    qtbot.waitUntil(more.isHidden)
    assert text.whole_text == "a line\n" * 100_000


def test_it_is_read_into_the_window_where_that_is_wished(
    pane: DetailPane, qtbot: QtBot, kept: Callable[..., SpanDetail]
) -> None:
    view = _show(pane, qtbot, kept(_TREE))
    view.whole_wanted.emit()
    card = next(card for card in pane.findChildren(FieldCard) if card.title == "Input")
    qtbot.waitUntil(lambda: card.value == _TREE)
    assert type(card.findChild(JsonTreeView)) is JsonTreeView


def test_what_is_no_json_is_shown_as_it_was_logged(
    pane: DetailPane, qtbot: QtBot, kept: Callable[..., SpanDetail]
) -> None:
    view = _show(pane, qtbot, kept(None, "[" * 20_000 + "]" * 20_000))
    qtbot.waitUntil(lambda: bool(view.findChildren(TextView)) and pane.is_idle)
    assert _said(view).startswith("It cannot be read as JSON (nested too deeply). Below is its text")
    assert cast("TextView", view.findChild(TextView)).whole_text.startswith("[[[[")


def test_the_same_value_again_keeps_its_widgets(
    pane: DetailPane, qtbot: QtBot, kept: Callable[..., SpanDetail]
) -> None:
    detail = kept(_TREE)
    view = _show(pane, qtbot, detail)
    pane.show_span(detail)
    assert pane.findChild(LargeValueView) is view
    pane.view_state.formats["Input", "tool"] = ValueFormat.RAW
    card = next(card for card in pane.findChildren(FieldCard) if card.title == "Input")
    card.show_anew()
    qtbot.waitUntil(lambda: pane.is_idle)
    assert cast("TextView", view.findChild(TextView)).whole_text == json.dumps(_TREE)


def test_without_room_for_a_file_it_says_so(pane: DetailPane, qtbot: QtBot) -> None:
    large = LargeValue(50_000_000, "", None, "There is no room for it")
    view = _show(pane, qtbot, dataclasses.replace(make_detail(output="small"), large={"input": large}))
    assert _said(view).startswith("There is no room for it.")
