"""From the start of the process to the first paint, and to the first trace shown, beside an empty Qt window.

Each run is a process of its own, interleaved, offscreen unless QT_QPA_PLATFORM says otherwise; the figures are medians
in ms of wall time. Bytecode is there, as after an install; the first round, which makes it, does not count.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
SAMPLE = [sys.executable, "-m", "spanglass_assets.demo", "--speed", "50", "--store"]

OURS = """
import sys
from pathlib import Path
from spanglass_store.location import ensure_store
from spanglass_viewer.app.run import open_window
window = open_window(ensure_store(Path(sys.argv[1])), theme="dark", settings_folder=sys.argv[1])
window.repaint()
print("first paint", flush=True)
window.backend.start()
window.controller.start()
from PySide6.QtWidgets import QApplication
def on_shown(detail):
    if detail is not None:
        window.repaint()
        print("first trace", flush=True)
        window.close()
        QApplication.quit()
window.controller.span_shown.connect(on_shown)
QApplication.exec()
"""
EMPTY = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
window.repaint()
print("first paint", flush=True)
"""


def run(rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median of each figure, in ms."""
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "store")
        subprocess.run([*SAMPLE, store], check=True, capture_output=True)
        for number in range(rounds + 1):
            for subject, program in (("spanglass", OURS), ("empty window", EMPTY)):
                for what, millis in time_lines([sys.executable, "-c", program, store], Path(folder) / "bytecode"):
                    figures.setdefault(f"{subject}, {what}", []).extend([millis] if number else [])
    return {name: statistics.median(values) for name, values in figures.items()}


def time_lines(command: list[str], bytecode: Path) -> list[tuple[str, float]]:
    """Return each line that a program prints, with the ms from its start; it keeps its bytecode in a folder."""
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    environment = os.environ | {"QT_QPA_PLATFORM": platform, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [(line.strip(), (time.perf_counter() - began) * 1000) for line in process.stdout]
    assert process.returncode == 0
    return lines


def main() -> None:
    """Print the figures and their ratio to the empty window's first paint."""
    figures = run()
    least = figures["empty window, first paint"]
    for name, millis in figures.items():
        print(f"{name:<28}{millis:>8.0f} ms{millis / least:>8.2f} x an empty window")


if __name__ == "__main__":
    main()
