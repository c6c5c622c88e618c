"""`--filter` and the filter of `search`: from the words on the command line to an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.search.parse import parse_filter
from spanglass_store.search.tokens import FilterError
from spanglass_viewer.cli.command import WrongUsage

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from spanglass_store.search.expression import Expression

FILTER_OPTION = "--filter"
FILTER_HELP = (
    "error, running, name:, type:, model:, project:, tag:, dur>2s, tokens>5k, cost>0.1, score.x<0.5, meta.user_id=123, "
    'since:2h, has:attachment, words or "quoted text"; - for not, or, brackets'
)


def add_filter_argument(parser: ArgumentParser) -> None:
    """Add `--filter`."""
    parser.add_argument(FILTER_OPTION, metavar="FILTER", default="", help=f"only traces that match: {FILTER_HELP}")


def read_filter(text: str) -> Expression:
    """Return what a filter means. Raises WrongUsage that points at the place where it cannot be read."""
    try:
        return parse_filter(text)
    except FilterError as error:
        line = "".join(" " if char.isspace() else char for char in text)
        raise WrongUsage(f"{error}\n  {line}\n  {' ' * error.offset}^") from error
