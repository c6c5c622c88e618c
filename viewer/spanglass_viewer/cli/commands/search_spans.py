"""`spanglass search`: the newest spans that a filter lets through, as they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument, count_argument
from spanglass_viewer.cli.error_text import headline
from spanglass_viewer.cli.filters import FILTER_HELP, read_filter
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import Terminal, pad, pad_left, plain_line, standard_output
from spanglass_viewer.cli.trace_fields import duration_secs, span_fields
from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from spanglass_store.database.records import SpanRecord

_ID_CHARS = 12
_NAME_WIDTH = 32
_DURATION_WIDTH = 9
_PREVIEW_CHARS = 80


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    parser.add_argument("filter", nargs="+", metavar="FILTER", help=FILTER_HELP)
    parser.add_argument("--limit", type=count_argument, default=50, metavar="N", help="how many (default: 50)")


def _run(options: Namespace) -> int:
    wanted = read_filter(" ".join(options.filter))
    terminal = standard_output()
    found = 0
    with open_existing_store(options) as store:
        for span in store.search_spans(wanted, options.limit):
            found += 1
            if options.as_json:
                terminal.write_json_line(span_fields(span))
            else:
                _write_line(terminal, span)
    if not found and not options.as_json:
        terminal.write_line("No spans.")
    return ExitCode.OK


def _write_line(terminal: Terminal, span: SpanRecord) -> None:
    value = span.input if span.input is not None else span.output
    note = headline(span) if span.is_error else (value or "")[: 4 * _PREVIEW_CHARS]
    cells = [
        span.root_span_id[:_ID_CHARS],
        pad(plain_line(span.name, _NAME_WIDTH), _NAME_WIDTH),
        terminal.paint(format_absolute(span.start_us or span.created_us), "dim"),
        pad_left(format_duration(duration_secs(span)), _DURATION_WIDTH),
        terminal.paint(plain_line(note, _PREVIEW_CHARS), "red" if span.is_error else "dim"),
    ]
    terminal.write_line("  ".join(cells).rstrip())


COMMAND = Command(
    name="search",
    help="find spans, newest first, as they are found",
    configure=_configure,
    run=_run,
    examples=(
        'spanglass search "no space left"',
        "spanglass search 'type:llm dur>2s -error since:1d'",
        "spanglass search -- -error name:checkout",
        "spanglass search 'score.quality<0.5 or meta.user_id=123' --json | jq -r .span_id",
    ),
)
