"""A trace as a tree for a terminal: names, durations, bars on one time axis, marks, and its first error with frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spanglass_store.links.addresses import SpanAddress
from spanglass_viewer.cli.bars import TimeAxis
from spanglass_viewer.cli.error_text import error_text, headline, is_bubbled
from spanglass_viewer.cli.terminal import (
    Terminal,
    clip,
    display_width,
    pad,
    pad_left,
    plain_block,
    plain_line,
    plain_name,
)
from spanglass_viewer.cli.trace_fields import duration_secs, is_running
from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute, format_brief
from spanglass_viewer.format.quantities import format_compact, format_cost, format_many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spanglass_store.database.records import SpanRecord, TraceSummary
    from spanglass_viewer.cli.span_tree import TreeRow

_MAX_TREE_WIDTH = 64
_MAX_NAME_CHARS = 60
_MAX_NOTE_CHARS = 90
_LEAST_BAR, _USUAL_BAR, _LARGEST_BAR = 8, 24, 40
_LEAST_TREE = 16
_WIDE = 120  # columns of a terminal
_ID_CHARS = 8  # in a narrower one
_GAP = "  "
_BETWEEN = " · "
_GUIDES = {"rail": "│  ", "gap": "   ", "branch": "├─ ", "last": "└─ "}
_ASCII_GUIDES = {"rail": "|  ", "gap": "   ", "branch": "|- ", "last": "`- "}


@dataclass(frozen=True, slots=True)
class _Line:
    row: TreeRow
    tree: str
    name_at: int  # where in `tree` the name begins
    address: SpanAddress
    below: str  # what stands before a note that has a line of its own
    kind: str
    short_kind: str
    duration: str
    tokens: str


@dataclass(frozen=True, slots=True)
class _Widths:
    """How many columns each part of a line has; 0 leaves it out."""

    tree: int
    kind: int
    duration: int
    tokens: int
    bar: int

    @property
    def line(self) -> int:
        parts = (self.tree, self.kind, self.duration, self.tokens, self.bar)
        return sum(parts) + len(_GAP) * (sum(part > 0 for part in parts) - 1)


def write_trace(
    terminal: Terminal, rows: Sequence[TreeRow], summary: TraceSummary | None = None, store_id: str | None = None
) -> None:
    """Write a trace: a line about it, its tree, and its first error with the frames. Names link to their spans.

    `summary` is what the list of traces says of it: its tokens and its cost stand in the first line, too.
    """
    children = _children_by_parent(rows)
    lines = _make_lines(rows, _GUIDES if terminal.draws_lines else _ASCII_GUIDES, store_id)
    widths = _fit(lines, terminal.width)
    axis = TimeAxis.over([row.span for row in rows], widths.bar)
    own_errors = _list_own_errors(rows, children)
    own_error_ids = {span.id for span in own_errors}
    said = {_error_note(span, is_own_error=False) for span in own_errors}
    _write_header(terminal, rows, summary, len(own_errors))
    for line in lines:
        is_own_error = not line.row.is_ghost and line.row.span.id in own_error_ids
        notes = _notes(line.row, is_own_error=is_own_error)
        if not _write_line(terminal, line, widths, axis, notes, is_own_error=is_own_error):
            _write_below(terminal, line, [note for note in notes if note not in said])
    if own_errors:
        _write_error(terminal, own_errors[0])


def _list_own_errors(rows: Sequence[TreeRow], children: Mapping[str, Sequence[SpanRecord]]) -> list[SpanRecord]:
    """Return the spans where an error began, in the order of the tree."""
    spans = (row.span for row in rows if row.span.is_error and not row.is_ghost)
    return [span for span in spans if not is_bubbled(span, children.get(span.span_id, ()))]


def _write_header(terminal: Terminal, rows: Sequence[TreeRow], summary: TraceSummary | None, errors: int) -> None:
    spans = [row.span for row in rows if not row.is_ghost]
    root_span_id, width = plain_line(spans[0].root_span_id), terminal.width or _WIDE
    parts = [f"trace {root_span_id if width >= _WIDE else root_span_id[:_ID_CHARS]}", format_many(len(spans), "span")]
    if spans[0].start_us is not None:
        parts.insert(1, (format_absolute if width >= _WIDE else format_brief)(spans[0].start_us))
    last = [format_many(errors, "error")] if errors else []
    amounts = [f"{format_compact(summary.tokens)} tokens"] if summary is not None and summary.tokens else []
    amounts += [format_cost(summary.cost)] if summary is not None and summary.cost else []
    while amounts and len(_BETWEEN.join([*parts, *amounts, *last])) > width:
        amounts.pop()
    parts += [*amounts, *(terminal.paint(text, "red") for text in last)]
    terminal.write_line(terminal.paint(_BETWEEN, "dim").join(parts))


def _make_lines(rows: Sequence[TreeRow], guides: Mapping[str, str], store_id: str | None) -> list[_Line]:
    following = [*rows[1:], None]
    return [
        _make_line(row, guides, store_id, has_children=after is not None and after.depth > row.depth)
        for row, after in zip(rows, following, strict=True)
    ]


def _make_line(row: TreeRow, guides: Mapping[str, str], store_id: str | None, *, has_children: bool) -> _Line:
    span = row.span
    name = plain_name(span.name, _MAX_NAME_CHARS)
    above = "".join(guides["rail" if follows else "gap"] for follows in row.has_next[:-1])
    own = guides["branch" if row.has_next[-1] else "last"] if row.has_next else ""
    below = above + (guides["rail" if row.has_next[-1] else "gap"] if row.has_next else "")
    below += guides["rail" if has_children else "gap"]
    address = SpanAddress(span.root_span_id, span.span_id, store_id)
    if row.is_ghost:
        shown = f"({name})" if span.name else name
        return _Line(row, above + own + shown, len(above + own), address, below, "", "", "", "")
    kind = " ".join(plain_line(part, 30) for part in (span.type, span.model) if part)
    tokens = f"{format_compact(span.tokens)} tok" if span.tokens else ""
    duration = duration_secs(span)
    return _Line(
        row=row,
        tree=above + own + name,
        name_at=len(above + own),
        address=address,
        below=below,
        kind=kind,
        short_kind=plain_line(span.type or "", 30),
        duration="" if duration is None else format_duration(duration),
        tokens=tokens,
    )


def _fit(lines: Sequence[_Line], width: int | None) -> _Widths:
    """Return the widths of the parts; in a narrow terminal the models, the tokens, the types go, then names are cut."""
    tree = min(_MAX_TREE_WIDTH, max(display_width(line.tree) for line in lines))
    kind, short_kind, duration, tokens = (
        max(display_width(text) for text in column)
        for column in zip(*((line.kind, line.short_kind, line.duration, line.tokens) for line in lines), strict=True)
    )
    if width is None:
        return _Widths(tree, kind, duration, tokens, _USUAL_BAR)
    least = _Widths(tree, kind, duration, tokens, _LEAST_BAR)
    narrower = (
        least,
        replace(least, kind=short_kind),
        replace(least, kind=short_kind, tokens=0),
        replace(least, kind=0, tokens=0),
    )
    for widths in narrower:
        if widths.line <= width:
            return replace(widths, bar=min(_LARGEST_BAR, _LEAST_BAR + width - widths.line))
    return replace(narrower[-1], tree=max(_LEAST_TREE, tree - (narrower[-1].line - width)))


def _write_line(
    terminal: Terminal,
    line: _Line,
    widths: _Widths,
    axis: TimeAxis,
    notes: Sequence[tuple[str, str]],
    *,
    is_own_error: bool,
) -> bool:
    """Write a span's line; return whether its notes had room there."""
    span, is_ghost = line.row.span, line.row.is_ghost
    bar = "" if is_ghost else axis.bar(span, draws_lines=terminal.draws_lines)
    bar_style = "red" if is_own_error else "green" if is_running(span) else "blue"
    cells = [terminal.paint(_link_name(terminal, line, widths.tree), *_name_styles(line.row, is_own_error))]
    if widths.kind:
        kind = line.kind if display_width(line.kind) <= widths.kind else line.short_kind
        cells.append(terminal.paint(pad(kind, widths.kind), "dim"))
    cells.append(pad_left(line.duration, widths.duration))
    if widths.tokens:
        cells.append(terminal.paint(pad_left(line.tokens, widths.tokens), "dim"))
    cells.append(terminal.paint(bar, bar_style) + " " * (widths.bar - len(bar)))
    needed = widths.line + sum(len(_GAP) + display_width(note) for note, _ in notes)
    has_room = terminal.width is None or needed <= terminal.width
    if has_room:
        cells += [terminal.paint(note, style) for note, style in notes]
    terminal.write_line(_GAP.join(cells).rstrip())
    return has_room


