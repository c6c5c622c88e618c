"""The window on a store, as a bench needs it: painted once, dark, 1400 by 900, its threads not started yet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from spanglass_store.location import ensure_store
from spanglass_viewer.app.main_window import MainWindow
from spanglass_viewer.app.run import spare_when_settled
from spanglass_viewer.backend.threads import Backend
from spanglass_viewer.theme.appearance import Appearance, ThemeMode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication


@contextlib.contextmanager
def painted_window(app: QApplication, store: Path) -> Iterator[MainWindow]:
    """Give the window, with settings of its own; it is closed at the end."""
    info = ensure_store(store)
    appearance = Appearance(app, ThemeMode.DARK, waits=True)
    settings = QSettings(str(store / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(info, Backend(info.path), appearance, settings)
    appearance.dress()
    window.resize(1400, 900)
    window.show()
    window.repaint()
    spare_when_settled(window.controller)
    yield window
    window.close()
    window.deleteLater()
