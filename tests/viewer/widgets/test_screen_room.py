from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from spanglass_viewer.widgets.screen_room import resize_within_screen

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_window_is_as_large_as_wished_or_as_its_screen_has_room_for(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry()
    resize_within_screen(window, 300, 200)
    assert (window.width(), window.height()) == (300, 200)
    resize_within_screen(window, 300, 100_000)
    assert window.width() == 300
    assert room.height() * 0.9 < window.height() < room.height()
