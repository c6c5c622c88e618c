"""Lists the spans that may head a trace, newest first, those that a filter lets through."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.filter_sql import LONG_AGO, SCAN_SINCE, Condition
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spanglass_store.database.connection import Cursor
    from spanglass_store.search.expression import Expression

Position = tuple[int, str]  # start in µs since the epoch, root_span_id

_NO_LIMIT = 2**62
_FIRST_WINDOW_TRACES = 1000
_WINDOW_GROWTH = 4  # each window reads the spans since its lower end: growing, all together read little twice
_CLOCK_SKEW = timedelta(minutes=5)  # how far a child's clock may be behind its root's


class Head(NamedTuple):
    """A row of `list_roots`."""

    id: str
    span_id: str
    root_span_id: str
    name: str
    type: str | None
    project_name: str | None
    start_us: int
    end_us: int | None
    duration_secs: float | None
    is_error: bool
    created: datetime


def list_heads(cursor: Cursor, wanted: Expression, limit: int, before: Position | None) -> list[Head]:
    """Return up to `limit` heads, newest first, that come after the position `before`; fewer only at the end.

    A filter that reads spans is asked of one window of traces after the other, the newest first.
    """
    condition = Condition(wanted, of_traces=True, now_us=time.time_ns() // 1000)
    kinds = ["heads_rooted"]
    if cursor.row(query("list_rootless")) is not None:  # seldom: a scan of its own for them
        kinds.append("heads_rootless")
    texts = [query("list_roots").format(heads=query(kind), predicate=condition.sql) for kind in kinds]
    if not condition.reads_spans:
        return _read_heads(cursor, texts, {**condition.parameters, **_page(before, None, limit)})
    found: list[Head] = []
    for window, (lower, upper, since) in enumerate(_iter_windows(cursor, before)):
        if window:  # each is larger than the one before
            cursor.use_many_threads()
        page = _page(upper, lower, limit - len(found))
        found += _read_heads(cursor, texts, {**condition.parameters, **page, SCAN_SINCE: since})
        if len(found) >= limit or (lower is not None and lower < condition.not_before):
            break
    return found


def list_heads_of(cursor: Cursor, roots: Sequence[str]) -> list[Head]:
    """Return the heads of these traces, newest first."""
    kinds = ["heads_rooted", "heads_rootless"]
    texts = [query("list_roots").format(heads=query(kind), predicate=query("among_roots")) for kind in kinds]
    return _read_heads(cursor, texts, {"ranked": list(roots), **_page(None, None, _NO_LIMIT)})


def _read_heads(cursor: Cursor, texts: list[str], parameters: dict[str, Any]) -> list[Head]:
    heads = [Head(*row) for text in texts for row in cursor.rows(text, parameters)]
    return sorted(heads, key=lambda head: (head.start_us, head.root_span_id), reverse=True)[: parameters["limit"]]


def _page(before: Position | None, not_before: datetime | None, limit: int) -> dict[str, Any]:
    return {
        "before_ts": None if before is None else EPOCH + timedelta(microseconds=before[0]),
        "before_id": None if before is None else before[1],
        "not_before": LONG_AGO if not_before is None else not_before,
        "limit": limit,
    }


def _iter_windows(
    cursor: Cursor, before: Position | None
) -> Iterator[tuple[datetime | None, Position | None, datetime]]:
    """Yield windows of heads from the newest on: their lower end, the position above, and what bounds their spans.

    The last one has no lower end, so that nothing is left out.
    """
    window = _FIRST_WINDOW_TRACES
    while True:
        page = _page(before, None, window)
        del page["not_before"]
        [(start, created, count)] = cursor.rows(query("newest_starts"), page)
        if count < window:
            yield None, before, LONG_AGO
            return
        yield start, before, max(min(start, created), LONG_AGO + _CLOCK_SKEW) - _CLOCK_SKEW
        before = ((start - EPOCH) // timedelta(microseconds=1), "")
        window *= _WINDOW_GROWTH
