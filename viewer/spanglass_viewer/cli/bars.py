"""Spans as bars on the time axis of their trace, in the characters of a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_store.database.records import SpanRecord

_EIGHTHS = "▏▎▍▌▋▊▉█"
_STILL_RUNNING = "░"
_ASCII, _ASCII_STILL_RUNNING = "#", "."


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The time from the first start to the last end of a trace's spans, in µs since the epoch, `cells` wide."""

    first_us: int
    last_us: int
    cells: int

    @classmethod
    def over(cls, spans: Sequence[SpanRecord], cells: int) -> TimeAxis:
        """Return the axis of these spans."""
        starts = [_start_us(span) for span in spans]
        return cls(min(starts), max([*starts, *(span.end_us or 0 for span in spans)]), cells)

    def bar(self, span: SpanRecord, *, draws_lines: bool = True) -> str:
        """Return a span's bar, with the room before it: at least one character, at most `cells` in all.

        What has not ended is drawn to the end of the axis, in another pattern.
        """
        per_us = self.cells / max(1, self.last_us - self.first_us)
        begin = (_start_us(span) - self.first_us) * per_us
        end = self.cells if span.end_us is None else (span.end_us - self.first_us) * per_us
        first = min(int(begin), self.cells - 1)
        eighths = max(1, round((min(end, self.cells) - first) * 8))
        whole, rest = divmod(eighths, 8)
        full, still_running = ("█", _STILL_RUNNING) if draws_lines else (_ASCII, _ASCII_STILL_RUNNING)
        if span.end_us is None:
            return " " * first + still_running * (self.cells - first)
        if not draws_lines:
            return " " * first + full * max(1, round(eighths / 8))
        return " " * first + full * whole + (_EIGHTHS[rest - 1] if rest else "")


def _start_us(span: SpanRecord) -> int:
    return span.created_us if span.start_us is None else span.start_us
