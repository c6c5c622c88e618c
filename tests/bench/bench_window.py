"""The real window on a store with one large trace: until it is open, what holds the UI up, memory, click to detail.

The window begins with the large trace, as it is the newest; then a small one is chosen, and when the store has been let
go, the large one again: "open" is from that choice until the tree is painted, whole, and its last row is there. The
store is written straight into its tables, by a process of its own, so that the memory is the window's. Run by hand as
`make bench-viewer`, or `PYTHONPATH=../factories python bench_window.py --spans 100000` from the folder.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from event_wait import wait_until
from large_store import LARGE_ROOT, make_large_store
from painted_window import painted_window
from PySide6.QtWidgets import QApplication
from soak_live import peak_rss_mb, rss_mb

from spanglass_store.database.connection import Database
from spanglass_viewer.app.watchdog import Offence, Watchdog
from spanglass_viewer.theme.fonts import load_fonts
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    from spanglass_viewer.app.main_window import MainWindow

SIZES = (1_000, 100_000, 1_000_000)
CLICKS = 15
VALUE_CHARS = 100_000
REST_SECS = 1.5  # in which the prices are loaded, and the file is let go
SMALL_ROOT = hashlib.md5(b"trace0").hexdigest()  # noqa: S324 - as `make_large_store` names its first small trace


def measure(app: QApplication, spans: int) -> dict[str, float]:
    """Return the figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        subprocess.run([sys.executable, __file__, "--make", str(store), "--spans", str(spans)], check=True)
        with painted_window(app, store) as window:
            return _open(app, window, spans) | _click(window)


_ENLARGE = """
UPDATE spans SET input = '"' || repeat('one more order. ', $times) || '"'
WHERE start_ts < (SELECT min(start_ts) FROM spans WHERE root_span_id = $root) + INTERVAL 2 MILLISECOND
"""


def make_store(store: Path, spans: int) -> None:
    """Make a store of one large trace and an older one of one span; the first spans have an input of 100 kB."""
    make_large_store(store, spans=spans, traces=1)
    database = Database(store)
    with database.cursor() as cursor:
        cursor.rows(_ENLARGE, {"times": VALUE_CHARS // 16, "root": LARGE_ROOT})
    database.close()


def _open(app: QApplication, window: MainWindow, spans: int) -> dict[str, float]:
    view = window.trace_pane.findChild(SpanTableView)
    offences: list[Offence] = []
    watchdog = Watchdog()
    watchdog.offended.connect(offences.append)
    before_mb, began = rss_mb(), time.perf_counter()
    window.backend.start()
    window.controller.start()
    start_secs = _wait_for_rows(app, view, spans) - began
    watchdog.start_anew()  # the look at the last row was the bench's own
    _rest(window)
    open_mb = rss_mb()
    window.controller.open_trace(SMALL_ROOT)
    _wait_for_rows(app, view, 1)
    _rest(window)
    began = time.perf_counter()
    window.controller.open_trace(LARGE_ROOT)
    open_secs = _wait_for_rows(app, view, spans) - began
    watchdog.start_anew()
    _rest(window)
    watchdog.stop()
    return {
        "start, s": start_secs,
        "open, s": open_secs,
        "longest busy, ms": max((offence.busy_secs for offence in offences), default=0.0) * 1000,
        "empty, MB": before_mb,
        "open, MB": open_mb,
        "opened twice, MB": rss_mb(),
        "peak, MB": peak_rss_mb(),
    }


def _wait_for_rows(app: QApplication, view: SpanTableView, rows: int) -> float:
    """Return the time when the tree was painted with all its rows, and its last one, too."""
    wait_until(lambda: view.model().rowCount() == rows)
    app.processEvents()
    view.scrollToBottom()
    view.viewport().repaint()
    assert view.rowAt(view.viewport().height() - 1) == rows - 1 or rows == 1
    return time.perf_counter()


def _rest(window: MainWindow) -> None:
    """Wait until all is answered, the prices are loaded, and the file is let go."""
    rested = time.perf_counter() + REST_SECS
    wait_until(
        lambda: time.perf_counter() > rested and window.controller.is_settled and not window.backend.is_holding_file,
    )


def _click(window: MainWindow) -> dict[str, float]:
    """Go from row to row; a click ends when its values are painted."""
    view = window.trace_pane.findChild(SpanTableView)
    shown: list[object] = []
    window.controller.span_shown.connect(shown.append)
    took: list[float] = []
    for row in range(1, CLICKS + 1):
        shown.clear()
        began = time.perf_counter()
        view.setCurrentIndex(view.model().index(row, 0))
        wait_until(lambda: bool(shown) and window.detail_pane.is_idle)
        window.detail_pane.repaint()
        took.append((time.perf_counter() - began) * 1000)
    return {"click, ms": statistics.median(took)}


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--make", type=Path, help="only make the store, for another process to measure")
    options = parser.parse_args()
    if options.make is not None:
        make_store(options.make, options.spans[0])
        return
    if len(options.spans) > 1:  # a process each: one keeps what it once took
        for spans in options.spans:
            subprocess.run([sys.executable, __file__, "--spans", str(spans)], check=True)
        return
    app = QApplication([])
    app.setStyle("Fusion")
    load_fonts()
    [spans] = options.spans
    print(f"{spans:>10,} spans  " + "  ".join(f"{name} {value:,.2f}" for name, value in measure(app, spans).items()))


if __name__ == "__main__":
    main()
