"""The commands that make a store smaller."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter

from spanglass_store.settings import read_settings
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Keyboard(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def store(store_path: Path) -> Path:
    writer = JournalWriter(store_path)
    for trace in range(1, 4):
        writer.span(trace, trace=trace, at=trace * 100.0, input="x" * 500)
    writer.die()
    return store_path


@pytest.fixture
def run(store: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run_command(*arguments: str) -> str:
        assert main([*arguments, "--store", str(store)]) == ExitCode.OK
        return capsys.readouterr().out

    return run_command


def count_traces(run: Callable[..., str]) -> int:
    return len(json.loads(run("list", "--json")))


def test_prune_tells_what_goes_and_does_it_with_yes(run: Callable[..., str]) -> None:
    told, done = run("prune", "--keep-last", "1", "--yes").splitlines()
    assert told.startswith("2 traces to delete, 2 spans: 1.0 kB as logged")
    assert done.startswith("Deleted. The store is")
    assert count_traces(run) == 1
    assert run("prune", "--keep-last", "1").startswith("Nothing to delete")


@pytest.mark.parametrize(("answer", "left"), [("y\n", 1), ("n\n", 3), ("\n", 3), ("", 3)])
def test_prune_asks(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch, answer: str, left: int) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(answer))
    run("prune", "--keep-last", "1")
    assert count_traces(run) == left


def test_where_nobody_can_be_asked_nothing_goes(
    run: Callable[..., str], store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["prune", "--keep-last", "1", "--store", str(store)]) == ExitCode.USAGE
    assert "--yes" in capsys.readouterr().err
    assert count_traces(run) == 3


def test_prune_needs_a_rule(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prune", "--yes", "--store", str(store)]) == ExitCode.USAGE
    assert "--older-than" in capsys.readouterr().err


def test_a_dry_run_as_json(run: Callable[..., str]) -> None:
    fields = json.loads(run("prune", "--max-size", "0", "--dry-run", "--json"))
    assert fields.pop("text_bytes") > 1500
    assert fields == {"traces": 3, "spans": 3, "attachment_bytes": 0, "is_done": False}
    assert count_traces(run) == 3


def test_prune_as_json(run: Callable[..., str]) -> None:
    fields = json.loads(run("prune", "--project", "tests", "--yes", "--json"))
    assert (fields["traces"], fields["is_done"]) == (3, True)
    assert fields["freed_bytes"] >= 0
    assert count_traces(run) == 0


def test_compact_tells_and_does(run: Callable[..., str], store: Path) -> None:
    told, done = run("compact", "--keep-journal", "1MB", "--yes").splitlines()
    assert told.startswith("At least")
    assert done.startswith("The tables were")
    assert read_settings(store).keep_journal_bytes == 1_000_000
    assert count_traces(run) == 3


def test_compact_as_json_tells_what_it_would_free_and_what_it_did(run: Callable[..., str], store: Path) -> None:
    run("prune", "--keep-last", "2", "--yes")
    blob = store / "blobs" / "ab" / ("ab" * 32)
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"x" * 700)
    os.utime(blob, (0, 0))
    told = json.loads(run("compact", "--dry-run", "--json"))
    assert told.pop("free_bytes") >= 0
    assert told == {"unnamed_files": 1, "unnamed_bytes": 700, "is_done": False}
    assert blob.exists()
    before_bytes = (store / "traces.duckdb").stat().st_size
    done = json.loads(run("compact", "--yes", "--json"))
    assert (done["unnamed_bytes"], done["swept_bytes"], done["is_done"]) == (700, 700, True)
    assert done["before_bytes"] == before_bytes
    assert done["after_bytes"] == (store / "traces.duckdb").stat().st_size
    assert not blob.exists()


def test_a_store_prunes_itself_once_a_day_and_says_so(
    run: Callable[..., str], store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "once a day" in run("prune", "--keep-last", "2", "--automatic")
    assert read_settings(store).prune_keep_last == 2
    assert main(["list", "--json", "--store", str(store)]) == ExitCode.OK
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)) == 3, "it is done after the command, which shows what was there"
    assert printed.err.startswith("spanglass: Pruned 1 old trace by the store's settings; it is ")
    assert count_traces(run) == 2
    run("prune", "--keep-last", "1", "--automatic")
    assert count_traces(run) == count_traces(run) == 2, "not twice a day"
    assert "keeps everything" in run("prune", "--no-automatic")
    assert not read_settings(store).prunes_itself


@pytest.mark.parametrize(
    "options", [["--automatic"], ["--no-automatic", "--keep-last", "1"], ["--automatic", "--project", "a"]]
)
def test_limits_that_do_not_fit_automatic(store: Path, options: list[str]) -> None:
    assert main(["prune", *options, "--store", str(store)]) == ExitCode.USAGE


@pytest.mark.parametrize("command", [["prune", "--keep-last", "1"], ["compact"]])
def test_where_there_is_no_store_none_is_made(command: list[str], store_path: Path) -> None:
    assert main([*command, "--yes", "--store", str(store_path)]) == ExitCode.NOT_FOUND
    assert not store_path.exists()


def test_doctor_says_that_all_is_well(run: Callable[..., str]) -> None:
    run("list")
    assert run("doctor") == "The store is sound: rows, files and journal agree.\n"
    assert json.loads(run("doctor", "--json")) == []


def test_doctor_finds_and_mends(run: Callable[..., str], store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("list")
    (store / "traces.duckdb").write_bytes(b"nothing of a database" * 1000)
    assert main(["doctor", "--store", str(store)]) == ExitCode.FAULT
    told = capsys.readouterr().out
    assert told.startswith("fault")
    assert "1 fault left" in told
    assert run("doctor", "--fix").startswith("mended")
    assert count_traces(run) == 3


def test_a_command_that_finds_damaged_tables_says_what_became_of_them(
    run: Callable[..., str], store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("list")
    (store / "traces.duckdb").write_bytes(b"nothing of a database" * 1000)
    assert main(["list", "--store", str(store)]) == ExitCode.OK
    assert "The store's tables were damaged." in capsys.readouterr().err
    assert count_traces(run) == 3
