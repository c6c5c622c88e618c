"""Finding in the values of a span, through what is folded, not made, or not loaded yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from span_details import make_detail

from spanglass_viewer.models.json_tree import JsonRole
from spanglass_viewer.panes.detail.chat_view import ChatView
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.records_view import RecordsView
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.panes.detail.detail_pane import DetailPane


def _find(pane: DetailPane, qtbot: QtBot, needle: str) -> str:
    pane.finder.open()
    pane.finder.bar.set_text(needle)
    qtbot.waitUntil(lambda: pane.finder.is_idle)
    return _count(pane)


def _count(pane: DetailPane) -> str:
    return pane.finder.bar.findChildren(PlainLabel)[0].text()


def _selected(pane: DetailPane) -> list[str]:
    return [text for view in pane.findChildren(TextView) if (text := view.textCursor().selectedText())]


def test_it_goes_from_field_to_field_and_round(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(input="A refund", output={"state": "refunded", "note": "line\n" * 400 + "Refund"}))
    assert _find(pane, qtbot, "refund") == "1 of 3"
    assert _selected(pane) == ["refund"]
    qtbot.keyClick(pane.finder.bar.findChild(QLineEdit), Qt.Key.Key_Return)
    qtbot.keyClick(pane.finder.bar.findChild(QLineEdit), Qt.Key.Key_Return)
    assert _count(pane) == "3 of 3"
    assert "Refund" in _selected(pane)
    assert any(view.verticalScrollBar().value() > 0 for view in pane.findChildren(TextView))
    pane.finder.step(1)
    assert _count(pane) == "1 of 3"
    assert _find(pane, qtbot, "nowhere") == "No hit"
    qtbot.keyClick(pane.finder.bar.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert not pane.finder.is_open


def test_earlier_and_folded_messages_are_opened(pane: DetailPane, qtbot: QtBot) -> None:
    messages = [{"role": "user", "content": f"question {number}"} for number in range(200)]
    messages[3]["content"] = "the needle"
    messages.append({"role": "assistant", "content": [{"type": "thinking", "thinking": "another needle"}]})
    pane.show_span(make_detail(type="llm", input=messages))
    assert _find(pane, qtbot, "needle") == "1 of 2"
    chat = pane._fields["Input"].findChild(ChatView)
    assert isinstance(chat, ChatView)
    assert 3 in chat.unfolded()
    assert _selected(pane) == ["needle"]
    pane.finder.step(1)
    block = chat.column.block_at(200)
    assert block is not None
    assert [view.textCursor().selectedText() for view in block.findChildren(TextView)] == ["needle"]


def test_what_is_not_loaded_yet_is_loaded(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(output="x" * 2500 + "\n" + "word " * 60_000 + "needle"))
    assert _find(pane, qtbot, "needle") == "1 of 1"
    assert _selected(pane) == ["needle"]


def test_trees_and_tables_select_where_it_is(pane: DetailPane, qtbot: QtBot) -> None:
    pane.view_state.formats["Input", "tool"] = ValueFormat.TREE
    pane.view_state.formats["Output", "tool"] = ValueFormat.TABLE
    pane.show_span(
        make_detail(input={"list": [{"n": number} for number in range(3000)] + [{"deep": "needle"}]},
                    output=[{"a": 1}, {"a": 2, "b": "needle"}])
    )  # fmt: skip
    assert _find(pane, qtbot, "needle") == "1 of 2"
    tree = pane._fields["Input"].findChild(JsonTreeView)
    assert isinstance(tree, JsonTreeView)
    assert tree.currentIndex().data(JsonRole.PATH) == ("list", 3000, "deep")
    pane.finder.step(1)
    table = pane._fields["Output"].findChild(RecordsView)
    assert isinstance(table, RecordsView)
    assert (table.currentIndex().row(), table.currentIndex().column()) == (1, 1)
