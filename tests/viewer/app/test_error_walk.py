"""F8 and Shift+F8 over the whole list: on a real store, through pages that are not loaded yet, round at the ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id
from PySide6.QtCore import Qt

from spanglass_viewer.models.trace_list import PAGE_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow


SHIFT = Qt.KeyboardModifier.ShiftModifier
OLDEST = 3 * PAGE_LENGTH + 7
BEYOND_A_PAGE = PAGE_LENGTH + 40
NEWEST = 1


class Walk:
    """The window and its keys."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.qtbot = qtbot
        self.notices: list[str] = []
        window._error_walk.notice_given.connect(self.notices.append)

    def press(self, *, is_back: bool = False) -> str:
        """Press F8, or with Shift, wait until everything is there, and return the name of what is selected."""
        modifier = SHIFT if is_back else Qt.KeyboardModifier.NoModifier
        self.qtbot.keyClick(self.window, Qt.Key.Key_F8, modifier)
        self.wait()
        return self.name

    def wait(self) -> None:
        """Wait until nothing is on its way."""
        walk, controller = self.window._error_walk, self.window.controller
        self.qtbot.waitUntil(lambda: not walk._seeks and controller.is_settled, timeout=20_000)

    @property
    def name(self) -> str:
        """The name of the span that the detail pane shows."""
        shown = self.window.detail_pane.shown_detail
        return "" if shown is None else shown.record.name


@pytest.fixture
def open_walk(open_window: Callable[[], MainWindow], qtbot: QtBot) -> Callable[[], Walk]:
    """Opens the window, and waits for the span that it opens with."""

    def open_it() -> Walk:
        walk = Walk(open_window(), qtbot)
        qtbot.waitUntil(lambda: walk.window.controller.is_settled and bool(walk.name), timeout=20_000)
        return walk

    return open_it


def write_traces(store_path: Path, failing: tuple[int, ...], *, count: int = OLDEST) -> None:
    """Write traces of one span, the first one the newest; those that fail have two spans with errors below it."""
    journal = JournalWriter(store_path)
    for trace in range(count, 0, -1):
        number = trace * 10
        journal.span(number, trace=trace, at=-trace, name=f"run {trace}")
        for at in (1, 2) if trace in failing else ():
            below, name = {"parents": (number,), "at": -trace + at / 10}, f"{trace} fails {at}"
            journal.span(number + at, trace=trace, name=name, error=f"ValueError: {at}", **below)
    journal.die()


def test_f8_goes_on_through_pages_that_are_not_loaded_and_round_at_the_end(
    store_path: Path, open_walk: Callable[[], Walk]
) -> None:
    write_traces(store_path, (NEWEST, BEYOND_A_PAGE, OLDEST))
    walk = open_walk()
    assert walk.name == "1 fails 1"
    names = [walk.press() for _ in range(6)]
    assert names == ["1 fails 2", "240 fails 1", "240 fails 2", "607 fails 1", "607 fails 2", "1 fails 1"]
    assert walk.notices[-1] == "Past the last error. Going on from the other end of the list"
    current = walk.window.trace_list.view.currentIndex()
    assert current.row() == 0, "the list shows where one is"


def test_shift_f8_goes_back_to_each_trace_s_last_error_and_round_at_the_beginning(
    store_path: Path, open_walk: Callable[[], Walk]
) -> None:
    write_traces(store_path, (NEWEST, BEYOND_A_PAGE, OLDEST))
    walk = open_walk()
    names = [walk.press(is_back=True) for _ in range(6)]
    assert names == ["607 fails 2", "607 fails 1", "240 fails 2", "240 fails 1", "1 fails 2", "1 fails 1"]
    assert walk.notices[-1] == "Past the first error. Going on from the other end of the list"
    assert walk.window.trace_list.view.model().rowCount() == OLDEST


def test_one_trace_with_errors_is_gone_round_by_itself(store_path: Path, open_walk: Callable[[], Walk]) -> None:
    write_traces(store_path, (2,), count=3)
    walk = open_walk()
    names = [walk.press() for _ in range(3)]
    assert names == ["2 fails 1", "2 fails 2", "2 fails 1"]
    assert walk.press(is_back=True) == "2 fails 2"


def test_without_any_error_it_says_so(store_path: Path, open_walk: Callable[[], Walk]) -> None:
    write_traces(store_path, (), count=BEYOND_A_PAGE)
    walk = open_walk()
    assert walk.press() == "run 1"
    assert walk.notices[-1] == "No trace of the list has an error"


def test_another_choice_ends_the_search(store_path: Path, open_walk: Callable[[], Walk], qtbot: QtBot) -> None:
    write_traces(store_path, (OLDEST,))
    walk = open_walk()
    qtbot.keyClick(walk.window, Qt.Key.Key_F8)
    assert walk.window._error_walk._seeks
    walk.window.selection.select_trace(root_id(5))
    qtbot.waitUntil(lambda: walk.name == "run 5")
    walk.wait()
    assert walk.name == "run 5"


def test_a_page_that_is_wanted_while_the_list_is_read_comes_afterwards(
    store_path: Path, open_walk: Callable[[], Walk]
) -> None:
    write_traces(store_path, (OLDEST,))
    walk = open_walk()
    walk.window.controller._ask_for_list()
    assert walk.press() == f"{OLDEST} fails 1"
