from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from spanglass_store import open_store
from spanglass_store.faults import StoreFault
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.commands import run_demo
from spanglass_viewer.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.records import TraceSummary
    from spanglass_viewer.instance.doorway import Doorway

WAIT_SECS = 30.0


def newest_trace(store_path: Path) -> TraceSummary | None:
    with open_store(store_path) as store:
        return next(iter(store.list_traces(None, 1)), None)


def test_the_agent_lives_as_long_as_the_window(monkeypatch: pytest.MonkeyPatch, store_path: Path) -> None:
    watched: list[TraceSummary] = []

    def watch_until_it_holds(store: Path, *, theme: str | None, doorway: Doorway) -> int:
        deadline = time.monotonic() + WAIT_SECS
        while time.monotonic() < deadline:
            trace = newest_trace(store)
            if trace is not None and trace.name == "support_agent.run" and trace.is_running and trace.span_count == 39:
                watched.append(trace)
                return ExitCode.OK
        pytest.fail(f"the agent did not come to its last span; theme {theme}, {doorway}")

    monkeypatch.setattr(run_demo, "has_display", lambda: True)
    monkeypatch.setattr(run_demo, "show_window", watch_until_it_holds)
    assert main(["demo", "--store", str(store_path), "--speed", "40"]) == ExitCode.OK
    trace = newest_trace(store_path)
    assert trace is not None
    assert trace.root_span_id == watched[0].root_span_id
    assert not trace.is_running
    assert not trace.is_interrupted


def test_an_agent_that_fails_is_said(
    monkeypatch: pytest.MonkeyPatch, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_demo, "_AGENT", "no_such_module")
    assert main(["demo", "--headless", "--store", str(store_path)]) == ExitCode.FAULT
    assert "The sample agent ended early, with exit code 1" in capsys.readouterr().err


def test_a_picture_that_cannot_be_made_leaves_the_tree(
    monkeypatch: pytest.MonkeyPatch, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_store: Path, **_options: object) -> int:
        raise StoreFault("The window needs PySide6.")

    monkeypatch.setattr(run_demo, "show_window", refuse)
    assert main(["demo", "--headless", "--store", str(store_path), "--speed", "40"]) == ExitCode.FAULT
    printed = capsys.readouterr()
    assert "└─ settlement.watch" in printed.out
    assert printed.err == "spanglass: The window needs PySide6.\n"


def test_a_program_is_told_where_the_demo_is(
    monkeypatch: pytest.MonkeyPatch, store_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_demo, "show_window", lambda *_, **__: ExitCode.OK)
    arguments = ["demo", "--headless", "--json", "--picture", str(tmp_path / "a.png")]
    assert main([*arguments, "--store", str(store_path), "--speed", "40"]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["window"], told["store"], told["picture"]) == ("none", str(store_path), str(tmp_path / "a.png"))
    trace = newest_trace(store_path)
    assert trace is not None
    assert trace.root_span_id in told["link"]
