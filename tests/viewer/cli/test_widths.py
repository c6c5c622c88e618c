"""Lists and lines of spans in terminals of any width: they fit, and what tells most is there."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from journal_rows import JournalWriter

from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.main import main
from spanglass_viewer.cli.terminal import display_width

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ERROR = "Traceback (most recent call last):\n  File 'a.py', line 1, in f\nGatewayTimeout: 504 POST /refunds"


class Watched:
    """A terminal that takes whatever it is given."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.fixture
def lines_of(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return what a command prints in a terminal of so many columns, as its reader sees it."""
    writer = JournalWriter(store_path)
    metrics: dict[str, Any] = {"tokens": 123_456, "estimated_cost": 1.5}
    writer.span(1, name="support_agent.run", type="task", error=ERROR, metrics=metrics)
    writer.span(2, name="POST /refunds 長い名前 and more of it", parents=[1], at=0.1, error=ERROR)
    writer.die()
    monkeypatch.setenv("TERM", "xterm")

    def run(columns: int, *arguments: str) -> list[str]:
        screen = Watched()
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "stdout", screen)
        assert main([*arguments, "--store", str(store_path)]) == ExitCode.OK
        return re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", screen.text).splitlines()

    return run


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_a_list_fits_and_its_ids_are_whole_beginnings(lines_of: Callable[..., list[str]], columns: int) -> None:
    header, trace = lines_of(columns, "list")
    assert max(map(display_width, (header, trace))) <= columns
    assert re.match(r"0{8}(0{4})? +support_age", trace)
    assert trace.endswith("  1 error")
    assert ("$1.50" in trace) == (columns >= 100)


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_the_lines_of_a_search_fit_and_say_what_they_are_about(
    lines_of: Callable[..., list[str]], columns: int
) -> None:
    lines = lines_of(columns, "search", "error")
    assert max(map(display_width, lines)) <= columns
    assert all("GatewayTimeout" in line for line in lines)


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_a_tree_fits_with_its_first_line(lines_of: Callable[..., list[str]], columns: int) -> None:
    lines = lines_of(columns, "show", "latest")
    header = lines[0]
    assert max(map(display_width, lines[: lines.index("")])) <= columns
    assert header.startswith("trace 00000000")
    assert header.endswith(" · 1 error")
    assert ("$1.50" in header) == (columns >= 80)
