"""`spanglass show`: one trace as a tree in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import Command, ExitCode, NotFound, add_json_argument
from spanglass_viewer.cli.completion import complete_trace, completes_with
from spanglass_viewer.cli.span_tree import lay_out_tree
from spanglass_viewer.cli.stores import name_store, open_existing_store
from spanglass_viewer.cli.terminal import plain_line, standard_output
from spanglass_viewer.cli.trace_fields import tree_row_fields
from spanglass_viewer.cli.trace_tree import write_trace

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from spanglass_store.database.reader import Store


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    trace = parser.add_argument("trace", metavar="TRACE", help='an id of the trace or of one of its spans, or "latest"')
    completes_with(trace, complete_trace)


def _run(options: Namespace) -> int:
    with open_existing_store(options) as store:
        root_span_id = resolve_trace(store, options.trace)
        spans, [summary] = store.get_trace(root_span_id), store.list_traces_of([root_span_id])
    rows = lay_out_tree(spans)
    if options.as_json:
        standard_output().write_json([tree_row_fields(row) for row in rows if not row.is_ghost])
    else:
        terminal = standard_output()
        write_trace(terminal, rows, summary, name_store(options, terminal))
    return ExitCode.OK


def resolve_trace(store: Store, text: str) -> str:
    """Return the root_span_id that `text` names: an id, the beginning of one, or "latest".

    Raises NotFound where it names nothing, or more than one trace.
    """
    if text == "latest":
        newest = store.list_traces(None, 1)
        if not newest:
            raise NotFound("There are no traces yet.")
        return newest[0].root_span_id
    try:
        return store.resolve_trace(text)
    except LookupError as absence:
        raise NotFound(
            f"No trace is named {plain_line(text)!r}; `spanglass list` shows those that are there."
        ) from absence


COMMAND = Command(
    name="show",
    help="show one trace as a tree",
    configure=_configure,
    run=_run,
    examples=("spanglass show latest", "spanglass show 8b608964", "spanglass show latest --json"),
    tidies=True,
)
