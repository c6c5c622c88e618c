"""One span as one line of the terminal, as `search` and `tail` print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.error_text import headline
from spanglass_viewer.cli.terminal import Terminal, pad, pad_left, plain_line
from spanglass_viewer.cli.trace_fields import duration_secs
from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute

if TYPE_CHECKING:
    from spanglass_store.database.records import SpanRecord

_ID_CHARS = 12
_NAME_WIDTH = 32
_DURATION_WIDTH = 9
_PREVIEW_CHARS = 80


def write_span_line(terminal: Terminal, span: SpanRecord) -> None:
    """Write where a span belongs, when and how long it ran, and its error, or else what it was given."""
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
