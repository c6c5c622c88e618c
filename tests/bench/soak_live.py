"""A trace that grows by thousands of spans a second in the open window: what stays, and how memory grows.

Four processes write 1,000 spans/s each into one open trace; the window runs offscreen in this process. Every few
seconds memory is taken; at the end a line is laid through what comes after the first third. Two slopes are printed:
MB a minute, and bytes a span, as a trace of twice the length rightly takes twice the memory; and what is held when all
is read, which is held against 300 MB and 80 bytes a span. Ten minutes by default:
`python tests/bench/soak_live.py --secs 60`. Not part of `make bench`, which it would hold up.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from event_wait import wait_until
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from spanglass_store.location import ensure_store
from spanglass_viewer.app.main_window import MainWindow
from spanglass_viewer.app.watchdog import Offence, Watchdog
from spanglass_viewer.backend.threads import Backend
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.theme.fonts import load_fonts
from spanglass_viewer.trace.arrays import np
from spanglass_viewer.views.span_table_view import SpanTableView

WRITERS = 4
SPANS_PER_SEC = 1000
SOAK_SECS = 600.0
SAMPLE_SECS = 2.0
REST_SECS = 2.0
ALLOWED_MB, ALLOWED_SPAN_BYTES = 300, 80
PLACE_SPANS = 60  # of each writer, before the view is put where it must stay

WRITER = """
import sys, time, spanglass
spanglass.init_logger(project="soak")
parent, secs, rate = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
with spanglass.start_span(name="worker", type="task", parent=parent) as worker:
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < secs:
        with worker.start_span(name=f"step {count % 40}", type="llm" if count % 5 == 0 else "tool") as span:
            span.log(input={"order": count}, output="done")
        count += 1
        ahead = count / rate - (time.perf_counter() - began)
        if ahead > 0:
            time.sleep(ahead)
