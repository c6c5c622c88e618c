"""Exporting the open trace: the file that was asked for, and what is said where it cannot be written."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from spanglass_viewer.panes.trace_header import TraceHeader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints|does not support raise", extend=True)

WAIT_MS = 30_000
CTRL = Qt.KeyboardModifier.ControlModifier


class Exported:
    """A window on one trace, whose dialog is answered with a file; `notices` is what the status bar said."""

    def __init__(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window = window
        self.notices: list[str] = []
        self.proposed = ""
        self._monkeypatch = monkeypatch
        window._exporting.notice_given.connect(self.notices.append)

    def answer_with(self, target: Path, kind: str = "") -> None:
        def ask(_parent: object, _title: str, proposed: str, _kinds: str) -> tuple[str, str]:
            self.proposed = proposed
            return str(target), kind

        self._monkeypatch.setattr("spanglass_viewer.app.exporting.QFileDialog.getSaveFileName", ask)


@pytest.fixture
def exported(
    open_window: Callable[..., MainWindow], store_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Iterator[Exported]:
    journal = JournalWriter(store_path)
    journal.span(1, name="support/agent: run", type="task", output="done")
    journal.span(2, parents=(1,), at=0.1, name="chat", type="llm", input={"file": journal.attach(
        "key", b"hello", "a.txt", "text/plain")})  # fmt: skip
    journal.span(3, trace=2, at=-20, name="another trace")
    window = open_window()
    qtbot.waitUntil(lambda: window.controller.is_settled and window.selection.span is not None, timeout=10_000)
    yield Exported(window, monkeypatch)
    journal.die()


def test_the_ending_says_in_which_format(exported: Exported, tmp_path: Path, qtbot: QtBot) -> None:
    lines, bundle, text = tmp_path / "a.jsonl", tmp_path / "b.zip", tmp_path / "c.md"
    for number, target in enumerate((lines, bundle, text), 1):
        exported.answer_with(target)
        qtbot.keyClick(exported.window, Qt.Key.Key_E, CTRL)
        qtbot.waitUntil(lambda: len(exported.notices) == 2 * number, timeout=WAIT_MS)  # noqa: B023 - it is called at once
        assert exported.notices[-2:] == [f"Exporting to {target.name}…", f"Exported to {target.name}"]
    names = [json.loads(line)["span_attributes"]["name"] for line in lines.read_text().splitlines()]
    assert sorted(names) == ["chat", "support/agent: run"], "the open trace alone"
    with zipfile.ZipFile(bundle) as opened:
        assert any(b"hello" in opened.read(name) for name in opened.namelist()), "with its attachments"
    assert "support/agent: run" in text.read_text()
    assert exported.proposed.endswith("support_agent_ run.zip")


def test_a_name_without_an_ending_gets_that_of_the_chosen_kind(
    exported: Exported, tmp_path: Path, qtbot: QtBot
) -> None:
    exported.answer_with(tmp_path / "v1.2", "Markdown to read (*.md)")
    exported.window.findChild(TraceHeader).export_clicked.emit()
    qtbot.waitUntil((tmp_path / "v1.2.md").exists, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: exported.notices[-1:] == ["Exported to v1.2.md"], timeout=WAIT_MS)


def test_where_it_cannot_be_written_it_says_so(exported: Exported, tmp_path: Path, qtbot: QtBot) -> None:
    exported.answer_with(tmp_path / "missing" / "a.jsonl")
    exported.window._exporting.open()
    qtbot.waitUntil(lambda: exported.window.findChild(QMessageBox) is not None, timeout=WAIT_MS)
    box = exported.window.findChild(QMessageBox)
    assert box.text().startswith("The trace was not exported. The store is unchanged.\n\n")
    assert "no such file or directory" in box.text()
    assert exported.notices[-1] == "The trace was not exported"
    box.close()


def test_where_the_program_does_not_start_it_says_what_to_do(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    gone = str(tmp_path / "gone" / "spanglass")
    monkeypatch.setattr("spanglass_viewer.app.exporting.own_command", lambda: (gone,))
    exported.answer_with(tmp_path / "a.jsonl")
    exported.window._exporting.open()
    qtbot.waitUntil(lambda: exported.window.findChild(QMessageBox) is not None, timeout=WAIT_MS)
    box = exported.window.findChild(QMessageBox)
    assert box.text().startswith("The trace was not exported, as the program that writes it did not start.")
    assert "start it anew and export again" in box.text()
    assert box.text().endswith(f"\n\nIt is no longer there: {gone}")
    assert exported.notices[-1] == "The trace was not exported"
    box.close()


def test_no_answer_writes_nothing(exported: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spanglass_viewer.app.exporting.QFileDialog.getSaveFileName", lambda *_: ("", ""))
    exported.window._exporting.open()
    assert exported.notices == []
