"""What `make` measures with starts the way that `make` starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_MEASUREMENT = re.compile(r"^\t@(?:PYTHONPATH=(\S+) )?\$\(PYTHON_BIN\)/python (tests/bench/\w+\.py)", re.MULTILINE)
_MEASUREMENTS = _MEASUREMENT.findall((ROOT / "Makefile").read_text())


def test_measurements_are_found() -> None:
    assert {"tests/bench/bench_sdk.py", "tests/bench/bench_store.py", "tests/bench/soak_live.py"} <= {
        script for _, script in _MEASUREMENTS
    }


@pytest.mark.parametrize(("python_path", "script"), _MEASUREMENTS)
def test_each_measurement_starts(python_path: str, script: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if python_path:
        environment["PYTHONPATH"] = python_path
    command = [sys.executable, script, "--help"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage:")
