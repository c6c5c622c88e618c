"""The whole window, on the test's store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings

from spanglass_store.location import ensure_store
from spanglass_viewer.app.main_window import MainWindow
from spanglass_viewer.backend.threads import Backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


@pytest.fixture
def open_window(
    qtbot: QtBot, appearance: Appearance, store_path: Path, tmp_path: Path
) -> Iterator[Callable[..., MainWindow]]:
    """Opens the window on the test's store, with what is set by name in its settings, and waits until it rests.

    The window before, if any, is closed; the settings are the same.
    """
    windows: list[MainWindow] = []

    def open_it(**set_before: str) -> MainWindow:
        close_all()
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        for name, value in set_before.items():
            settings.setValue(name, value)
        info = ensure_store(store_path)
        window = MainWindow(info, Backend(info.path), appearance, settings)
        windows.append(window)
        window.resize(1440, 900)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.backend.start()
        window.controller.start()
        qtbot.waitUntil(lambda: window.controller.is_settled, timeout=10_000)
        return window

    def close_all() -> None:
        for window in windows:
            window.close()
            window.deleteLater()
        windows.clear()

    yield open_it
    close_all()
