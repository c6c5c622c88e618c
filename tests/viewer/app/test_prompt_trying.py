"""A prompt tried from the window: off until it is set up, sent when the user says so, logged as a span of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter
from llm_server import Events, LlmServer, Reply
from llm_wire import chat_text_chunks
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from spanglass_store import open_store
from spanglass_viewer.panes.settings_dialog import SettingsDialog
from spanglass_viewer.panes.try_prompt_dialog import TryPromptDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow


KEY = "sk-secret-123"
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 2?"}]


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer() as made:
        yield made


@pytest.fixture
def window(
    open_window: Callable[..., MainWindow], qtbot: QtBot, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The window on a model's call."""
    monkeypatch.setenv("TEST_LLM_KEY", KEY)
    journal = JournalWriter(store_path)
    journal.span(1, name="chat", type="llm", input=MESSAGES, output=[{"role": "assistant", "content": "Three."}],
                 metadata={"model": "gpt-5-mini", "temperature": 0.2, "user": "u"})  # fmt: skip
    window = open_window()
    qtbot.waitUntil(lambda: window.detail_pane.find_prompt() is not None, timeout=10_000)
    yield window
    journal.die()


def _open_dialog(window: MainWindow, qtbot: QtBot) -> TryPromptDialog:
    qtbot.keyClick(window, Qt.Key.Key_Y)
    dialog = window.findChild(TryPromptDialog)
    assert isinstance(dialog, TryPromptDialog)
    return dialog


def _set_up(window: MainWindow, dialog: TryPromptDialog, url: str) -> None:
    dialog._set_up.click()
    settings = window.findChild(SettingsDialog)
    assert isinstance(settings, SettingsDialog)
    for field, text in ((settings._base_url, f"{url}/v1"), (settings._key_variable, "TEST_LLM_KEY")):
        assert isinstance(field, QLineEdit)
        field.setText(text)
        field.editingFinished.emit()
    settings.close()


def test_nothing_is_sent_before_it_is_set_up_and_asked_for(
    window: MainWindow, server: LlmServer, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = _open_dialog(window, qtbot)
    assert not dialog._send.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _set_up(window, dialog, server.url)
    assert dialog._send.isEnabled()
    assert "TEST_LLM_KEY" in dialog._where.text()
    assert server.received == []
    window.close()
    assert KEY not in (tmp_path / "window.ini").read_text()


def test_an_edited_prompt_is_answered_compared_and_logged(
    window: MainWindow, server: LlmServer, qtbot: QtBot, store_path: Path
) -> None:
    dialog = _open_dialog(window, qtbot)
    _set_up(window, dialog, server.url)
    dialog._rows[1]._text.setPlainText("2 + 3?")
    server.reply(Events(chat_text_chunks("Fi", "ve.", usage=True)))
    dialog._send.click()
    assert dialog._send.text() == "Stop"
    qtbot.waitUntil(lambda: dialog._send.text() == "Send", timeout=10_000)
    assert dialog._answer.whole_text == "Five."
    assert "12 in · 7 out" in dialog._figures.text()
    assert dialog._diff._text is not None
    assert dialog._diff._text.view.toPlainText() == "- Three.\n+ Five."
    (received,) = server.received
    assert received.body["messages"] == [MESSAGES[0], {"role": "user", "content": "2 + 3?"}]
    assert received.body["temperature"] == 0.2
    dialog.close()
    qtbot.waitUntil(lambda: window._traces.rowCount() == 2, timeout=10_000)
    window.close()
    with open_store(store_path) as store:
        (tried,) = [span for span in store.iter_spans() if span.project_name == "Tried prompts"]
    assert (tried.name, tried.type, tried.model, tried.tokens) == ("Try gpt-5-mini", "llm", "gpt-5-mini", 19)
    assert json.loads(tried.output or "")[0]["message"]["content"] == "Five."
    assert json.loads(tried.metadata or "")["tried_from"]["span_id"] == f"{1:016x}"
    assert tried.end_us is not None
    assert not any(KEY in path.read_text("utf-8", "replace") for path in store_path.rglob("*") if path.is_file())


def test_a_refusal_is_said_in_place_and_logged_as_an_error(window: MainWindow, server: LlmServer, qtbot: QtBot) -> None:
    dialog = _open_dialog(window, qtbot)
    _set_up(window, dialog, server.url)
    dialog._parameters.setPlainText("{broken")
    dialog._send.click()
    assert "no JSON" in dialog._problem.text()
    assert server.received == []
    dialog._parameters.setPlainText("")
    server.reply(Reply({"error": {"message": "no such model"}}, 404))
    dialog._send.click()
    qtbot.waitUntil(lambda: "no such model" in dialog._problem.text(), timeout=10_000)
    dialog.close()
    qtbot.waitUntil(lambda: window._traces.rowCount() == 2, timeout=10_000)
    assert window._traces.summary_at(0).is_error
