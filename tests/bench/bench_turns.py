"""The turns of the window's thread in normal use: for each step the longest one, as CPU time and by the clock.

A window on an everyday store (`everyday_store`) is used step by step (`window_use`): spans of every kind are clicked, a
large trace is folded and searched, the list filtered, the theme changed, rows come in at 1,000 a second. A turn over
16 ms is marked; "slow" is how many times as long as on a quiet machine a fixed piece of work took just before.

With `--spans 1000000` the large trace is that large, and only what is done in it is measured. `--only chat` does the
uses with that word alone. Run by hand, from the folder: `PYTHONPATH=../factories python bench_turns.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from everyday_store import SPANS, make_everyday_store
from painted_window import painted_window
from PySide6.QtWidgets import QApplication
from turn_meter import StepTurns, TurnMeter
from window_use import WindowUse

from spanglass_viewer.app.watchdog import MOST_BUSY_SECS
from spanglass_viewer.theme.fonts import load_fonts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from window_use import Step

LIVE_SECS = 5.0
LARGE_SPANS = 100_000  # from here on the large trace is what is measured


def main() -> None:
    """Print a line a step, and at the end how many were too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=SPANS, help="in the large trace")
    parser.add_argument("--only", nargs="*", default=[], help="words in the names of uses")
    parser.add_argument("--live-secs", type=float, default=LIVE_SECS, help="how long rows come in")
    parser.add_argument("--json", action="store_true", help="print one JSON array, times in seconds")
    parser.add_argument("--least", type=float, default=0.0, metavar="MS", help="leave out steps below this")
    options = parser.parse_args()
    app = QApplication([])
    app.setStyle("Fusion")
    load_fonts()
    with tempfile.TemporaryDirectory() as folder:
        store = make_everyday_store(Path(folder) / "store", spans=options.spans)
        turns = measure(app, store, options)
        if options.json:
            print(json.dumps([asdict(turn) for turn in turns]))
            return
        print(f"{'longest turn, ms':40} {'CPU':>6} {'clock':>6} {'step':>6} {'slow':>5}  where the CPU went")
        for turn in turns:
            if turn.cpu_secs * 1000 >= options.least:
                _print(turn)
    long = [turn for turn in turns if turn.cpu_secs > MOST_BUSY_SECS]
    print(f"over {MOST_BUSY_SECS * 1000:.0f} ms of CPU: {len(long)} of {len(turns)} steps")


def measure(app: QApplication, store: Path, options: argparse.Namespace) -> list[StepTurns]:
    """Return the turns of each step, in the order in which they were done."""
    with painted_window(app, store) as window:
        use, meter = WindowUse(window), TurnMeter(window)
        turns = [meter.measure(step) for step in chain(use.open_store(), _iter_steps(use, options))]
        meter.stop()
        use.stop()
        return turns


def _iter_steps(use: WindowUse, options: argparse.Namespace) -> Iterator[Step]:
    """Yield the steps of the uses whose names have one of the words, or of all."""
    in_large: dict[str, Callable[[], Iterator[Step]]] = {
        "large": use.walk_tree,
        "find": use.find,
        "traces": use.switch_traces,
    }
    uses: dict[str, Callable[[], Iterator[Step]]] = {
        "click": use.click_kinds,
        "click again": lambda: use.click_kinds("click again"),
        "chat": use.read_chat,
        "resize": use.resize,
        "attachments": use.click_media,
        **in_large,
        "filter": use.filter_list,
        "live": lambda: use.watch_live(options.live_secs),
        "dress": use.dress,
        "offend": use.offend,
    }
    for name, steps in uses.items():
        is_asked = any(word in name for word in options.only)
        is_usual = name in in_large if options.spans >= LARGE_SPANS else name != "offend"
        if is_asked or (is_usual and not options.only):
            yield from steps()


def _print(turn: StepTurns) -> None:
    cpu_ms, clock_ms, took_ms = turn.cpu_secs * 1000, turn.clock_secs * 1000, turn.took_secs * 1000
    mark = "!" if turn.cpu_secs > MOST_BUSY_SECS else " "
    print(f"{turn.name:40} {cpu_ms:6.1f}{mark}{clock_ms:6.1f} {took_ms:6.0f} {turn.slowness:5.1f}  {turn.where}")


if __name__ == "__main__":
    main()
