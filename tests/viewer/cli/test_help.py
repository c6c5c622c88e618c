"""What each command says of itself is there, and true."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.cli.filters import read_filter, with_filter_apart
from spanglass_viewer.cli.main import COMMANDS, build_parsers, load_command, main

if TYPE_CHECKING:
    from spanglass_viewer.cli.command import Command

_PARSER, _SUBPARSERS = build_parsers()
_COMMANDS = [load_command(name) for name in COMMANDS]
_SUBSTITUTION = re.compile(r"\$\((spanglass [^)]*)\)")
_WITHOUT_JSON = {"completion"}  # its lines are for a shell alone


def spanglass_arguments(example: str) -> list[str]:
    """Return the arguments that a line of the shell gives to `spanglass`."""
    inner = _SUBSTITUTION.search(example)
    words = shlex_words(inner[1] if inner else example)
    first = words.index("spanglass") + 1
    last = next((at for at in range(first, len(words)) if words[at] in {"|", "<", ">"}), len(words))
    return words[first:last]


def shlex_words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


@pytest.mark.parametrize("command", _COMMANDS, ids=lambda command: command.name)
def test_a_command_explains_itself(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main([command.name, "--help"])
    assert ending.value.code == 0
    told = capsys.readouterr().out
    assert command.help[:20] in told
    assert "--store FOLDER" in told
    assert ("--json" in told) == (command.name not in _WITHOUT_JSON)
    assert "examples:\n" in told
    assert max(map(len, told.splitlines())) <= 100


@pytest.mark.parametrize(
    ("name", "example"),
    [(command.name, example) for command in _COMMANDS for example in command.examples],
    ids=lambda text: text,
)
def test_its_examples_can_be_typed(name: str, example: str) -> None:
    given, *rest = spanglass_arguments(example)
    assert given == name
    options = _PARSER.parse_args([name, *with_filter_apart(_SUBPARSERS[name], rest)])
    assert options.command.name == name
    read_filter(getattr(options, "filter", ""))


@pytest.mark.parametrize("command", _COMMANDS, ids=lambda command: command.name)
def test_every_command_has_an_example(command: Command) -> None:
    assert command.examples
    assert command.help[0].islower()
    assert not command.help.endswith(".")


def test_each_command_has_its_line_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    for name in COMMANDS:
        assert sum(re.match(rf"    {name} +\w", line) is not None for line in lines) == 1, name
