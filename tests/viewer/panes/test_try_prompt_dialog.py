"""The dialog by itself; with the window, the endpoint and the journal around it: `app/test_prompt_trying.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from spanglass_viewer.panes.try_prompt_dialog import TryPromptDialog
from spanglass_viewer.values.chat.prompt_draft import DraftMessage, Endpoint, PromptDraft

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


@pytest.fixture
def open_dialog(qtbot: QtBot, appearance: Appearance) -> Callable[[list[DraftMessage]], TryPromptDialog]:
    window = QWidget()
    qtbot.addWidget(window)

    def open_it(messages: list[DraftMessage]) -> TryPromptDialog:
        dialog = TryPromptDialog(PromptDraft("m", messages), "logged", appearance, window)
        dialog.show_endpoint(Endpoint("http://localhost/v1", ""), has_key=False)
        dialog.show()
        return dialog

    return open_it


def test_a_long_history_goes_along_and_is_edited_on_demand(open_dialog: Any) -> None:
    dialog = open_dialog([DraftMessage("user", f"turn {number}") for number in range(1000)])
    bodies: list[Any] = []
    dialog.send_wanted.connect(bodies.append)
    assert len(dialog.findChildren(QPlainTextEdit)) < 40
    dialog._send.click()
    assert [message["content"] for message in bodies[0]["messages"]] == [f"turn {number}" for number in range(1000)]
    dialog._earlier.click()
    assert dialog._earlier.text() == "Edit 976 earlier messages too"
    dialog._rows[0]._text.setPlainText("changed")
    dialog._send.click()
    assert bodies[1]["messages"][976]["content"] == "changed"
    assert len(bodies[1]["messages"]) == 1000


def test_a_message_is_added_and_another_one_taken_away(open_dialog: Any) -> None:
    dialog = open_dialog([DraftMessage("system", "Be brief."), DraftMessage("user", "Hi")])
    bodies: list[Any] = []
    dialog.send_wanted.connect(bodies.append)
    dialog._rows[0].removal_wanted.emit()
    dialog._on_add()
    dialog._rows[-1]._text.setPlainText("And?")
    dialog._send.click()
    assert bodies[0]["messages"] == [{"role": "user", "content": "Hi"}, {"role": "user", "content": "And?"}]
