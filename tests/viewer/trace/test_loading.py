from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from spanglass_viewer.trace.loading import loading_with

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


_PLUGIN = """
class Plugin:
    def new_schema_validator(self, *_, **__):
        return None, None, None

plugin = Plugin()
"""


def test_variables_are_there_while_it_loads_and_what_the_user_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OURS", raising=False)
    monkeypatch.setenv("THEIRS", "kept")
    with loading_with({"OURS": "1", "THEIRS": "1"}):
        assert (os.environ["OURS"], os.environ["THEIRS"]) == ("1", "kept")
    assert (os.environ.get("OURS"), os.environ["THEIRS"]) == (None, "kept")


def test_prices_load_nothing_that_the_user_has_plugged_into_pydantic(tmp_path: Path) -> None:
    metadata = tmp_path / "loud-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[pydantic]\nloud = loud:plugin\n")
    (tmp_path / "loud.py").write_text(_PLUGIN)
    code = (
        "import sys, {module}\n"
        "from spanglass_viewer.trace.prices import PriceBook\n"
        "rates = PriceBook().list_rates('gpt-5-mini', 0)\n"
        "print(bool(rates), 'loud' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}

    def run(first: str) -> str:
        command = [sys.executable, "-c", code.format(module=first)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    assert run("spanglass_viewer.trace.prices") == "True False"
    assert run("genai_prices") == "True True", "it is the window that leaves it out"
