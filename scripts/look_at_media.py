# ruff: noqa: INP001, T201 - a script stands on its own, and prints
"""Draw the window on an attachment of every kind, in its pane and large, in both themes; to be looked at.

python scripts/look_at_media.py FOLDER
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QApplication

from spanglass_store import open_store
from spanglass_store.location import ensure_store
from spanglass_viewer.app.main_window import MainWindow
from spanglass_viewer.backend.threads import Backend
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts

if TYPE_CHECKING:
    from collections.abc import Callable

_LOGGER = Path(__file__).resolve().parent.parent / "tests" / "factories" / "media_trace.py"
_SIZE = (1280, 800)
_PATIENCE_SECS = 30.0
_SETTLING_SECS = 0.4  # what moves and what fades is drawn once more


def wait_for(condition: Callable[[], bool]) -> None:
    """Let the window work until something holds."""
    until = time.monotonic() + _PATIENCE_SECS
    while not condition() and time.monotonic() < until:
        QCoreApplication.processEvents()
        time.sleep(0.005)


def let_work(secs: float = _SETTLING_SECS) -> None:
    """Let the window work for a while."""
    until = time.monotonic() + secs
    wait_for(lambda: time.monotonic() > until)


def main(folder: Path) -> int:
    """Log, open, draw."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    app.setStyle("Fusion")
    load_fonts()
    appearance = Appearance(app, ThemeMode.DARK)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_CACHE_HOME"] = scratch
        store = Path(scratch) / "traces"
        subprocess.run([sys.executable, str(_LOGGER), str(store)], check=True)
        with open_store(store) as reader:
            root = reader.list_traces()[0].root_span_id
            spans = [(span.name, span.span_id) for span in reader.get_trace(root)]
        info = ensure_store(store)
        backend = Backend(info.path)
        window = MainWindow(
            info, backend, appearance, QSettings(str(info.path.with_name("window.ini")), QSettings.Format.IniFormat)
        )
        window.resize(*_SIZE)
        window.show()
        backend.start()
        window.controller.start()
        for theme in (ThemeMode.DARK, ThemeMode.LIGHT):
            appearance.set_mode(theme)
            wait_for(lambda: appearance.is_settled)
            for name, span_id in spans:
                _draw_span(window, root, span_id, folder / f"{theme.value}-{name.replace(' ', '-')}")
        window.close()
    return 0


def _draw_span(window: MainWindow, root: str, span_id: str, target: Path) -> None:
    window.controller.open_trace(root, span_id)
    pane = window.detail_pane
    wait_for(lambda: _is_shown(window, span_id))
    let_work(0.1)
    wait_for(lambda: _is_shown(window, span_id))
    window.grab().save(f"{target}-pane.png")
    items = pane.list_media()
    if items and items[0].has_bytes:
        pane.open_media(items[0])
        wait_for(lambda: pane.is_idle and window.images.is_idle)
        let_work()
        wait_for(lambda: pane.is_idle and window.images.is_idle)
        window.grab().save(f"{target}-large.png")
        pane.lightbox.close_lightbox()
    print(target.name)


def _is_shown(window: MainWindow, span_id: str) -> bool:
    span = window.selection.span
    is_there = span is not None and span.span_id == span_id
    return is_there and window.controller.is_settled and window.detail_pane.is_idle and window.images.is_idle


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
