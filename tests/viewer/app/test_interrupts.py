from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject

from spanglass_viewer.app.interrupts import Interrupts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_waits_for_the_event_loop(qtbot: QtBot, number: signal.Signals) -> None:
    owner = QObject()
    interrupts = Interrupts(owner)
    received: list[str] = []
    interrupts.received.connect(lambda: received.append(number.name))
    try:
        os.kill(os.getpid(), number)
        assert received == [], "what runs just now, a paint for one, goes on to its end"
        qtbot.waitUntil(lambda: received == [number.name])
    finally:
        interrupts.stop()
