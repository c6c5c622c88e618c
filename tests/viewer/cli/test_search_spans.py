"""`search`, and `list` with a filter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter

from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "filled"
    writer = JournalWriter(path)
    writer.span(1, trace=1, name="quick", input="hello \x1b[31mred")
    writer.span(2, trace=2, at=5, name="slow", after=3, error="ValueError: it broke")
    writer.die()
    return path


def test_search_prints_a_line_a_span(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "name:slow", "or", "hello", "--store", str(filled)]) == ExitCode.OK
    slow, quick = capsys.readouterr().out.splitlines()
    assert "slow" in slow
    assert slow.endswith("ValueError: it broke")
    assert "hello" in quick
    assert "\x1b" not in quick


def test_search_as_json_is_a_span_a_line(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "error", "--json", "--store", str(filled)]) == ExitCode.OK
    [span] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (span["name"], span["is_error"], span["duration"]) == ("slow", True, 3.0)


def test_a_limit(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "-name:x", "--limit", "1", "--store", str(filled), "dur>0s"]) == ExitCode.OK
    assert capsys.readouterr().out.count("\n") == 1


def test_nothing_found_is_said(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "absent", "--store", str(filled)]) == ExitCode.OK
    assert capsys.readouterr().out == "No spans.\n"


def test_a_filter_that_cannot_be_read_is_pointed_at(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "error dur>fast", "--store", str(filled)]) == ExitCode.USAGE
    sentence, line, pointer = capsys.readouterr().err.splitlines()
    assert sentence == "spanglass: At character 11 of the filter: expected a number such as 2s, 500ms or 1.5m."
    assert line == "  error dur>fast"
    assert pointer.index("^") == line.index("fast")


def test_list_takes_a_filter(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "dur>2s", "--json", "--store", str(filled)]) == ExitCode.OK
    assert [trace["name"] for trace in json.loads(capsys.readouterr().out)] == ["slow"]
