"""Values of 50 MB in the real window: how long its event loop is away, by the clock, while each is read and shown.

A tick of 2 ms on the UI thread tells: what it comes late is what a user waits for. Run by hand, from the folder:
`PYTHONPATH=../factories python bench_values.py --megabytes 50`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from large_store import LARGE_ROOT, make_large_store
from PySide6.QtCore import QEventLoop, QObject, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication
from soak_live import rss_mb

from spanglass_store import open_store
from spanglass_store.database.connection import Database
from spanglass_store.location import ensure_store
from spanglass_viewer.app.main_window import MainWindow
from spanglass_viewer.backend.decoder_process import DecoderProcess
from spanglass_viewer.backend.threads import Backend
from spanglass_viewer.panes.detail.field_card import FieldCard
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts
from spanglass_viewer.views.span_table_view import SpanTableView

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_MS = 2
REST_SECS = 1.0
_UPDATE = """
UPDATE spans SET {column} = $text
WHERE start_ts = (SELECT start_ts FROM spans ORDER BY start_ts LIMIT 1 OFFSET $number)
"""


class LateTicks(QObject):
    """Notes how late the ticks of the UI thread come, in ms."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def take(self) -> list[float]:
        """Return what was noted since the last call, the worst first."""
        noted, self.late_ms = sorted(self.late_ms, reverse=True), []
        return noted

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.late_ms.append((now - self._last) * 1000 - TICK_MS)
        self._last = now


def make_values(size_bytes: int) -> dict[str, tuple[str, str]]:
    """Return JSON texts of about this size by what they are, each with the column that it is logged in."""
    record = {"id": 12345, "name": "one of many", "score": 0.75, "tags": ["a", "b"], "note": "fine so far"}
    leaf = {f"leaf {number}": number / 7 for number in range(10)}
    tree: object = leaf
    while len(json.dumps(tree)) * 10 < size_bytes // 5:
        tree = {f"branch {number}": tree for number in range(10)}
    times = size_bytes // len(json.dumps(tree))
    return {
        "a small one": ("input", json.dumps("as small as most")),
        "records": ("input", json.dumps([record] * (size_bytes // len(json.dumps(record))))),
        "deep tree": ("input", json.dumps({f"tree {number}": tree for number in range(times)})),
        "one line": ("input", json.dumps("one line without an end, " * (size_bytes // 25))),
        "one line, wide": (
            "input",
            json.dumps("größer als 中文 \U0001f642, " * (size_bytes // 27), ensure_ascii=False),
        ),
        "lines": ("input", json.dumps("a line like any other\n" * (size_bytes // 23))),
        "chat": ("input", json.dumps([{"role": "user", "content": "a long story, " * (size_bytes // 14)}])),
        "300,000 scores": ("scores", json.dumps({f"score {number}": number / 3e5 for number in range(300_000)})),
        "output": ("output", json.dumps([record] * (size_bytes // len(json.dumps(record))))),
    }


def main() -> None:
    """Print a line for each value: the worst of reading it, of showing it in other ways, and of leaving it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--ahead", action="store_true", help="run before everything else on a busy machine (as root)")
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    values = make_values(int(arguments.megabytes * 1e6))
    values = {name: value for name, value in values.items() if not arguments.only or name in arguments.only}
    app = QApplication([])
    app.setStyle("Fusion")
    load_fonts()
    if arguments.ahead:
        _go_ahead()
    with tempfile.TemporaryDirectory() as folder:
        store = make_large_store(Path(folder) / "store", spans=100)
        _write(store, values)
        measure(app, store, list(values))


def _go_ahead() -> None:
    """Put the window's own threads before other programs, as if these were not there; decoders wait like any."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    start = DecoderProcess.__init__

    def start_behind(process: DecoderProcess, *arguments: object) -> None:
        start(process, *arguments)  # pyright: ignore[reportArgumentType] - handed on as they are
        os.sched_setscheduler(process.pid, os.SCHED_OTHER, os.sched_param(0))

    DecoderProcess.__init__ = start_behind


def _write(store: Path, values: dict[str, tuple[str, str]]) -> None:
    database = Database(store)
    with database.cursor() as cursor:
        for number, (column, text) in enumerate(values.values(), 1):
            cursor.rows(_UPDATE.format(column=column), {"text": text, "number": number})
    database.close()


def _list_ids(store: Path, count: int) -> list[str]:
    with open_store(store) as reader:
        spans = sorted(reader.get_trace(LARGE_ROOT), key=lambda span: span.created_us)
    return [span.span_id for span in spans[:count]]


def measure(app: QApplication, store: Path, names: list[str]) -> None:
    """Open one value after the other, and the small span of the root in between."""
    ids = _list_ids(store, len(names) + 1)
    info = ensure_store(store)
    appearance = Appearance(app, ThemeMode.DARK, waits=True)
    window = MainWindow(
        info, Backend(info.path), appearance, QSettings(str(store / "w.ini"), QSettings.Format.IniFormat)
    )
    appearance.dress()
    window.resize(1400, 900)
    window.show()
    window.backend.start()
    window.controller.start()
    view = window.trace_pane.findChild(SpanTableView)
    ticks = LateTicks()
    _wait(app, lambda: view.model().rowCount() > 1 and window.controller.is_settled)
    window.controller.open_trace(LARGE_ROOT, None)
    _rest(app, window)
    for number, name in enumerate(names, 1):
        window.controller.open_trace(LARGE_ROOT, ids[0])
        _rest(app, window)
        ticks.take()
        shown: dict[str, list[float]] = {}
        began = time.perf_counter()
        window.controller.open_trace(LARGE_ROOT, ids[number])
        _rest(app, window, rest_secs=0)
        secs = time.perf_counter() - began
        _rest(app, window)
        shown["read"] = ticks.take()
        held_mb = rss_mb()
        for wished in (ValueFormat.TREE, ValueFormat.TEXT, ValueFormat.RAW, ValueFormat.TABLE):
            _choose(window, wished)
            _rest(app, window)
            shown[wished.value] = ticks.take()
        _choose(window, ValueFormat.PRETTY)
        window.controller.open_trace(LARGE_ROOT, ids[0])
        _rest(app, window)
        shown["left"] = ticks.take()
        told = "  ".join(f"{what} {' '.join(f'{late:.0f}' for late in late_ms[:3])}" for what, late_ms in shown.items())
        print(f"{name:16} shown in {secs:4.1f} s  {told}  (ms late)  {held_mb:,.0f} MB", flush=True)
    window.close()


def _choose(window: MainWindow, wished: ValueFormat) -> None:
    """Show the values of the span in another way, as the menus of their cards do."""
    detail = window.detail_pane.shown_detail
    assert detail is not None
    for card in window.detail_pane.findChildren(FieldCard):
        if not card.isHidden():
            window.detail_pane.view_state.formats[card.title, detail.record.type or ""] = wished
            card.show_anew()


def _rest(app: QApplication, window: MainWindow, rest_secs: float = REST_SECS) -> None:
    rested = time.perf_counter() + rest_secs
    _wait(app, lambda: time.perf_counter() > rested and window.controller.is_settled and window.detail_pane.is_idle)


def _wait(app: QApplication, is_done: Callable[[], bool]) -> None:
    while not is_done():  # the ticks end each wait; with a limit of its own Qt would not wait, but go round
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


if __name__ == "__main__":
    main()
