"""The real window on a store with one large trace: until it is open, what holds the UI up, memory, click to detail.

The store is written straight into its tables. Run by hand as `make bench-viewer`, or
`PYTHONPATH=../factories python bench_window.py --spans 100000` from the folder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from large_store import make_large_store
from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication
from soak_live import rss_mb

from spanglass_store.database.connection import Database
from spanglass_store.location import ensure_store
from spanglass_viewer.app.main_window import MainWindow
from spanglass_viewer.app.watchdog import Offence, Watchdog
from spanglass_viewer.backend.threads import Backend
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (1_000, 100_000, 1_000_000)
CLICKS = 15
VALUE_CHARS = 100_000
REST_SECS = 1.5  # in which the prices are loaded, and the file is let go


def measure(app: QApplication, spans: int) -> dict[str, float]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        store = make_large_store(Path(folder) / "store", spans=spans)
        _enlarge_values(store)
        info = ensure_store(store)
        appearance = Appearance(app, ThemeMode.DARK, waits=True)
        settings = QSettings(str(store / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(info, Backend(info.path), appearance, settings)
        appearance.dress()
        window.resize(1400, 900)
        window.show()
        window.repaint()
        figures = _open(app, window) | _click(app, window)
        window.close()
        window.deleteLater()
        return figures


_ENLARGE = """
UPDATE spans SET input = '"' || repeat('one more order. ', $times) || '"'
WHERE start_ts < (SELECT min(start_ts) FROM spans) + INTERVAL 2 MILLISECOND
"""


def _enlarge_values(store: Path) -> None:
    """Give the first spans an input of 100 kB."""
    database = Database(store)
    with database.cursor() as cursor:
        cursor.rows(_ENLARGE, {"times": VALUE_CHARS // 16})
    database.close()


def _open(app: QApplication, window: MainWindow) -> dict[str, float]:
    model = window.trace_pane.findChild(SpanTableView).model()
    offences: list[Offence] = []
    watchdog = Watchdog()
    watchdog.offended.connect(offences.append)
    before_mb, began = rss_mb(), time.perf_counter()
    window.backend.start()
    window.controller.start()
    _wait(app, lambda: model.rowCount() > 0)
    open_secs = time.perf_counter() - began
    rested = time.perf_counter() + REST_SECS
    _wait(app, lambda: time.perf_counter() > rested and window.controller.is_settled)
    watchdog.stop()
    return {
        "open, s": open_secs,
        "longest busy, ms": max((offence.busy_secs for offence in offences), default=0.0) * 1000,
        "empty, MB": before_mb,
        "open, MB": rss_mb(),
    }


def _click(app: QApplication, window: MainWindow) -> dict[str, float]:
    """Go from row to row; a click ends when its values are painted."""
    view = window.trace_pane.findChild(SpanTableView)
    shown: list[object] = []
    window.controller.span_shown.connect(shown.append)
    took: list[float] = []
    for row in range(1, CLICKS + 1):
        shown.clear()
        began = time.perf_counter()
        view.setCurrentIndex(view.model().index(row, 0))
        _wait(app, lambda: bool(shown))
        window.detail_pane.repaint()
        took.append((time.perf_counter() - began) * 1000)
    return {"click, ms": statistics.median(took)}


def _wait(app: QApplication, is_done: Callable[[], bool]) -> None:
    while not is_done():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, nargs="*", default=list(SIZES))
    app = QApplication([])
    app.setStyle("Fusion")
    load_fonts()
    for spans in parser.parse_args().spans:
        print(
            f"{spans:>10,} spans  " + "  ".join(f"{name} {value:,.1f}" for name, value in measure(app, spans).items())
        )


if __name__ == "__main__":
    main()