"""
ROOT = """
import subprocess, sys, spanglass
spanglass.init_logger(project="soak")
writer, secs, rate, count = sys.argv[1:]
with spanglass.start_span(name="soak", type="task") as root:
    command = [sys.executable, "-c", writer, root.export(), secs, rate]
    for process in [subprocess.Popen(command) for _ in range(int(count))]:
        process.wait()
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was there at one moment of the soak."""

    secs: float
    rss_mb: float
    spans: int


@dataclass(frozen=True, slots=True)
class Result:
    """What the soak showed."""

    samples: list[Sample]
    offences: list[Offence]
    moved: list[str]
    at_rest: Sample  # once all was read, and the file let go

    def slopes(self) -> tuple[float, float]:
        """Return MB a minute and bytes a span, over what comes after the first third."""
        later = self.samples[len(self.samples) // 3 :]
        secs, rss, spans = (
            np.array([getattr(sample, name) for sample in later]) for name in ("secs", "rss_mb", "spans")
        )
        return float(np.polyfit(secs, rss, 1)[0] * 60), float(np.polyfit(spans, rss * 1e6, 1)[0])


class Soak:
    """The window, the writers, and what is looked at meanwhile."""

    def __init__(self, store: Path, secs: float, rate: float) -> None:
        self._secs = secs
        self._store = store
        self._rate = rate
        existing = QApplication.instance()
        self._app = existing if isinstance(existing, QApplication) else QApplication([])
        self._app.setStyle("Fusion")
        load_fonts()
        settings = QSettings(str(store / "window.ini"), QSettings.Format.IniFormat)
        info = ensure_store(store)
        appearance = Appearance(self._app, ThemeMode.DARK, waits=True)
        self._window = MainWindow(info, Backend(info.path), appearance, settings)
        appearance.dress()
        self._window.resize(1400, 900)
        pane = self._window.findChild(TracePane)
        assert pane is not None
        self._view = pane.findChild(SpanTableView)
        self._began = 0.0
        self._samples: list[Sample] = []
        self._offences: list[Offence] = []

    def run(self) -> Result:
        """Soak, and return what was seen."""
        watchdog = Watchdog()
        watchdog.offended.connect(self._offences.append)
        self._window.show()
        self._window.backend.start()
        self._window.controller.start()
        environment = os.environ | {"SPANGLASS_STORE": str(self._store), "SPANGLASS_MERGE_AT_EXIT": "0"}
        command = [sys.executable, "-c", ROOT, WRITER, str(self._secs), str(self._rate), str(WRITERS)]
        with subprocess.Popen(command, env=environment) as root:
            wait_until(lambda: self._spans() > WRITERS * PLACE_SPANS)
            self._began = time.perf_counter()
            before = self._settle_in()
            sampling = QTimer(interval=round(SAMPLE_SECS * 1000))
            sampling.timeout.connect(self._sample)
            sampling.start()
            wait_until(lambda: root.poll() is not None)
            sampling.stop()
        self._rest()
        after = self._place()
        moved = [name for name, value in before.items() if after[name] != value]
        watchdog.stop()
        self._window.close()
        return Result(self._samples, self._offences, moved, at_rest=self._samples.pop())

    def _rest(self) -> None:
        """Wait until all is read and the file was let go for a while: then what was freed is given back."""
        window, used = self._window, time.perf_counter()

        def is_at_rest() -> bool:
            nonlocal used
            if window.backend.is_holding_file or not window.controller.is_settled:
                used = time.perf_counter()
            return time.perf_counter() - used > REST_SECS

        wait_until(is_at_rest)
        self._sample()

    def _settle_in(self) -> dict[str, Any]:
        """Select a row, fold another, scroll to a third: they must be as they are when all is over."""
        model = self._view.model()
        model.toggle(next(row for row in range(1, 9) if model.row_at(row).has_children))  # pyright: ignore[reportAttributeAccessIssue] - it is a SpanTableModel
        self._view.verticalScrollBar().setValue(28 * 12 + 5)
        self._view.setCurrentIndex(model.index(20, 0))
        return self._place()

    def _place(self) -> dict[str, Any]:
        model: Any = self._view.model()
        top = self._view.rowAt(0)
        folded = [
            str(model.snapshot.skeleton.span_id[model.row_at(row).span])
            for row in range(min(model.rowCount(), 50))
            if model.row_at(row).is_folded
        ]
        return {
            "the first row in sight": model.key_of(top),
            "its offset": self._view.rowViewportPosition(top),
            "the selected span": model.key_of(self._view.currentIndex().row()),
            "what is folded": folded,
        }

    def _spans(self) -> int:
        snapshot = self._view.model().snapshot  # pyright: ignore[reportAttributeAccessIssue] - as above
        return 0 if snapshot is None else len(snapshot)

    def _sample(self) -> None:
        self._samples.append(Sample(time.perf_counter() - self._began, rss_mb(), self._spans()))


def rss_mb() -> float:
    """Return how much memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak_rss_mb() -> float:
    """Return the most that this process ever held."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def main() -> None:
    """Print a line every tenth of the time, then the slopes and what took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secs", type=float, default=SOAK_SECS)
    parser.add_argument("--rate", type=float, default=SPANS_PER_SEC, help="spans a second of each of the four writers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = Soak(Path(folder) / "store", options.secs, options.rate).run()
    print(f"{'secs':>6}{'spans in sight':>16}{'MB':>8}")
    for sample in result.samples[:: max(1, len(result.samples) // 10)]:
        print(f"{sample.secs:>6.0f}{sample.spans:>16,}{sample.rss_mb:>8.0f}")
    minute, span = result.slopes()
    busy = sorted((offence.busy_secs * 1000 for offence in result.offences), reverse=True)
    print(f"slope {minute:.1f} MB a minute, {span:.0f} bytes a span")
    rest, allowed = result.at_rest, ALLOWED_MB + ALLOWED_SPAN_BYTES * result.at_rest.spans / 1e6
    print(
        f"at rest {rest.rss_mb:.0f} MB with {rest.spans:,} spans ({allowed:.0f} allowed), peak {peak_rss_mb():.0f} MB"
    )
    print(f"over 16 ms of CPU without a pause: {len(busy)} times, the longest {busy[0] if busy else 0:.0f} ms")
    print(f"moved: {', '.join(result.moved) or 'nothing'}")


if __name__ == "__main__":
    main()
