"""`spanglass sql`: a query over the tables, which cannot change them."""

from __future__ import annotations

import csv
import io
import sys
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any

from spanglass_viewer.cli.columns import lay_out_columns
from spanglass_viewer.cli.command import Command, ExitCode
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import Terminal, complain, plain_block, plain_line, standard_output
from spanglass_viewer.cli.trace_fields import as_logged

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from spanglass_store.database.records import QueryResult

_MAX_CELL_CHARS = 60
_LEAST_COLUMN_WIDTH = 12
_NUMBERS = (int, float, Decimal, NoneType)


def _configure(parser: ArgumentParser) -> None:
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", dest="as_json", help="print JSON instead of a table")
    shape.add_argument("--csv", action="store_true", dest="as_csv", help="print CSV instead of a table")
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
        terminal.write_json([_fields(found, row) for row in found.rows])
    elif options.as_csv:
        _write_csv(terminal, found.columns, found.rows)
    else:
        _write_table(terminal, found.columns, found.rows)
    return ExitCode.OK


def _fields(found: QueryResult, row: Sequence[Any]) -> dict[str, Any]:
    """Return a row as JSON has it: what is JSON in the tables is no text there, but a part of it."""
    cells = (as_logged(cell) if place in found.json_columns else cell for place, cell in enumerate(row))
    return dict(zip(found.columns, cells, strict=True))


def _write_csv(terminal: Terminal, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write all values whole, with a NULL as nothing; a terminal gets what it could obey made visible."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    text = table.getvalue()
    for line in (text if terminal.width is None else plain_block(text)).split("\n")[:-1]:
        terminal.write_line(line)


def _write_table(terminal: Terminal, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    cells = [["" if value is None else plain_line(str(value), _MAX_CELL_CHARS) for value in row] for row in rows]
    heads = [plain_line(name, _MAX_CELL_CHARS) for name in names]
    if terminal.width is not None and not rows:
        terminal.write_line("No rows.")
        return
    if terminal.width is not None and terminal.width < len(heads) * _LEAST_COLUMN_WIDTH:
        _write_records(terminal, heads, cells)
        return
    numbers = {at for at in range(len(heads)) if rows and all(isinstance(row[at], _NUMBERS) for row in rows)}
    header, *lines = lay_out_columns([heads, *cells], numbers, terminal.width)
    terminal.write_line(terminal.paint(header.rstrip(), "dim"))
    for line in lines:
        terminal.write_line(line.rstrip())


def _write_records(terminal: Terminal, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a value a line, where there are more columns than a line has room for."""
    for number, row in enumerate(rows):
        if number:
            terminal.write_line()
        for line in lay_out_columns(list(zip(heads, row, strict=True)), width=terminal.width):
            terminal.write_line(line.rstrip())


COMMAND = Command(
    name="sql",
    help="query the tables: v_traces, v_errors, v_llm_calls, spans, attachments",
    configure=_configure,
    run=_run,
    examples=(
        'spanglass sql "from v_errors limit 5"',
        'spanglass sql "select name, count(*) from spans group by all" --json',
        'spanglass sql "from v_traces" --csv > traces.csv',
        "spanglass sql - < report.sql",
    ),
)
