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

_ID_CHARS, _NARROW_ID_CHARS = 12, 8
_NAME_WIDTH, _NARROW_NAME_WIDTH, _LEAST_NAME_WIDTH = 32, 20, 16
_NARROW, _VERY_NARROW = 120, 80  # columns of a terminal
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
    width = _NARROW if terminal.width is None else terminal.width
    id_chars, name_width = (_ID_CHARS, _NAME_WIDTH) if width >= _NARROW else (_NARROW_ID_CHARS, _NARROW_NAME_WIDTH)
    moment = format_absolute(moment_us) if terminal.width is None else format_brief(moment_us)
    if width < _VERY_NARROW:  # what a span is about tells more than when it was
        name_width, moment = _LEAST_NAME_WIDTH, ""
    duration = pad_left(format_duration(duration_secs(span)), _DURATION_WIDTH)
    address = SpanAddress(span.root_span_id, span.span_id, store_id)
    cells = [
        terminal.link_span(pad(plain_line(span.root_span_id)[:id_chars], id_chars), address),
        pad(clip(plain_name(span.name, _NAME_WIDTH), name_width), name_width),
        *([terminal.paint(moment, "dim")] if moment else []),
        duration,
    ]
    if terminal.width is not None:
        taken = id_chars + name_width + len(moment) + display_width(duration) + len(cells) * len(_GAP)
        note = clip(note, terminal.width - taken)
    cells.append(terminal.paint(note, "red" if span.is_error else "dim"))
    terminal.write_line(_GAP.join(cells).rstrip())


def _summary(span: SpanRecord) -> str:
    if span.is_error:
        return headline(span)
    value = span.input if span.input is not None else span.output
    return (value or "")[: 4 * _PREVIEW_CHARS]
