"""Spans without a name, and spans that are their own parents: each command says the same of them."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store import open_store
from spanglass_store.database.skeleton import load_skeleton
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.completion import complete_trace
from spanglass_viewer.cli.main import main
from spanglass_viewer.models.span_row import read_rows
from spanglass_viewer.trace.snapshot import build_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spanglass_viewer.models.span_row import SpanRow

BOOM = "Traceback (most recent call last):\n  File 'a.py', line 1, in f\nBoom: bad\n"


@pytest.fixture
def run(store_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run_command(*arguments: str) -> str:
        assert main([*arguments, "--store", str(store_path)]) == ExitCode.OK
        return capsys.readouterr().out

    return run_command


def window_rows(store_path: Path) -> list[SpanRow]:
    """Return the rows that the window's tree has, all unfolded."""
    import numpy as np  # noqa: PLC0415 - what the window loads

    with open_store(store_path) as store:
        skeleton = load_skeleton(store._cursor, root_id())
    snapshot = build_snapshot(skeleton, 1, 0)
    rows = np.arange(len(snapshot.layout), dtype=np.int32)
    return read_rows(snapshot, rows, np.zeros(len(rows), np.bool_))


def test_a_span_without_a_name_has_one_stand_in_everywhere(store_path: Path, run: Callable[..., str]) -> None:
    writer = JournalWriter(store_path)
    writer.start(1, name=None, input="What?")
    writer.span(2, name=" \n", parents=[1], at=0.1, error=BOOM)
    writer.span(3, name=None, type=None, parents=[2, 1], at=0.2, metrics={"tokens": 3})
    writer.end(1)
    writer.die()
    [_, trace] = run("list").splitlines()
    assert trace.split()[1] == "(unnamed)"
    tree = run("show", "latest")
    assert tree.count("(unnamed)") == 6, "three spans, a ghost, its note, and where the error is"
    assert "()" not in tree
    assert run("search", "type:function").count("(unnamed)") == 2
    markdown = run("export", "--format", "markdown", "latest")
    assert markdown.startswith("# (unnamed)\n")
    outline = "- (unnamed) (function, 1.00 s)\n  - (unnamed) (function, 1.00 s) **error**\n    - (unnamed) (1.00 s"
    assert outline in markdown
    assert complete_trace("", Namespace(store=store_path))[root_id()] == "(unnamed)"
    assert {row.name for row in window_rows(store_path)} == {"(unnamed)"}
    assert {span["name"] for span in json.loads(run("show", "latest", "--json"))} == {"", " \n"}, "data stays as it is"
    assert run("link", "latest").startswith(f"spanglass://trace/{root_id()}")


@pytest.mark.parametrize(
    ("parents", "tree"),
    [
        ([2], ["run", "odd", "  below"]),
        ([2, 1], ["run", "  (odd)", "odd", "  below"]),
        ([9, 2], ["run", "odd", "  below"]),
        ([9, 2, 1], ["run", "  odd", "    below"]),
    ],
)
def test_a_span_that_is_its_own_parent_stands_where_the_window_has_it(
    store_path: Path, run: Callable[..., str], parents: list[int], tree: list[str]
) -> None:
    writer = JournalWriter(store_path)
    writer.span(1, name="run")
    writer.span(2, name="odd", parents=parents, at=0.1, error=BOOM, metrics={"tokens": 7})
    writer.span(3, name="below", parents=[2], at=0.2)
    writer.die()
    rows = window_rows(store_path)
    assert ["  " * row.depth + (f"({row.name})" if row.is_ghost else row.name) for row in rows] == tree
    shown = [re.sub("[ ├└]. ", "  ", line) for line in run("show", "latest").splitlines()[1 : 1 + len(tree)]]
    assert [re.match(" *[^ ]+", line)[0] for line in shown] == tree
    fields = {span["name"]: span for span in json.loads(run("show", "latest", "--json"))}
    odd = next(row for row in rows if row.name == "odd" and not row.is_ghost)
    assert (fields["odd"]["depth"], fields["odd"]["is_cut"], fields["odd"]["is_orphan"]) == (
        odd.depth, odd.is_cut, odd.is_orphan,
    )  # fmt: skip
    [trace] = json.loads(run("list", "--json"))
    assert (trace["errors"], trace["own_errors"], trace["tokens"]) == (1, 1, 7)
    assert "✗ Boom: bad" in run("show", "latest")
    assert json.loads(run("sql", "select tokens, errors from v_traces", "--json")) == [{"tokens": 7, "errors": 1}]
    outline = run("export", "--format", "markdown", "latest").split("\n\n")[2].splitlines()
    in_tree = {name.strip("() "): len(name) - len(name.lstrip()) for name in tree if "(" not in name}
    assert {line.split("- ")[1].split(" (")[0]: line.index("-") for line in outline} == in_tree


def test_an_error_is_not_lost_where_spans_are_each_others_parents(store_path: Path, run: Callable[..., str]) -> None:
    writer = JournalWriter(store_path)
    writer.span(1, parents=[2], error=BOOM)
    writer.span(2, parents=[1], at=0.1, error=BOOM)
    writer.die()
    [trace] = json.loads(run("list", "--json"))
    assert (trace["errors"], trace["own_errors"]) == (2, 1)
    assert "1 error" in run("show", "latest").splitlines()[0]
    assert "part of a cycle" in run("show", "latest").splitlines()[1]


@pytest.mark.parametrize(
    ("words", "name"),
    [(["dur"], "dur"), (["type:llm", "Tokens"], "tokens"), (["-(cost", "or", "error)"], "cost")],
)
def test_a_comparison_that_the_shell_took_apart_is_explained(
    store_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], name: str
) -> None:
    JournalWriter(store_path).die()
    assert main(["list", *words, "--store", str(store_path)]) == ExitCode.OK
    assert capsys.readouterr().err.startswith(f"spanglass: '{name}' alone is looked for as text. To compare, quote it")


@pytest.mark.parametrize(
    ("words", "taken"),
    [("error and type:llm", "and"), ("not error", "not"), ("error AND (x)", "and"), ("error && x", "&&")],
)
def test_another_languages_operators_are_explained(
    store_path: Path, capsys: pytest.CaptureFixture[str], words: str, taken: str
) -> None:
    JournalWriter(store_path).die()
    assert main(["list", words, "--store", str(store_path)]) == ExitCode.OK
    assert capsys.readouterr().err.startswith(f"spanglass: '{taken}' is looked for as text. Terms side by side")


@pytest.mark.parametrize(
    "words", ['"salt and pepper"', 'name:"not found"', "android", "dur>2s", '"dur"', "name:cost", "duration", "error"]
)
def test_whoever_quoted_is_left_alone(store_path: Path, capsys: pytest.CaptureFixture[str], words: str) -> None:
    JournalWriter(store_path).die()
    assert main(["list", words, "--store", str(store_path)]) == ExitCode.OK
    assert capsys.readouterr().err == ""
