"""Asking before something is deleted; who does not ask at a terminal has to say `--yes`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import WrongUsage
from spanglass_viewer.cli.terminal import complain

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_consent_argument(parser: ArgumentParser) -> None:
    """Add `--yes`."""
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")


def is_agreed(options: Namespace, question: str) -> bool:
    """Tell whether the user agrees. Raises WrongUsage where nobody can be asked and `--yes` was not said."""
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise WrongUsage("Nothing was changed: there is no terminal to ask at. Say --yes to go ahead.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    is_said = sys.stdin.readline().strip().lower() in {"y", "yes"}
    if not is_said:
        complain("Nothing was changed.")
    return is_said
