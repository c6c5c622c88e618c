"""The README's blocks run: python ones in one program, console ones command by command."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()

# Commands that a test cannot run: they fetch the project, or open a window and stay.
NOT_RUN = {"git clone <this repository> spanglass", "make -C spanglass demo", "make -C spanglass test", "spanglass"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": scripts + os.pathsep + os.environ["PATH"],
        "SPANGLASS_STORE": str(tmp_path / "store"),
        "PYTHONWARNINGS": "error",
    }


@pytest.mark.integration
def test_the_readme_runs(tmp_path: Path, environment: dict[str, str]) -> None:
    python = blocks("python")
    commands = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
    assert len(python) >= 4
    assert set(commands) >= NOT_RUN
    for number, block in enumerate(python):
        if library_of(block) is not None:
            continue  # see below
        script = tmp_path / f"block_{number}.py"
        # a later block goes on where the first one called init_logger
        script.write_text((python[0] if number else "") + "\n" + block)
        run([sys.executable, str(script)], tmp_path, environment)
    for command in commands:
        if command not in NOT_RUN:
            run(shlex.split(command), tmp_path, environment)
    assert (tmp_path / "spans.jsonl").read_text().count("\n") >= 5
    assert (tmp_path / "window.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.integration
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_the_readmes_data_frames_run(tmp_path: Path, environment: dict[str, str], library: str) -> None:
    python = blocks("python")
    [block] = [block for block in python if library_of(block) == library]
    for name, text in (("logs.py", python[0]), ("frames.py", block)):
        (tmp_path / name).write_text(text)
        run([sys.executable, name], tmp_path, environment)


def library_of(block: str) -> str | None:
    """Return which data frames a block of the README makes."""
    return "pandas" if ".df()" in block else "polars" if "import polars" in block else None


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)", README))))
def test_what_the_readme_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_every_variable_that_the_code_reads_is_in_the_table() -> None:
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    sources = [path for folder in ("sdk_shim", "store", "viewer") for path in (ROOT / folder).rglob("*.py")]
    named = {name for path in sources for name in re.findall(r"\b(?:SPANGLASS|BRAINTRUST)_[A-Z_]+\b", path.read_text())}
    assert named <= table
