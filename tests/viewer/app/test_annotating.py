"""From a key in the window to rows in the journal, to what the next merge shows; and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from spanglass_viewer.backend.row_writer import RowWriter
from spanglass_viewer.panes.detail.annotate_card import AnnotateCard
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_store.database.records import SpanRecord
    from spanglass_viewer.app.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot, store_path: Path) -> Iterator[MainWindow]:
    """The window on a span with a score, a tag and no expected value."""
    journal = JournalWriter(store_path)
    journal.span(1, name="answer", type="llm", output="Paris", scores={"exact": 0.5}, tags=["old"])
    window = open_window()
    qtbot.waitUntil(lambda: window.selection.span is not None, timeout=10_000)
    yield window
    journal.die()


def _record(window: MainWindow) -> SpanRecord:
    detail = window.detail_pane._detail
    assert detail is not None
    return detail.record


def _open_form(window: MainWindow, qtbot: QtBot) -> AnnotateCard:
    qtbot.waitUntil(lambda: window.detail_pane._detail is not None, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_A)
    form = window.detail_pane.findChild(AnnotateCard)
    assert isinstance(form, AnnotateCard)
    assert form.isVisible()
    return form


def test_all_that_can_be_said_is_merged_and_shown(window: MainWindow, qtbot: QtBot) -> None:
    form = _open_form(window, qtbot)
    form._score_name.setCurrentText("helpful")
    qtbot.keyClicks(form._score, "80%")
    qtbot.keyClicks(form._tags, "new")
    qtbot.keyClicks(form._expected, '{"city": "Paris"}')
    qtbot.keyClicks(form._comment, "well said")
    qtbot.keyClick(form._comment, Qt.Key.Key_Return, CTRL)
    assert not form.isVisible()
    qtbot.waitUntil(lambda: bool(window.detail_pane._detail and window.detail_pane._detail.comments), timeout=10_000)
    record = _record(window)
    assert json.loads(record.scores or "") == {"exact": 0.5, "helpful": 0.8}
    assert json.loads(record.expected or "") == {"city": "Paris"}
    assert sorted(record.tags) == ["new", "old"]
    assert not record.is_interrupted
    shown = [view.toPlainText() for view in window.detail_pane._comments.findChildren(QPlainTextEdit)]
    assert shown == ["well said"]
    assert any("app" in label.text() for label in window.detail_pane._comments.findChildren(PlainLabel))


def test_a_score_and_a_tag_are_taken_back(window: MainWindow, qtbot: QtBot) -> None:
    form = _open_form(window, qtbot)
    form._score_name.setCurrentText("helpful")
    qtbot.keyClicks(form._score, "1")
    qtbot.keyClicks(form._tags, "new")
    qtbot.keyClick(form._tags, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "new" in _record(window).tags, timeout=10_000)
    window.detail_pane._done._undo.click()
    qtbot.waitUntil(lambda: "new" not in _record(window).tags, timeout=10_000)
    assert json.loads(_record(window).scores or "") == {"exact": 0.5}
    assert _record(window).tags == ("old",)


def _expect_and_comment(window: MainWindow, qtbot: QtBot) -> None:
    form = _open_form(window, qtbot)
    qtbot.keyClicks(form._expected, "Rome")
    qtbot.keyClicks(form._comment, "odd")
    qtbot.keyClick(form._comment, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(window.detail_pane._detail and window.detail_pane._detail.comments), timeout=10_000)
    assert json.loads(_record(window).expected or "") == "Rome"


def test_a_first_expected_value_and_a_comment_are_taken_back(window: MainWindow, qtbot: QtBot) -> None:
    _expect_and_comment(window, qtbot)
    window.detail_pane._done._undo.click()
    qtbot.waitUntil(lambda: not (window.detail_pane._detail and window.detail_pane._detail.comments), timeout=10_000)
    assert json.loads(_record(window).expected or "null") is None
    assert window.detail_pane._fields["Expected"].isHidden()
    assert window.detail_pane._comments.isHidden()


def test_a_comment_is_taken_back_later_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    _expect_and_comment(window, qtbot)
    (remove,) = [
        button for button in window.detail_pane._comments.findChildren(IconButton) if "Take" in button.accessibleName()
    ]
    remove.click()
    qtbot.waitUntil(lambda: not (window.detail_pane._detail and window.detail_pane._detail.comments), timeout=10_000)
    assert json.loads(_record(window).expected or "") == "Rome"


def test_a_bad_score_is_said_in_place_and_esc_closes(window: MainWindow, qtbot: QtBot) -> None:
    form = _open_form(window, qtbot)
    form._score_name.setCurrentText("helpful")
    qtbot.keyClicks(form._score, "7")
    qtbot.keyClick(form._score, Qt.Key.Key_Return, CTRL)
    assert form.isVisible()
    assert "from 0 to 1" in form._problem.text()
    qtbot.keyClick(form.findChildren(QLineEdit)[0], Qt.Key.Key_Escape)
    assert not form.isVisible()
    assert json.loads(_record(window).scores or "") == {"exact": 0.5}


def test_where_nothing_can_be_written_what_was_typed_stays(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("no store")
    window._annotating._writer = RowWriter(tmp_path / "in the way")
    form = _open_form(window, qtbot)
    qtbot.keyClicks(form._tags, "new")
    qtbot.keyClick(form._tags, Qt.Key.Key_Return, CTRL)
    assert form.isVisible()
    assert "Not saved" in form._problem.text()
    assert form._tags.text() == "new"