def _link_name(terminal: Terminal, line: _Line, width: int) -> str:
    """Return the tree's part of a line, as wide as it is to be, with a link behind the name alone."""
    shown = clip(line.tree, width)
    name = terminal.link_span(shown[line.name_at :], line.address)
    return shown[: line.name_at] + name + pad(shown, width)[len(shown) :]


def _write_below(terminal: Terminal, line: _Line, notes: Sequence[tuple[str, str]]) -> None:
    """Write each note on a line of its own, below its span."""
    room = max(_LEAST_TREE, (terminal.width or 0) - display_width(line.below))
    for note, style in notes:
        terminal.write_line(line.below + terminal.paint(clip(note, room), style))


def _name_styles(row: TreeRow, is_own_error: bool) -> tuple[str, ...]:
    return ("dim",) if row.is_ghost else ("red",) if is_own_error else ()


def _notes(row: TreeRow, *, is_own_error: bool) -> list[tuple[str, str]]:
    """Return what needs words, each with its style."""
    span = row.span
    if row.is_ghost:
        return [("stands under its first parent", "dim")]
    notes: list[tuple[str, str]] = []
    if span.is_error:
        notes.append(_error_note(span, is_own_error=is_own_error))
    if span.is_interrupted:
        notes.append(("■ interrupted: its process ended before it did", "yellow"))
    elif is_running(span):
        notes.append(("● running", "green"))
    if row.also_under:
        notes.append(("also under " + ", ".join(plain_name(name, 40) for name in row.also_under), "dim"))
    if row.is_orphan:
        notes.append(("its parent is missing", "yellow"))
    if row.is_cut:
        notes.append(("part of a cycle: it names a span below it, or itself, as its parent", "yellow"))
    return notes


def _error_note(span: SpanRecord, *, is_own_error: bool) -> tuple[str, str]:
    sign, style = ("✗", "red") if is_own_error else ("○", "dim")
    return f"{sign} {plain_line(headline(span), _MAX_NOTE_CHARS)}", style


def _write_error(terminal: Terminal, span: SpanRecord) -> None:
    terminal.write_line()
    terminal.write_line(f"First error, in {plain_name(span.name, _MAX_NAME_CHARS)}")
    for text_line in plain_block(error_text(span)).rstrip().splitlines():
        is_frame = text_line.startswith((" ", "Traceback"))
        terminal.write_line(_GAP + terminal.paint(text_line, "dim" if is_frame else "red"))


def _children_by_parent(rows: Sequence[TreeRow]) -> dict[str, list[SpanRecord]]:
    children: dict[str, list[SpanRecord]] = {}
    for row in rows:
        if not row.is_ghost:
            for place, parent in enumerate(row.span.span_parents):
                if parent != row.span.span_id and not (row.is_cut and place == 0):
                    children.setdefault(parent, []).append(row.span)
    return children
