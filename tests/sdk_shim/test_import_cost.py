"""What the SDK loads into a user's process."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {
    "_duckdb",
    "PIL",
    "PySide6",
    "asyncio",
    "concurrent.futures",
    "ctypes",
    "duckdb",
    "email",
    "hashlib",
    "http",
    "logging",
    "numpy",
    "platformdirs",
    "socket",
    "spanglass_store.database",
    "subprocess",
    "urllib.request",
}
# orjson itself loads json, uuid, dataclasses, inspect and what they need.
PROGRAM = """
import json, orjson, sys
before = set(sys.modules)
{program}
print(json.dumps(list(set(sys.modules) - before)))
"""


def loaded_by(program, tmp_path):
    command = [sys.executable, "-c", PROGRAM.format(program=program.format(store=str(tmp_path / "store")))]
    done = subprocess.run(command, capture_output=True, check=True, text=True, cwd=tmp_path)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_bare_import_loads_nothing_heavy(tmp_path):
    assert not loaded_by("import spanglass", tmp_path) & HEAVY


def test_logging_loads_only_what_it_needs(tmp_path):
    program = "import spanglass as s; s.init_logger('p', store={store!r}); s.start_span(name='x').end()"
    loaded = loaded_by(program, tmp_path)
    assert not loaded & (HEAVY - {"ctypes", "hashlib"})  # for the held write and for the id of a project
    assert "spanglass_store.journal.segment" in loaded


def test_nothing_is_imported_while_a_program_logs(tmp_path):
    """A fork beside an import would leave the import's lock held in the child."""
    program = """
import spanglass as s
logger = s.init_logger("p", store={store!r})
before_logging = set(sys.modules)
with s.start_span(name="x") as span:
    span.log(input=s.Attachment(data=b"x", filename="x", content_type="x/y"), output={{1: float("nan")}})
    span.log(metadata={{"json": s.JSONAttachment([1], pretty=True)}})
    s.start_span(parent=span.export()).end()
    s.update_span(span.export(), output=span.permalink())
    try:
        with s.start_span():
            raise ValueError
    except ValueError:
        pass
logger.log(input=1)
s.flush()
before = before_logging
"""
    assert loaded_by(program, tmp_path) <= {"encodings.utf_16"}
