"""`spanglass show`: one trace as a tree in the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.cli.command import Command, ExitCode, NotFound, add_json_argument
from spanglass_viewer.cli.error_text import error_text, headline, is_bubbled
from spanglass_viewer.cli.span_tree import TreeRow, lay_out_tree
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import (
    Terminal,
    display_width,
    pad,
    pad_left,
    plain_block,
    plain_line,
    standard_output,
)
from spanglass_viewer.cli.trace_fields import duration_secs, is_running, tree_row_fields
from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute
from spanglass_viewer.format.quantities import format_count, format_many

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping, Sequence

    from spanglass_store.database.reader import Store
    from spanglass_store.database.records import SpanRecord

_MAX_TREE_WIDTH = 64
_MAX_NAME_CHARS = 60
_MAX_NOTE_CHARS = 90
_GUIDES = {"rail": "│  ", "gap": "   ", "branch": "├─ ", "last": "└─ "}
_ASCII_GUIDES = {"rail": "|  ", "gap": "   ", "branch": "|- ", "last": "`- "}


@dataclass(frozen=True, slots=True)
class _Line:
    row: TreeRow
    tree: str
    kind: str
    duration: str
    tokens: str


def _configure(parser: ArgumentParser) -> None:
    add_json_argument(parser)
    parser.add_argument("trace", metavar="TRACE", help='an id of the trace or of one of its spans, or "latest"')


def _run(options: Namespace) -> int:
    with open_existing_store(options) as store:
        spans = store.get_trace(resolve_trace(store, options.trace))
    rows = lay_out_tree(spans)
    if options.as_json:
        standard_output().write_json([tree_row_fields(row) for row in rows if not row.is_ghost])
    else:
        write_trace(standard_output(), rows)
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


def write_trace(terminal: Terminal, rows: Sequence[TreeRow]) -> None:
    """Write a trace: a line about it, its tree, and its first error with the frames."""
    children = _children_by_parent(rows)
    lines = [_make_line(row, _GUIDES if terminal.draws_lines else _ASCII_GUIDES) for row in rows]
    widths = {
        "tree": min(_MAX_TREE_WIDTH, max(display_width(line.tree) for line in lines)),
        "kind": max(display_width(line.kind) for line in lines),
        "duration": max(display_width(line.duration) for line in lines),
        "tokens": max(display_width(line.tokens) for line in lines),
    }
    own_errors = _list_own_errors(rows, children)
    own_error_ids = {span.id for span in own_errors}
    _write_header(terminal, rows, len(own_errors))
    for line in lines:
        _write_line(terminal, line, widths, is_own_error=not line.row.is_ghost and line.row.span.id in own_error_ids)
    if own_errors:
        _write_error(terminal, own_errors[0])


def _list_own_errors(rows: Sequence[TreeRow], children: Mapping[str, Sequence[SpanRecord]]) -> list[SpanRecord]:
    """Return the spans where an error began, in the order of the tree."""
    spans = (row.span for row in rows if row.span.is_error and not row.is_ghost)
    return [span for span in spans if not is_bubbled(span, children.get(span.span_id, ()))]


def _write_header(terminal: Terminal, rows: Sequence[TreeRow], errors: int) -> None:
    spans = [row.span for row in rows if not row.is_ghost]
    parts = [f"trace {plain_line(spans[0].root_span_id)}", format_many(len(spans), "span")]
    if spans[0].start_us is not None:
        parts.insert(1, format_absolute(spans[0].start_us))
    if errors:
        parts.append(terminal.paint(format_many(errors, "error"), "red"))
    terminal.write_line(terminal.paint(" · ", "dim").join(parts))


def _make_line(row: TreeRow, guides: Mapping[str, str]) -> _Line:
    span = row.span
    name = plain_line(span.name, _MAX_NAME_CHARS)
    above = "".join(guides["rail" if follows else "gap"] for follows in row.has_next[:-1])
    own = guides["branch" if row.has_next[-1] else "last"] if row.has_next else ""
    kind = " ".join(plain_line(part, 30) for part in (span.type, span.model) if part)
    if row.is_ghost:
        return _Line(row, above + own + f"({name})", "", "", "")
    tokens = f"{format_count(span.tokens)} tok" if span.tokens else ""
    duration = duration_secs(span)
    return _Line(row, above + own + name, kind, "" if duration is None else format_duration(duration), tokens)


def _write_line(terminal: Terminal, line: _Line, widths: Mapping[str, int], *, is_own_error: bool) -> None:
    name_style = ("dim",) if line.row.is_ghost else ("red",) if is_own_error else ()
    cells = [
        terminal.paint(pad(line.tree, widths["tree"]), *name_style),
        terminal.paint(pad(line.kind, widths["kind"]), "dim"),
        pad_left(line.duration, widths["duration"]),
        terminal.paint(pad_left(line.tokens, widths["tokens"]), "dim"),
    ]
    notes = _notes(terminal, line.row, is_own_error=is_own_error)
    terminal.write_line(("  ".join(cells) + ("  " + "  ".join(notes) if notes else "")).rstrip())


def _notes(terminal: Terminal, row: TreeRow, *, is_own_error: bool) -> list[str]:
    span = row.span
    if row.is_ghost:
        return [terminal.paint("stands under its first parent", "dim")]
    notes: list[str] = []
    if is_own_error:
        notes.append(terminal.paint("✗ " + plain_line(headline(span), _MAX_NOTE_CHARS), "red"))
    elif span.is_error:
        notes.append(terminal.paint("○ " + plain_line(headline(span), _MAX_NOTE_CHARS), "dim"))
    if span.is_interrupted:
        notes.append(terminal.paint("■ interrupted: its process ended before it did", "yellow"))
    elif is_running(span):
        notes.append(terminal.paint("● running", "green"))
    if row.also_under:
        notes.append(terminal.paint("also under " + ", ".join(plain_line(name, 40) for name in row.also_under), "dim"))
    if row.is_orphan:
        notes.append(terminal.paint("its parent is missing", "yellow"))
    return notes


def _write_error(terminal: Terminal, span: SpanRecord) -> None:
    terminal.write_line()
    terminal.write_line(f"First error, in {plain_line(span.name)}")
    for text_line in plain_block(error_text(span)).rstrip().splitlines():
        is_frame = text_line.startswith((" ", "Traceback"))
        terminal.write_line("  " + terminal.paint(text_line, "dim" if is_frame else "red"))


def _children_by_parent(rows: Sequence[TreeRow]) -> dict[str, list[SpanRecord]]:
    children: dict[str, list[SpanRecord]] = {}
    for row in rows:
        if not row.is_ghost:
            for parent in row.span.span_parents:
                children.setdefault(parent, []).append(row.span)
    return children


COMMAND = Command(
    name="show",
    help="show one trace as a tree",
    configure=_configure,
    run=_run,
    examples=("spanglass show latest", "spanglass show 8b608964", "spanglass show latest --json"),
)
