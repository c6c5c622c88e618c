"""`spanglass list`: the newest traces."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from spanglass_store.links.addresses import SpanAddress
from spanglass_viewer.cli.columns import GAP, lay_out_columns
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument, count_argument
from spanglass_viewer.cli.filters import add_filter_words, read_filter
from spanglass_viewer.cli.stores import name_store, open_existing_store
from spanglass_viewer.cli.terminal import Terminal, plain_line, plain_name, standard_output
from spanglass_viewer.cli.trace_fields import trace_fields
from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_relative
from spanglass_viewer.format.quantities import format_compact, format_cost, format_count, format_many

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from spanglass_store.database.records import TraceSummary

_ID_CHARS, _NARROW_ID_CHARS = 12, 8
_NAME_CHARS = 48
_HEADER = ("trace", "name", "started", "duration", "spans", "tokens", "cost")
_NUMBER_COLUMNS = range(3, 7)
_FIT_ALL, _FIT_WITHOUT_COST = 96, 88  # columns of a terminal; a narrower one shows neither tokens nor cost


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    parser.add_argument("--limit", type=count_argument, default=20, metavar="N", help="how many (default: 20)")
    add_filter_words(parser)


def _run(options: Namespace) -> int:
    wanted = read_filter(options.filter)
    with open_existing_store(options) as store:
        traces = store.list_traces(wanted, options.limit)
    terminal = standard_output()
    if options.as_json:
        terminal.write_json([trace_fields(trace) for trace in traces])
    elif traces:
        _write_table(terminal, traces, name_store(options, terminal))
    else:
        terminal.write_line("No trace matches." if options.filter else "No traces yet.")
    return ExitCode.OK


def _write_table(terminal: Terminal, traces: Sequence[TraceSummary], store_id: str | None) -> None:
    now_us = time.time_ns() // 1000
    width = terminal.width
    columns = 7 if width is None or width >= _FIT_ALL else 6 if width >= _FIT_WITHOUT_COST else 5
    id_chars = _ID_CHARS if columns == len(_HEADER) else _NARROW_ID_CHARS
    rows = [_HEADER, *(_cells(trace, now_us, id_chars) for trace in traces)]
    marks_width = max(len(GAP) + len(_marks(trace)) for trace in traces)
    header, *lines = lay_out_columns(
        [row[:columns] for row in rows],
        _NUMBER_COLUMNS,
        None if width is None else width - marks_width,
        uncut=[0, 2],
    )
    terminal.write_line(terminal.paint(header, "dim"))
    for trace, line in zip(traces, lines, strict=True):
        style = "red" if trace.error_count else "yellow" if trace.is_interrupted else "green"
        cell, gap, rest = line.partition(GAP)
        linked = terminal.link_span(cell, SpanAddress(trace.root_span_id, None, store_id))
        terminal.write_line(f"{linked}{gap}{rest}  {terminal.paint(_marks(trace), style)}".rstrip())


def _cells(trace: TraceSummary, now_us: int, id_chars: int) -> tuple[str, ...]:
    return (
        plain_line(trace.root_span_id)[:id_chars],
        plain_name(trace.name, _NAME_CHARS),
        format_relative(trace.start_us, now_us),
        format_duration(trace.duration_secs),
        format_count(trace.span_count),
        format_compact(trace.tokens),
        format_cost(trace.cost),
    )


def _marks(trace: TraceSummary) -> str:
    marks = [format_many(trace.own_error_count, "error")] if trace.error_count else []
    if trace.is_interrupted:
        marks.append("interrupted")
    elif trace.is_running:
        marks.append("running")
    return ", ".join(marks)


COMMAND = Command(
    name="list",
    help="list the newest traces",
    configure=_configure,
    run=_run,
    examples=(
        "spanglass list",
        "spanglass list error --limit 5",
        "spanglass list 'type:llm tokens>5k -error since:1d'",
        "spanglass list --json | jq '.[0].root_span_id'",
    ),
    tidies=True,
)
