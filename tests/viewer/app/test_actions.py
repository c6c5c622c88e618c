from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget

from spanglass_viewer.app.actions import ACTIONS, make_actions

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SLOTS = {spec.name: lambda: None for spec in ACTIONS}


@pytest.mark.parametrize(
    ("own", "calls"),
    [
        ({}, {"J": "next_trace", "F8": "next_error"}),
        ({"quit": ("J", "F12")}, {"J": "quit", "F12": "quit", "F8": "next_error"}),
        (
            {"quit": ("J",), "find": ("J",), "next_error": ("J",), "go_back": ("F8",)},
            {"J": "next_error", "F8": "go_back"},
        ),
        (dict.fromkeys(SLOTS, ("J",)), {"J": ACTIONS[0].name}),
    ],
)
def test_a_key_calls_one_action(qtbot: QtBot, own: dict[str, tuple[str, ...]], calls: dict[str, str]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = make_actions(window, SLOTS, own.get)
    called = [(key.toString(), name) for name, action in actions.items() for key in action.shortcuts()]
    assert len({key for key, _ in called}) == len(called)
    own_calls = dict(called)
    assert {key: own_calls[key] for key in calls} == calls
