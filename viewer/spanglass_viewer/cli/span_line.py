"""One span as one line of the terminal, as `search` and `tail` print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.links.addresses import SpanAddress
from spanglass_viewer.cli.error_text import headline
from spanglass_viewer.cli.snippets import find_snippet
from spanglass_viewer.cli.terminal import Terminal, clip, display_width, pad, pad_left, plain_line, plain_name
from spanglass_viewer.cli.trace_fields import duration_secs
from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute, format_brief

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_store.database.records import SpanRecord

_ID_CHARS = 12
_NAME_WIDTH, _NARROW_NAME_WIDTH = 32, 20
_NARROW = 120  # columns of a terminal
_DURATION_WIDTH = 9
_PREVIEW_CHARS = 80
_GAP = "  "


def write_span_line(
    terminal: Terminal, span: SpanRecord, texts: Sequence[str] = (), store_id: str | None = None
) -> None:
    """Write where a span belongs, when and how long it ran, and what it is about.

    That is where one of `texts` stands in it, or else its error, or else what it was given.

    In a terminal the line fits, and its id is a link to the span; a pipe gets the moment to the millisecond.
    """
    note = plain_line(find_snippet(span, texts) or _summary(span), _PREVIEW_CHARS)
    moment_us = span.start_us or span.created_us
    name_width = _NAME_WIDTH if terminal.width is None or terminal.width >= _NARROW else _NARROW_NAME_WIDTH
    moment = format_absolute(moment_us) if terminal.width is None else format_brief(moment_us)
    duration = pad_left(format_duration(duration_secs(span)), _DURATION_WIDTH)
    if terminal.width is not None:
        taken = _ID_CHARS + name_width + len(moment) + display_width(duration) + 4 * len(_GAP)
        note = clip(note, terminal.width - taken)
    address = SpanAddress(span.root_span_id, span.span_id, store_id)
    cells = [
        terminal.link_span(pad(plain_line(span.root_span_id)[:_ID_CHARS], _ID_CHARS), address),
        pad(clip(plain_name(span.name, _NAME_WIDTH), name_width), name_width),
        terminal.paint(moment, "dim"),
        duration,
        terminal.paint(note, "red" if span.is_error else "dim"),
    ]
    terminal.write_line(_GAP.join(cells).rstrip())


def _summary(span: SpanRecord) -> str:
    if span.is_error:
        return headline(span)
    value = span.input if span.input is not None else span.output
    return (value or "")[: 4 * _PREVIEW_CHARS]
