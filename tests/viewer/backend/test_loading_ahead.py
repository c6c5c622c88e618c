"""Nothing that the first trace is read and shown with is loaded while the window paints it."""

from __future__ import annotations

import subprocess
import sys

_CODE = """
import sys
import spanglass_viewer.backend.threads
from spanglass_viewer.backend.loading_ahead import load_ahead

before = set(sys.modules)
load_ahead()
modules = {
    "numpy",
    "spanglass_viewer.trace.snapshot",
    "spanglass_store.database.reader",
    "spanglass_store.database.trace_media",
}
print(modules & before, modules - set(sys.modules))
from spanglass_store.database.statements import query
opened = []
sys.addaudithook(lambda event, arguments: opened.append(arguments[0]) if event == "open" else None)
for name in ("list_heads", "list_attachments", "list_roots"):
    query(name)
print(opened)
"""


def test_what_the_first_trace_needs_is_loaded_and_no_file_is_opened_for_it_later() -> None:
    done = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["set() set()", "[]"]
