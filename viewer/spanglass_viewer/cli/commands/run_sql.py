"""`spanglass sql`: a query over the tables, which cannot change them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from spanglass_viewer.cli.columns import lay_out_columns
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import Terminal, complain, plain_line, standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

_MAX_CELL_CHARS = 60


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    parser.add_argument("query", metavar="QUERY", help='one SELECT; "-" reads it from standard input')


def _run(options: Namespace) -> int:
    from spanglass_store.database.connection import QueryFailed  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load

    query = sys.stdin.read() if options.query == "-" else options.query
    with open_existing_store(options) as store:
        try:
            found = store.sql(query)
        except QueryFailed as reason:
            complain(str(reason))
            return ExitCode.USAGE
    terminal = standard_output()
    if options.as_json:
        terminal.write_json([dict(zip(found.columns, row, strict=True)) for row in found.rows])
    else:
        _write_table(terminal, found.columns, found.rows)
    return ExitCode.OK


def _write_table(terminal: Terminal, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    cells = [["" if value is None else plain_line(str(value), _MAX_CELL_CHARS) for value in row] for row in rows]
    header, *lines = lay_out_columns([[plain_line(name, _MAX_CELL_CHARS) for name in names], *cells])
    terminal.write_line(terminal.paint(header.rstrip(), "dim"))
    for line in lines:
        terminal.write_line(line.rstrip())


COMMAND = Command(
    name="sql",
    help="query the tables: v_traces, v_errors, v_llm_calls, spans, attachments",
    configure=_configure,
    run=_run,
    examples=(
        'spanglass sql "from v_errors limit 5"',
        'spanglass sql "select name, count(*) from spans group by all" --json',
    ),
)
