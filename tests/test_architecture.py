"""ARCHITECTURE.md says of each module what the module says of itself, and files stay readable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [path for root in ("sdk_shim", "store", "viewer", "assets") for path in sorted((ROOT / root).rglob("*.py"))]
MAX_FILE_LINES = 600
DRAWERS = {"utils", "util", "misc", "common", "helpers", "manager"}


def test_the_table_of_modules_is_true() -> None:
    checked = subprocess.run([sys.executable, ROOT / "scripts" / "module_table.py", "--check"], check=False)
    assert checked.returncode == 0, "run `python scripts/module_table.py`"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert path.read_text().count("\n") <= MAX_FILE_LINES
    assert path.stem.strip("_") not in DRAWERS
