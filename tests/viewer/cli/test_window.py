from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from spanglass_store.faults import StoreFault
from spanglass_viewer.cli import window
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.window import show_window

if TYPE_CHECKING:
    from pathlib import Path

# stands in for an installation where importing PySide6 fails as it does there
OPEN_WITH_BROKEN_QT = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "PySide6":
            raise {error}
sys.meta_path.insert(0, Finder())
from spanglass_viewer.cli.main import main
sys.exit(main(["open", "--store", sys.argv[1], "--screenshot", sys.argv[2]]))
"""


def test_without_a_display_the_sentence_names_what_works(monkeypatch: pytest.MonkeyPatch, store_path: Path) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setattr(window, "has_display", lambda: False)
    with pytest.raises(StoreFault, match="spanglass show"):
        show_window(store_path)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("ModuleNotFoundError('no', name='PySide6')", "pip install 'spanglass[viewer]'"),
        ("ImportError('libEGL.so.1: cannot open shared object file')", "apt-get install"),
    ],
)
def test_a_missing_part_is_named_with_its_remedy(tmp_path: Path, error: str, sentence: str) -> None:
    command = [sys.executable, "-c", OPEN_WITH_BROKEN_QT.format(error=error), tmp_path / "store", tmp_path / "a.png"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == ExitCode.FAULT, result.stderr
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


PICTURE = """
import os, sys
os.devnull = sys.argv[1]
from spanglass_viewer.cli.main import main
sys.exit(main(["open", "--store", sys.argv[2], "--screenshot", sys.argv[3]]))
"""


def test_a_picture_writes_no_settings_over_the_null_device(tmp_path: Path) -> None:
    """Qt swaps settings in by a rename; run by root, that once made /dev/null a file."""
    null = tmp_path / "null"
    picture = tmp_path / "a.png"
    subprocess.run([sys.executable, "-c", PICTURE, null, tmp_path / "store", picture], check=True, timeout=60)
    assert picture.is_file()
    assert not null.exists()
