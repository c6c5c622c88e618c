"""Projects, experiments and orders, from the pick to what is listed, on a real store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id
from PySide6.QtCore import Qt

from spanglass_viewer.models.score_table import Column
from spanglass_viewer.models.trace_list import SCORE_ROLE
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow
    from spanglass_viewer.panes.container_picker import PickedContainer

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def journal(store_path: Path) -> Iterator[JournalWriter]:
    writer = JournalWriter(store_path)
    for experiment, trace, value in (("base", 1, 0.4), ("base", 2, 0.8), ("new", 3, 0.9), ("new", 4, 0.6)):
        writer.span(
            trace, trace=trace, at=trace, after=5 - trace, name=f"case {trace}", type="eval", input=trace % 2,
            scores={"tone": value}, experiment_id=experiment, experiment_name=f"{experiment} prompt",
            metadata={"model": "gpt-4o"}, metrics={"prompt_tokens": 950, "completion_tokens": 50},
        )  # fmt: skip
    writer.span(9, trace=9, at=9, after=9, name="plain")
    yield writer
    writer.die()


@pytest.fixture
def window(
    open_window: Callable[..., MainWindow], qtbot: QtBot, store_path: Path, journal: JournalWriter
) -> MainWindow:
    """A window on two experiments of two cases each, and a trace beside them."""
    assert journal.store == store_path
    window = open_window()
    qtbot.waitUntil(lambda: len(_offered(window)) == 3, timeout=10_000)
    return window


def _offered(window: MainWindow) -> list[PickedContainer]:
    actions = window.trace_list.picker.menu().actions()
    return [action.data() for action in actions if action.data() is not None]


def _pick(window: MainWindow, name: str) -> None:
    found = next(
        action for action in window.trace_list.picker.menu().actions() if action.text().strip()[:3] == name[:3]
    )
    found.trigger()


def _sort(window: MainWindow, text: str) -> None:
    next(action for action in window.trace_list.sort.menu().actions() if action.text() == text).trigger()


def _listed(window: MainWindow) -> list[str]:
    model = window.trace_list.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_picking_is_a_term_of_the_filter_and_all_takes_it_out(window: MainWindow, qtbot: QtBot) -> None:
    assert [(found.name, found.traces) for found in _offered(window)] == [
        ("tests", 5), ("new prompt", 2), ("base prompt", 2),
    ]  # fmt: skip
    window.trace_list.filter_box.set_text("dur>1s")
    _pick(window, "base prompt")
    assert window.trace_list.filter_box.text == 'dur>1s experiment="base prompt"'
    qtbot.waitUntil(lambda: _listed(window) == ["case 2", "case 1"])
    assert window.trace_list.picker.text() == "base prompt"
    _pick(window, "new prompt")
    assert window.trace_list.filter_box.text == 'dur>1s experiment="new prompt"'
    _pick(window, "All projects")
    assert window.trace_list.filter_box.text == "dur>1s"
    window.trace_list.filter_box.set_text("project=tests")
    assert window.trace_list.picker.text() == "tests", "what is typed is said too"


def test_traces_are_sorted_and_say_the_score_that_they_are_sorted_by(window: MainWindow, qtbot: QtBot) -> None:
    _sort(window, "Lowest tone first")
    qtbot.waitUntil(lambda: _listed(window) == ["case 1", "case 4", "case 2", "case 3", "plain"])
    model = window.trace_list.view.model()
    assert [model.index(row, 0).data(SCORE_ROLE) for row in (0, 4)] == ["tone 0.4", ""]
    _sort(window, "Longest first")
    qtbot.waitUntil(lambda: _listed(window) == ["plain", "case 1", "case 2", "case 3", "case 4"])
    assert model.index(1, 0).data(SCORE_ROLE) == ""


def test_a_sorted_list_takes_new_traces_in_at_their_place(
    window: MainWindow, journal: JournalWriter, qtbot: QtBot
) -> None:
    _sort(window, "Longest first")
    qtbot.waitUntil(lambda: _listed(window)[0] == "plain")
    opened = window.selection.root_span_id
    journal.span(11, trace=11, at=30, after=7, name="later")
    qtbot.waitUntil(lambda: _listed(window)[:2] == ["plain", "later"], timeout=10_000)
    assert window.selection.root_span_id == opened, "the newest is not the first one here"
    _sort(window, "Newest first")
    qtbot.waitUntil(lambda: _listed(window)[0] == "later")


def test_an_experiment_is_summed_up_against_the_one_before(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.open_trace(root_id(3))
    qtbot.waitUntil(lambda: window.selection.root_span_id == root_id(3) and window.controller.is_settled)
    qtbot.keyClick(window, Qt.Key.Key_X)
    dialog = window.experiments.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 1, timeout=10_000)
    cells = {column: dialog.model.index(0, column).data() for column in Column}
    assert (cells[Column.NAME], cells[Column.MEAN], cells[Column.BASE]) == ("tone", "0.75", "0.60")
    assert (cells[Column.IMPROVED], cells[Column.REGRESSED]) == ("▲ 1", "▼ 1")
    assert any("2.0k tokens · ≈ $0.0057" in label.text() for label in dialog.findChildren(PlainLabel)), "as listed"
    dialog.bases.setCurrentIndex(0)
    qtbot.waitUntil(lambda: dialog.model.index(0, Column.BASE).data() == "")
    dialog.close()
