"""What a command is: a name, a line of help, its arguments, and what it does."""

from __future__ import annotations

import argparse
import enum
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable


class ExitCode(enum.IntEnum):
    """What a command ends with; scripts rely on these numbers."""

    OK = 0
    NOT_FOUND = 1
    USAGE = 2
    FAULT = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Command:
    """One entry of the table: `configure` adds its arguments, `run` does it and returns the exit code.

    `tidies`: a store that is to prune itself may do so after the command.
    """

    name: str
    help: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    examples: tuple[str, ...] = ()
    tidies: bool = False


class NotFound(Exception):  # noqa: N818 - an answer, not a failure
    """What was asked for is not there; its text is a sentence for the user."""


class WrongUsage(Exception):  # noqa: N818 - it names what the user did
    """The arguments do not fit together, or one cannot be read; its text says why."""


def count_argument(text: str) -> int:
    """Return the number that an argument says. Raises what argparse reports for one that is none, or below 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def add_store_argument(parser: ArgumentParser) -> None:
    """Add `--store`, which every command takes."""
    parser.add_argument(
        "--store",
        metavar="FOLDER",
        type=Path,
        help="the store (default: SPANGLASS_STORE, the nearest .spanglass/, your data folder)",
    )


def add_json_argument(parser: ArgumentParser, help: str = "print JSON instead of a table") -> None:  # noqa: A002 - as argparse has it
    """Add `--json`, which every command takes whose result a program could want."""
    parser.add_argument("--json", action="store_true", dest="as_json", help=help)


def output_argument(text: str) -> Path | None:
    """Return the file that an argument names; None for "-", which is the standard output."""
    return None if text == "-" else Path(text)
