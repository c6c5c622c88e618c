"""Filters on the command line: where their words may stand, and from the words to an expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import WrongUsage
from spanglass_viewer.cli.completion import complete_filter_word, completes_with
from spanglass_viewer.cli.terminal import complain

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from spanglass_store.search.expression import Expression

_HELP = (
    "error, running, name:, type:, model:, project:, experiment:, tag:, dur>2s, tokens>5k, cost>0.1, score.x<0.5, "
    'meta.user_id=123, since:2h, has:attachment, words or "quoted text"; - for not, or, brackets; '
    "in quotes, as a shell takes > and < for itself"
)
_COMPARED = {"dur": ">2s", "tokens": ">5k", "cost": ">0.1"}
_FOREIGN = frozenset({"and", "not", "&&", "||", "!"})  # what other languages of filters say
_QUOTED = re.compile(r'"[^"]*"')
_WORDS = "filter"


def add_filter_words(parser: ArgumentParser, *, are_needed: bool = False) -> None:
    """Add the words of a filter as the command's only positional arguments."""
    words = parser.add_argument(_WORDS, nargs="+" if are_needed else "*", metavar="FILTER", help=_HELP)
    completes_with(words, complete_filter_word)


def add_filter_option(parser: ArgumentParser) -> None:
    """Add `--filter`, for a command whose words mean something else."""
    text = parser.add_argument("--filter", metavar="FILTER", default="", help=f"only traces that match: {_HELP}")
    completes_with(text, complete_filter_word)


def with_filter_apart(parser: ArgumentParser, arguments: Sequence[str]) -> list[str]:
    """Return a command's arguments so that argparse takes a filter as it was typed.

    Its words may stand between options and begin with a minus: they go behind a `--`. A value of an option may begin
    with a minus too: it is joined to its option.
    """
    actions = parser._option_string_actions  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - argparse has no other list of its options
    takes_words = any(action.dest == _WORDS and not action.option_strings for action in parser._actions)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as above
    options: list[str] = []
    words: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            words += left
        elif argument in actions:
            value = next(left, None) if actions[argument].nargs != 0 else None
            options += [argument] if value is None else _joined(argument, value)
        elif argument.startswith("--") or (argument.startswith("-") and not takes_words):
            options.append(argument)
        else:
            words.append(argument)
    return [*options, "--", *words] if words else options


def read_filter(words: str | Sequence[str]) -> Expression:
    """Return what a filter means. Raises WrongUsage that points at the place where it cannot be read."""
    from spanglass_store.search.parse import parse_filter  # noqa: PLC0415 - only a command that filters needs it
    from spanglass_store.search.tokens import FilterError  # noqa: PLC0415 - as above

    text = words if isinstance(words, str) else " ".join(words)
    try:
        found = parse_filter(text)
    except FilterError as error:
        line = "".join(" " if char.isspace() else char for char in text)
        raise WrongUsage(f"{error}\n  {line}\n  {' ' * error.offset}^") from error
    _hint_at_quotes(text)
    _hint_at_operators(text)
    return found


def _hint_at_quotes(text: str) -> None:
    """Say what became of `dur>2s` without quotes: the shell has made a file "2s", and only `dur` comes here."""
    names = [word for word in text.lower().replace("-", " ").replace("(", " ").split() if word in _COMPARED]
    if names:
        name, rest = names[0], _COMPARED[names[0]]
        complain(
            f"{name!r} alone is looked for as text. To compare, quote it, as in '{name}{rest}':"
            f" without quotes the shell takes {rest} for itself, and the output goes into a file {rest[1:]!r}."
        )


def _hint_at_operators(text: str) -> None:
    """Say what became of `error and not running`: another language's words were looked for as text."""
    words = _QUOTED.sub(" ", text.lower()).replace("(", " ").replace(")", " ").split()
    taken = next((word for word in words if word.lstrip("-") in _FOREIGN), None)
    if taken is not None:
        complain(f"{taken!r} is looked for as text. Terms side by side must all hold; - before a term means not.")


def _joined(option: str, value: str) -> list[str]:
    return [f"{option}={value}"] if option.startswith("--") else [option, value]
