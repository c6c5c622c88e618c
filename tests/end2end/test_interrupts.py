"""The window ends on Ctrl+C and SIGTERM as on its close button: threads ended, file let go, nothing on stderr."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Screen

pytestmark = pytest.mark.end2end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_closes_the_window(screen: Screen, store_path: Path, number: signal.Signals) -> None:
    window = screen.start_window(store_path)
    screen.wait_until("the store is open", (store_path / "traces.duckdb").exists)
    window.send_signal(number)
    assert window.wait(timeout=15) == 0
    assert screen.log(window) == ""
