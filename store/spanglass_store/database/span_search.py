"""Walks the spans from the newest on and yields those that an expression lets through, a window at a time.

A text that stands in one of the last spans is found at once, in a store of any size; whoever has enough stops
asking, or interrupts the cursor.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.filter_sql import Condition
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_store.database.connection import Cursor
    from spanglass_store.search.expression import Expression

_LAST_US = (datetime.max - EPOCH) // timedelta(microseconds=1)  # noqa: DTZ901 - DuckDB's TIMESTAMP has no zone
_FIRST_WINDOW_SPANS = 2000
_LARGEST_WINDOW_SPANS = 128_000
_WINDOW_GROWTH = 4
_PAGE_SPANS = 500  # of whole spans in memory
_ID, _CREATED_US = 0, 9  # their places in a row of `span_columns`

SpanPosition = tuple[int, str]  # `created` in µs since the epoch, row id


def iter_matching_rows(
    cursor: Cursor, expression: Expression, *, before: SpanPosition | None, now_us: int
) -> Iterator[tuple[Any, ...]]:
    """Yield rows of `span_columns`, newest `created` first, those that come after the position `before`."""
    condition = Condition(expression, of_traces=False, now_us=now_us)
    text = query("span_columns") + query("where_matches").format(predicate=condition.sql)
    # what ended lately may have begun long ago: one window, of which the bound on the end leaves little to read
    starts = (
        [condition.not_before] if condition.ended_since else _iter_window_starts(cursor, before, condition.not_before)
    )
    for window, since in enumerate(starts):
        if window:  # each is larger than the one before
            cursor.use_many_threads()
        is_more = True
        while is_more:
            page = {
                "since": since,
                "before_ts": None if before is None else EPOCH + timedelta(microseconds=before[0]),
                "before_id": None if before is None else before[1],
                "ended_since": condition.ended_since,
                "limit": _PAGE_SPANS,
            }
            rows = cursor.rows(text, {**condition.parameters, **page})
            yield from rows
            is_more = len(rows) == _PAGE_SPANS
            if is_more:
                before = (rows[-1][_CREATED_US], rows[-1][_ID])
        before = ((since - EPOCH) // timedelta(microseconds=1), "")


def _iter_window_starts(cursor: Cursor, before: SpanPosition | None, not_before: datetime) -> Iterator[datetime]:
    """Yield the lower ends of windows that grow, from the newest on; the last one is `not_before`."""
    window = _FIRST_WINDOW_SPANS
    # a position within one moment: the rest of that moment is part of the first window
    until = None if before is None or before[0] >= _LAST_US else EPOCH + timedelta(microseconds=before[0] + 1)
    bounds = {"until": until, "not_before": not_before, "window": window}
    [(first, count)] = cursor.rows(query("newest_created"), bounds)
    if count == window:
        yield first
        reached = 0
        for minute, spans in cursor.rows(query("list_created_minutes"), {"until": first, "not_before": not_before}):
            reached += spans
            if reached >= window * _WINDOW_GROWTH and minute > not_before:
                yield minute
                window = min(window * _WINDOW_GROWTH, _LARGEST_WINDOW_SPANS // _WINDOW_GROWTH)
                reached = 0
    yield not_before
