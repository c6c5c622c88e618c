"""Links that come to an open window: followed, waited for, or said why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from spanglass_store.known_stores import note_store
from spanglass_store.links.addresses import SpanAddress, parse_address
from spanglass_store.location import ensure_store
from spanglass_viewer.instance.visit import Visit
from spanglass_viewer.models.json_tree import JsonRole
from spanglass_viewer.panes.detail.field_card import FieldCard
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.widgets.arrival_mark import ArrivalMark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow


# the offscreen screen has no window manager
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)

OTHER_STORE = "00000000-a877-4916-a52a-c39ab9d77c7f"


def span_id(number: int) -> str:
    return f"{number:016x}"


class Visited:
    """A window with one trace that has ended: 1 → 2 → 3."""

    def __init__(self, window: MainWindow, journal: JournalWriter, qtbot: QtBot) -> None:
        self.window = window
        self.journal = journal
        self._qtbot = qtbot
        self.banner = window._banner

    def visit(self, address: SpanAddress | None = None, name: str | None = None) -> None:
        self.window.visit(Visit(address, name))

    def wait_for_span(self, number: int) -> None:
        self._qtbot.waitUntil(lambda: self.selected == span_id(number), timeout=10_000)

    def wait_for_banner(self, part: str) -> None:
        self._qtbot.waitUntil(lambda: self.banner.isVisible() and part in self.banner.text, timeout=10_000)

    @property
    def selected(self) -> str | None:
        span = self.window.selection.span
        return None if span is None else span.span_id

    @property
    def shown(self) -> str | None:
        detail = self.window.detail_pane.shown_detail
        return None if detail is None else detail.ref.span_id

    @property
    def cards(self) -> list[FieldCard]:
        return [card for card in self.window.detail_pane.findChildren(FieldCard) if card.isVisible()]

    @property
    def marks(self) -> list[str]:
        """What is marked, by the class of what lies below."""
        marks = self.window.findChildren(ArrivalMark)
        return [type(mark.parentWidget()).__name__ for mark in marks if mark.isVisible()]


@pytest.fixture
def journal(store_path: Path) -> JournalWriter:
    return JournalWriter(store_path)


@pytest.fixture
def visited(open_window: Callable[..., MainWindow], qtbot: QtBot, journal: JournalWriter) -> Visited:
    journal.span(1, name="run", input={"question": "?"}, output="an answer")
    journal.span(2, parents=(1,), at=0.1, name="step")
    journal.span(3, parents=(2,), at=0.2, name="chat", output={"content": "hi"})
    window = open_window()
    qtbot.waitUntil(lambda: window.selection.span is not None, timeout=10_000)
    return Visited(window, journal, qtbot)


def test_a_link_leads_to_its_span_unfolds_it_and_marks_it(visited: Visited) -> None:
    visited.window.trace_pane.collapse_all()
    visited.visit(SpanAddress(root_id(), span_id(3)))
    visited.wait_for_span(3)
    assert visited.marks == ["QWidget"]
    assert not visited.banner.isVisible()


def test_a_field_s_card_is_unfolded_and_marked(visited: Visited, qtbot: QtBot) -> None:
    visited.visit(SpanAddress(root_id(), span_id(3), field="raw"))
    qtbot.waitUntil(lambda: "FieldCard" in visited.marks, timeout=10_000)
    visited.visit(SpanAddress(root_id(), span_id(3), field="output.content"))
    qtbot.waitUntil(lambda: visited.marks.count("FieldCard") == 2, timeout=10_000)
    visited.visit(SpanAddress(root_id(), span_id(3), field="scores"))
    visited.wait_for_banner("The span is here, but there is nothing at “scores” in it.")


def test_the_link_of_a_card_leads_back_to_it(visited: Visited, qtbot: QtBot) -> None:
    visited.visit(SpanAddress(root_id(), span_id(3)))
    visited.wait_for_span(3)
    qtbot.waitUntil(lambda: visited.shown == span_id(3), timeout=10_000)
    (output,) = (card for card in visited.cards if card.title == "Output")
    menu = output.findChild(QMenu)
    assert isinstance(menu, QMenu)
    (copy,) = (action for action in menu.actions() if action.text() == "Copy link to this field")
    copy.trigger()
    copied = parse_address(QGuiApplication.clipboard().text())
    assert (copied.span_id, copied.field) == (span_id(3), "output")
    visited.visit(SpanAddress(root_id(), span_id(1)))
    visited.wait_for_span(1)
    assert "FieldCard" not in visited.marks
    visited.visit(copied)
    visited.wait_for_span(3)
    qtbot.waitUntil(lambda: "FieldCard" in visited.marks, timeout=10_000)


def test_a_way_into_a_value_is_unfolded_in_its_tree_and_its_link_leads_back(visited: Visited, qtbot: QtBot) -> None:
    visited.journal.span(4, parents=(2,), at=0.3, name="deep", output={"a": {"b": [0, {"c": 7}]}, "odd.key": 1})
    visited.visit(SpanAddress(root_id(), span_id(4), field="output.a.b.1.c"))
    visited.wait_for_span(4)
    pane = visited.window.detail_pane

    def selected() -> JsonTreeView | None:
        trees = [tree for tree in pane.findChildren(JsonTreeView) if tree.currentIndex().isValid()]
        return trees[-1] if trees else None

    qtbot.waitUntil(lambda: selected() is not None, timeout=10_000)
    tree = selected()
    assert tree is not None
    assert tree.currentIndex().data(JsonRole.PATH) == ("a", "b", 1, "c")
    actions = {action.text(): action for action in tree.make_menu(tree.currentIndex()).actions()}
    actions["Copy link to this value"].trigger()
    copied = parse_address(QGuiApplication.clipboard().text())
    assert (copied.span_id, copied.field) == (span_id(4), "output.a.b.1.c")
    odd = {action.text(): action for action in tree.make_menu(tree.model().index(1, 0)).actions()}
    assert not odd["Copy link to this value"].isEnabled(), "no link can hold a key with a dot"
    visited.visit(SpanAddress(root_id(), span_id(4), field="output.a.x"))
    visited.wait_for_banner("The span is here, but there is nothing at “output.a.x” in it.")


def test_a_name_leads_to_what_it_stands_for(visited: Visited) -> None:
    visited.visit(name="row-2")
    visited.wait_for_span(2)
    visited.visit(name=root_id()[:20])
    visited.wait_for_span(1)
    visited.visit(name="nothing-like-it")
    visited.wait_for_banner("No trace is named 'nothing-like-it'. What is open was left as it was.")
    assert visited.selected is not None


def test_a_span_that_is_still_to_come_is_waited_for(visited: Visited) -> None:
    visited.journal.start(11, trace=2, name="live")
    visited.visit(SpanAddress(root_id(2), span_id(12)))
    visited.wait_for_banner("Waiting for span")
    visited.journal.span(12, trace=2, parents=(11,), at=0.1, name="late")
    visited.wait_for_span(12)
    assert not visited.banner.isVisible()


def test_a_trace_that_is_still_to_come_opens_as_it_comes(visited: Visited) -> None:
    before = visited.selected
    visited.visit(SpanAddress(root_id(3), span_id(22)))
    visited.wait_for_banner("is not in this store")
    visited.wait_for_span(int(str(before), 16))
    visited.journal.span(21, trace=3, name="late")
    visited.journal.span(22, trace=3, parents=(21,), at=0.1, name="later")
    visited.wait_for_span(22)
    assert not visited.banner.isVisible()


def test_a_span_that_is_missing_from_a_trace_that_has_ended_is_said(visited: Visited) -> None:
    visited.visit(SpanAddress(root_id(), span_id(99)))
    visited.wait_for_banner("The trace is here, but span")


def test_the_user_s_own_step_ends_the_waiting(visited: Visited, qtbot: QtBot) -> None:
    visited.journal.start(11, trace=2, name="live")
    visited.visit(SpanAddress(root_id(2), span_id(12)))
    visited.wait_for_banner("Waiting for span")
    visited.journal.span(13, trace=2, parents=(11,), at=0.1, name="other")
    qtbot.waitUntil(lambda: visited.window.trace_pane.step_span(1), timeout=10_000)
    assert not visited.banner.isVisible()
    visited.journal.span(12, trace=2, parents=(11,), at=0.2, name="late")
    visited.journal.span(14, trace=2, parents=(11,), at=0.3, name="last")
    snapshot = visited.window.trace_pane
    qtbot.waitUntil(lambda: snapshot.snapshot is not None and len(snapshot.snapshot) == 4, timeout=10_000)
    assert visited.selected == span_id(13)


def test_closing_the_banner_ends_the_waiting(visited: Visited, qtbot: QtBot) -> None:
    visited.visit(SpanAddress(root_id(3)))
    visited.wait_for_banner("is not in this store")
    visited.banner.closed.emit()
    visited.journal.span(21, trace=3, name="late")
    rows = visited.window.trace_list.view.model()
    qtbot.waitUntil(lambda: rows.rowCount() == 2, timeout=10_000)
    assert visited.window.selection.root_span_id == root_id()


def test_a_known_store_opens_in_a_window_of_its_own(
    visited: Visited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[Path, str | None]] = []
    monkeypatch.setattr(
        "spanglass_viewer.app.main_window.open_in_new_window", lambda *arguments: opened.append(arguments) or True
    )
    other = ensure_store(tmp_path / "other")
    note_store(other)
    visited.visit(SpanAddress("a", "b", other.id))
    assert opened == [(other.path, f"spanglass://trace/a?span=b&store={other.id}")]
    assert not visited.banner.isVisible()


def test_an_unknown_store_is_said_with_a_way_out(
    visited: Visited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = visited.selected
    visited.visit(SpanAddress("a", "b", OTHER_STORE))
    visited.wait_for_banner("a store that is not known here")
    assert visited.selected == before
    opened: list[tuple[Path, str | None]] = []
    monkeypatch.setattr(
        "spanglass_viewer.app.main_window.open_in_new_window", lambda *arguments: opened.append(arguments) or True
    )
    monkeypatch.setattr("spanglass_viewer.app.main_window.QFileDialog.getExistingDirectory", lambda *_: str(tmp_path))
    visited.banner.acted.emit()
    assert opened == [(tmp_path, f"spanglass://trace/a?span=b&store={OTHER_STORE}")]


def test_a_visit_without_a_place_only_brings_the_window_to_the_front(visited: Visited, qtbot: QtBot) -> None:
    before = visited.selected
    visited.window.showMinimized()
    visited.visit()
    qtbot.waitUntil(lambda: not visited.window.isMinimized())
    assert visited.selected == before
