"""What a start loads before the window is painted, and before its first trace is there: more would only take time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import gc, json, linecache, os, sys
from pathlib import Path

import spanglass
from spanglass_store.location import ensure_store
from spanglass_viewer.app.run import open_window

store = Path(sys.argv[1])
logger = spanglass.init_logger(project="p", store=store)
with logger.start_span(name="root", input="question") as root:
    root.start_span(name="failed", error="ValueError: it failed").end()
logger.flush()
usual = gc.get_threshold()
window = open_window(ensure_store(store), theme="dark", settings_folder=str(store))
window.repaint()
found = {"painted": sorted(sys.modules), "is_looking": gc.get_threshold() == usual}

from PySide6.QtWidgets import QApplication

def on_shown(detail):
    if detail is not None:
        found["shown"] = sorted(sys.modules)

def on_settled():
    import numpy
    found.update(is_looking_again=gc.get_threshold() == usual, has_variable="OPENBLAS_NUM_THREADS" in os.environ)
    found.update(sources=[*linecache.cache], asks_for_large_pages=numpy._core.multiarray._get_madvise_hugepage())
    window.close()
    QApplication.quit()

window.controller.span_shown.connect(on_shown)
window.controller.settled.connect(on_settled)
window.backend.start()
window.controller.start()
QApplication.exec()
print(json.dumps(found))
"""
# What speaks HTTP, sends prompts, shows attachments large, summarizes and compares: for those who ask for it.
ON_DEMAND = {
    "difflib",
    "http.client",
    "spanglass_viewer.backend.prompt_sender",
    "spanglass_viewer.panes.experiment_dialog",
    "spanglass_viewer.panes.lightbox",
    "spanglass_viewer.panes.try_prompt_dialog",
    "ssl",
}


def test_a_start_loads_no_more_than_it_shows(tmp_path: Path) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    environment.pop("NUMPY_MADVISE_HUGEPAGE", None)
    command = [sys.executable, "-c", PROGRAM, tmp_path / "store"]
    found = json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert not {*ON_DEMAND, "numpy", "_duckdb"} & {*found["painted"]}
    assert not {*ON_DEMAND, "duckdb", "numpy.ma", "watchdog"} & {*found["shown"]}
    assert {"numpy", "_duckdb"} <= {*found["shown"]}, "what is looked for has these names"
    assert not found["is_looking"]
    assert found["is_looking_again"]
    assert not found["has_variable"]
    assert not [path for path in found["sources"] if "spanglass_" in path], (
        "PySide looks into each module that is loaded, and its source stays in memory"
    )
    assert not found["asks_for_large_pages"]
