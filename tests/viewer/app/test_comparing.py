"""Comparing on a real store, from the key to the words that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from journal_rows import JournalWriter, root_id
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QTableView

from spanglass_store.faults import StoreFault
from spanglass_viewer.models.compare_table import CHANGE_ROLE, Column
from spanglass_viewer.models.diff_lines import LINE_ROLE
from spanglass_viewer.trace.comparison import Change
from spanglass_viewer.values.text_diff import DiffLine, LineKind
from spanglass_viewer.widgets.buttons import Chip
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.comparing import TraceComparing
    from spanglass_viewer.app.main_window import MainWindow

# the offscreen platform says so of every window and menu that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints|does not support", extend=True)


def _run(journal: JournalWriter, trace: int, answer: str, *, more: tuple[str, ...] = ()) -> None:
    at, first = trace * 10.0, trace * 100
    journal.span(first, trace=trace, at=at, name="agent.run", type="task")
    journal.span(first + 1, trace=trace, parents=(first,), at=at + 0.1, name="ask", type="llm", output=answer)
    for number, name in enumerate(more, first + 2):
        journal.span(number, trace=trace, parents=(first,), at=at + 0.2, name=name, type="tool")


@pytest.fixture
def journal(store_path: Path) -> JournalWriter:
    return JournalWriter(store_path)


@pytest.fixture
def window(open_window: Callable[..., MainWindow], journal: JournalWriter) -> Iterator[MainWindow]:
    """A window on two runs of one agent, the newest open, and a trace of another name between them."""
    _run(journal, 1, "The order is refunded")
    journal.span(150, trace=5, at=15.0, name="other", type="task")
    _run(journal, 2, "The order was lost", more=("apologise",))
    yield open_window()
    journal.die()


def _cells(comparing: TraceComparing, column: Column, role: int = Qt.ItemDataRole.DisplayRole) -> list[Any]:
    assert comparing.dialog is not None
    model = comparing.dialog.model
    return [model.index(row, column).data(role) for row in range(model.rowCount())]


def _lines(comparing: TraceComparing) -> list[Any]:
    assert comparing.dialog is not None
    model = comparing.dialog.lines
    return [model.index(row, 0).data(LINE_ROLE) for row in range(model.rowCount())]


def test_a_key_compares_with_the_previous_run_of_the_same_name(window: MainWindow, qtbot: QtBot) -> None:
    comparing = window.comparing
    qtbot.keyClick(window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: bool(comparing.dialog and _lines(comparing)), timeout=10_000)
    assert _cells(comparing, Column.SPAN) == ["agent.run", "ask", "apologise"]
    assert _cells(comparing, Column.SPAN, CHANGE_ROLE) == [Change.SAME, Change.CHANGED, Change.ADDED]
    assert _cells(comparing, Column.BEFORE)[2] == "—"
    assert _lines(comparing) == [
        "Output",
        DiffLine(LineKind.REMOVED, "The order is refunded", ((10, 12), (13, 21))),
        DiffLine(LineKind.ADDED, "The order was lost", ((10, 13), (14, 18))),
    ]


def test_what_stands_on_one_side_alone_is_not_said_to_be_the_same(window: MainWindow, qtbot: QtBot) -> None:
    comparing = window.comparing
    comparing.compare(root_id(2))
    qtbot.waitUntil(lambda: bool(comparing.dialog and _lines(comparing)), timeout=10_000)
    dialog = comparing.dialog
    assert dialog is not None
    table = dialog.findChild(QTableView)
    for row, said in ((2, "It has no input, output or error"), (0, "Input, output and error are the same")):
        table.setCurrentIndex(dialog.model.index(row, 0))
        qtbot.waitUntil(lambda said=said: said in [label.text() for label in dialog.findChildren(PlainLabel)])


def test_keys_lead_from_change_to_change(window: MainWindow, qtbot: QtBot) -> None:
    comparing = window.comparing
    comparing.compare(root_id(2))
    qtbot.waitUntil(lambda: bool(comparing.dialog and _lines(comparing)), timeout=10_000)
    dialog = comparing.dialog
    assert dialog is not None
    table = dialog.findChild(QTableView)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    for modifier, row in (
        (Qt.KeyboardModifier.NoModifier, 2),
        (Qt.KeyboardModifier.NoModifier, 1),
        (Qt.KeyboardModifier.ShiftModifier, 2),
        (Qt.KeyboardModifier.ShiftModifier, 1),
    ):
        qtbot.keyClick(table, Qt.Key.Key_F8, modifier)
        assert table.currentIndex().row() == row
    window.findChild(QAction, "next_error").setShortcut("X")
    comparing.compare(root_id(2))
    qtbot.waitUntil(lambda: table.isVisible() and table.currentIndex().isValid(), timeout=10_000)
    before = table.currentIndex().row()
    qtbot.keyClick(table, Qt.Key.Key_F8)
    assert table.currentIndex().row() == before
    qtbot.keyClick(table, Qt.Key.Key_X)
    assert table.currentIndex().row() != before, "it is the key of the next error, be it another one"


def test_the_list_offers_any_two_traces(window: MainWindow, qtbot: QtBot) -> None:
    comparing = window.comparing
    menu = comparing.make_menu(root_id(1), root_id(2))
    _, with_open = menu.actions()
    assert with_open.isEnabled()
    with_open.trigger()
    qtbot.waitUntil(lambda: bool(comparing.dialog and _cells(comparing, Column.SPAN)), timeout=10_000)
    assert len(_cells(comparing, Column.SPAN)) == 3
    menu.close()
    alone = comparing.make_menu(root_id(1), root_id(1))
    assert not alone.actions()[1].isEnabled()
    alone.close()


def test_a_right_click_leaves_the_open_trace_open_and_compares_it(window: MainWindow, qtbot: QtBot) -> None:
    view = window.trace_list.view
    qtbot.waitUntil(lambda: window.selection.span is not None, timeout=10_000)
    place = view.visualRect(view.model().index(2, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=place)
    assert window.selection.root_span_id == root_id(2)
    view.customContextMenuRequested.emit(place)
    (menu,) = [menu for menu in window.findChildren(QMenu) if menu.isVisible()]
    _, with_open = menu.actions()
    assert with_open.isEnabled()
    with_open.trigger()
    menu.close()
    qtbot.waitUntil(lambda: bool(window.comparing.dialog and _lines(window.comparing)), timeout=10_000)
    assert _cells(window.comparing, Column.SPAN) == ["agent.run", "ask", "apologise"]


def test_a_key_compares_with_the_trace_that_was_open_before(window: MainWindow, qtbot: QtBot) -> None:
    comparing = window.comparing
    notices: list[str] = []
    comparing.notice_given.connect(notices.append)
    qtbot.waitUntil(lambda: window.selection.span is not None, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert comparing.dialog is None
    assert notices == ["No other trace was open before. Open one, then the other"]
    qtbot.keyClick(window, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: window.selection.root_span_id == root_id(5))
    qtbot.keyClick(window, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: window.selection.root_span_id == root_id(1))
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: bool(comparing.dialog and _cells(comparing, Column.SPAN)), timeout=10_000)
    changes = dict(zip(_cells(comparing, Column.SPAN), _cells(comparing, Column.SPAN, CHANGE_ROLE), strict=True))
    assert changes == {"other → agent.run": Change.CHANGED, "ask": Change.ADDED}


def test_a_first_run_says_that_there_is_none_before(window: MainWindow, qtbot: QtBot) -> None:
    comparing = window.comparing
    comparing.compare(root_id(1))
    dialog = comparing.dialog
    assert dialog is not None
    said = "There is no earlier run with the same name in this store"
    qtbot.waitUntil(
        lambda: any(label.isVisible() and said in label.text() for label in dialog.findChildren(PlainLabel)),
        timeout=10_000,
    )
    assert _cells(comparing, Column.SPAN) == []
    assert not dialog.findChild(Chip).isVisible(), "there is nothing to narrow"


def test_a_fault_stands_where_the_answer_would(window: MainWindow, qtbot: QtBot) -> None:
    comparing, worker = window.comparing, window.backend.compare_worker
    comparing.compare(root_id(2))
    dialog = comparing.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(_lines(comparing)), timeout=10_000)
    fault = StoreFault("The disk is full. Nothing is lost.", "/store")

    def said() -> list[str]:
        return [label.text() for label in dialog.findChildren(PlainLabel) if str(fault) in label.text()]

    worker.fault_raised.emit(fault)  # of other work of this thread
    assert said() == []
    comparing._on_pair_chosen(None, None)
    comparing._diff_number += 1  # its answer is another one's
    worker.fault_raised.emit(fault)
    assert said() == [str(fault)]
    assert _lines(comparing) == []
    assert len(_cells(comparing, Column.SPAN)) == 3
    comparing.compare(root_id(2))
    comparing._number += 1
    worker.fault_raised.emit(fault)
    assert said() == [str(fault)]
    assert _cells(comparing, Column.SPAN) == []
