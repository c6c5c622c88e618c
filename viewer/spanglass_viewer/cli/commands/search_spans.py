"""`spanglass search`: the newest spans that a filter lets through, as they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument, count_argument
from spanglass_viewer.cli.filters import add_filter_words, read_filter
from spanglass_viewer.cli.snippets import list_texts
from spanglass_viewer.cli.span_line import write_span_line
from spanglass_viewer.cli.stores import name_store, open_existing_store
from spanglass_viewer.cli.terminal import standard_output
from spanglass_viewer.cli.trace_fields import span_fields

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    add_filter_words(parser, are_needed=True)
    parser.add_argument("--limit", type=count_argument, default=50, metavar="N", help="how many (default: 50)")


def _run(options: Namespace) -> int:
    wanted = read_filter(options.filter)
    terminal = standard_output()
    texts = list_texts(wanted)
    store_id = name_store(options, terminal)
    found = 0
    with open_existing_store(options) as store:
        for span in store.search_spans(wanted, options.limit):
            found += 1
            if options.as_json:
                terminal.write_json_line(span_fields(span))
            else:
                write_span_line(terminal, span, texts, store_id)
    if not found and not options.as_json:
        terminal.write_line("No spans.")
    return ExitCode.OK


COMMAND = Command(
    name="search",
    help="find spans, newest first, as they are found",
    configure=_configure,
    run=_run,
    examples=(
        """spanglass search '"no space left"'""",
        "spanglass search 'type:llm dur>2s -error since:1d'",
        "spanglass search -error name:checkout",
        "spanglass search 'score.quality<0.5 or meta.user_id=123' --json | jq -r .span_id",
    ),
    tidies=True,
)
