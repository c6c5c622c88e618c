"""Tab, as real shells press it."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Self

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store.database.connection import Database
from spanglass_viewer.cli.command import ExitCode
from spanglass_viewer.cli.main import COMMANDS, main

if TYPE_CHECKING:
    from pathlib import Path

# what a shell does at Tab, without the terminal
BASH = r"""
eval "$(spanglass completion bash)"
for COMP_LINE in "$@"; do
    COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMPREPLY=()
    _python_argcomplete spanglass
    printf '%s\t' "${COMPREPLY[@]}"
    echo
done
"""
FISH = 'spanglass completion fish | source; complete -C "$argv[1]"'


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "store"
    writer = JournalWriter(path)
    writer.span(1, trace=1, name="quick one", type="tool")
    writer.span(2, trace=2, at=5, name="chat", type="llm", metadata={"model": "gpt-5-mini"})
    writer.die()
    assert main(["list", "--store", str(path)]) == ExitCode.OK
    return path


@pytest.fixture
def shell_environment(store: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which `spanglass` is this program."""
    program = tmp_path / "spanglass"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spanglass_viewer "$@"\n')
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "SPANGLASS_STORE": str(store)}


def press_tab(environment: dict[str, str], *typed: str) -> list[set[str]]:
    """Return what bash offers at the end of each line."""
    command = ["bash", "-c", BASH, "bash", *typed]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    return [{word.strip() for word in line.split("\t")} - {""} for line in answer.stdout.splitlines()]


@pytest.mark.integration
def test_bash(shell_environment: dict[str, str]) -> None:
    offered = {
        "spanglass ": set(COMMANDS),
        "spanglass list --li": {"--limit"},
        "spanglass export --format pa": {"parquet"},
        "spanglass show ": {"latest", root_id(1), root_id(2)},
        "spanglass search type:": {"llm", "tool"},
        "spanglass tail model=g": {"gpt-5-mini"},
        "spanglass list 'error name:q": {'error name:"quick one"'},
        "spanglass list dur": {r"dur\>1s"},
    }
    assert press_tab(shell_environment, *offered) == list(offered.values())


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed here")
def test_fish(shell_environment: dict[str, str]) -> None:
    command = ["fish", "-c", FISH, "spanglass show "]
    answer = subprocess.run(command, env=shell_environment, capture_output=True, text=True, check=True, timeout=60)
    assert f"{root_id(2)}\tchat" in answer.stdout.splitlines()


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed here")
@pytest.mark.parametrize("has_compinit", [True, False])
def test_zsh(shell_environment: dict[str, str], tmp_path: Path, has_compinit: bool) -> None:
    lines = ['eval "$(spanglass completion zsh)"', "PS1='ready> '"]
    (tmp_path / ".zshrc").write_text("\n".join(["autoload -Uz compinit && compinit -u"] * has_compinit + lines))
    with Zsh({**shell_environment, "ZDOTDIR": str(tmp_path), "TERM": "dumb"}) as zsh:
        zsh.await_text("ready> ")
        zsh.press("spanglass search type:\t\t", awaited=r"type:tool.*type:llm|type:llm.*type:tool")
        zsh.press("\x15spanglass open --th\t", awaited="--theme")
        zsh.press("\x15spanglass show \t", awaited=rf"{root_id(2)} *-- chat")
    assert "command not found" not in zsh.text


class Zsh:
    """An interactive zsh at a terminal of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.text = ""
        self._awaited_from = 0
        self._terminal, theirs = pty.openpty()
        self._process = subprocess.Popen(
            ["zsh", "-i"], env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def press(self, keys: str, *, awaited: str) -> None:
        self._awaited_from = len(self.text)
        os.write(self._terminal, keys.encode())
        self.await_text(awaited)

    def await_text(self, pattern: str) -> None:
        while not re.search(pattern, self.text[self._awaited_from :], re.DOTALL):
            ready, _, _ = select.select([self._terminal], [], [], 60)
            assert ready, self.text
            self.text += os.read(self._terminal, 65536).decode(errors="replace")


@pytest.mark.integration
def test_a_store_in_use_holds_nobody_up(shell_environment: dict[str, str], store: Path) -> None:
    database = Database(store)
    with database.cursor():
        assert press_tab(shell_environment, "spanglass show ") == [{"latest"}]
    database.close()


@pytest.mark.integration
def test_commands_and_options_load_neither_duckdb_nor_qt(shell_environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nclass Watch:\n    def find_spec(self, name, *_):\n"
        "        if name in ('_duckdb', 'PySide6', 'numpy'):\n            os.write(8, name.encode())\n"
        "sys.meta_path.insert(0, Watch())\n"
    )
    watched = {**shell_environment, "PYTHONPATH": str(tmp_path)}
    light, heavy = press_tab(watched, "spanglass list --li", "spanglass show ")
    assert light == {"--limit"}
    assert any(word.startswith("_duckdb") for word in heavy), "the watch works"
