"""Traces of shapes that break viewers: very deep, very wide, very many of them. Each step is awaited, none may fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from large_store import LARGE_ROOT, make_large_store
from PySide6.QtCore import Qt

from spanglass_viewer.views.flame_view import FlameView
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints", extend=True), pytest.mark.timeout(240)]

SPANS = 100_000
TRACES = 50_000
_WAIT_MS = 60_000


@pytest.mark.parametrize(("shape", "deepest"), [("chain", SPANS - 1), ("fan", 1)])
def test_a_hundred_thousand_levels_and_as_many_children_of_one_span(
    open_window: Callable[[], MainWindow], store_path: Path, qtbot: QtBot, shape: str, deepest: int
) -> None:
    make_large_store(store_path, spans=SPANS, shape=shape)
    window = open_window()
    tree, flame = window.trace_pane.findChild(SpanTableView), window.trace_pane.findChild(FlameView)
    model = tree.model()

    def settle() -> None:
        qtbot.waitUntil(lambda: window.controller.is_settled and window.detail_pane.is_idle, timeout=_WAIT_MS)

    settle()
    assert window.selection.root_span_id == LARGE_ROOT
    assert model.rowCount() == SPANS
    for key, row in ((Qt.Key.Key_End, SPANS - 1), (Qt.Key.Key_Up, SPANS - 2), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(tree, key)
        assert tree.currentIndex().row() == row
        settle()
    qtbot.keyClick(tree, Qt.Key.Key_End)
    assert model.row_at(SPANS - 1).depth == deepest
    settle()
    window.trace_pane.collapse_all()
    assert model.rowCount() == (2 if shape == "chain" else SPANS)
    window.trace_pane.expand_all()
    assert model.rowCount() == SPANS
    window.trace_pane.toggle_flame()
    qtbot.waitUntil(lambda: flame.is_idle, timeout=_WAIT_MS)
    window.trace_pane.toggle_flame()
    qtbot.keyClick(window, Qt.Key.Key_F8)
    settle()
    assert window.selection.span is not None
    window.trace_pane.finder.open()
    window.trace_pane.finder.bar.set_text(f"done {SPANS - 1}")
    qtbot.waitUntil(lambda: tree.currentIndex().row() == SPANS - 1, timeout=_WAIT_MS)
    settle()
    window.trace_pane.finder.focus_subtree()
    assert model.rowCount() == 1


def test_fifty_thousand_traces_are_scrolled_and_filtered(
    open_window: Callable[[], MainWindow], store_path: Path, qtbot: QtBot
) -> None:
    make_large_store(store_path, traces=TRACES)
    window = open_window()
    view = window.trace_list.view
    while view.model().rowCount() < TRACES:
        held = view.model().rowCount()
        view.scrollToBottom()
        qtbot.waitUntil(lambda held=held: view.model().rowCount() > held, timeout=_WAIT_MS)
    view.setCurrentIndex(view.model().index(TRACES - 1))
    qtbot.waitUntil(lambda: window.controller.is_settled and window.detail_pane.is_idle, timeout=_WAIT_MS)
    assert window.selection.span is not None
    window.trace_list.filter_box.set_text("error")
    qtbot.waitUntil(lambda: 0 < view.model().rowCount() < TRACES and window.controller.is_settled, timeout=_WAIT_MS)
