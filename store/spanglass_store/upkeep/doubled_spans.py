"""Spans that stand in the tables more than once become one again, with what each of their rows says."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from spanglass_store.database.columns import STATE_COLUMNS, read_state, span_row
from spanglass_store.database.fold import fold
from spanglass_store.database.processes import LivingProcesses
from spanglass_store.database.rootless import RootlessTraces
from spanglass_store.database.rows import Row
from spanglass_store.database.statements import query, span_column_names
from spanglass_store.upkeep.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_store.database.connection import Cursor, Database
    from spanglass_store.database.fold import SpanState
    from spanglass_store.upkeep.findings import Check

_SPANS_AT_ONCE = 2000
_LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001 - DuckDB's TIMESTAMP has no zone
_READ_STATES = query("read_states").format(columns=", ".join(STATE_COLUMNS))

_ROOT_SPAN_ID = STATE_COLUMNS.index("root_span_id")
_ROOT_COLUMN, _IS_ROOT_COLUMN = map(span_column_names().index, ("root_span_id", "is_root"))

_Key = tuple[str, str]  # a row id and its container


def check_doubled(database: Database, cursor: Cursor) -> Iterator[Check]:
    """Yield that spans stand in the tables more than once."""
    doubled: list[_Key] = cursor.rows(query("list_doubled_spans"))
    if doubled:
        sentence = "1 span stands" if len(doubled) == 1 else f"{len(doubled):,} spans stand"
        finding = Finding("doubled-spans", f"{sentence} in the tables more than once.", database.path)
        yield finding, lambda: _join(database, doubled)


def _join(database: Database, doubled: list[_Key]) -> None:
    for first in range(0, len(doubled), _SPANS_AT_ONCE):
        with database.transaction() as cursor:
            _join_some(cursor, doubled[first : first + _SPANS_AT_ONCE])


def _join_some(cursor: Cursor, doubled: list[_Key]) -> None:
    keys = set(doubled)
    ids, containers = [row_id for row_id, _ in doubled], [container for _, container in doubled]
    states: dict[_Key, list[SpanState]] = defaultdict(list)
    traces_left: set[str] = set()
    for values in cursor.rows(_READ_STATES, {"since": _LONG_AGO, "ids": ids}):
        state = read_state(values)
        if (state.id, state.container) in keys:
            states[state.id, state.container].append(state)
            traces_left.add(values[_ROOT_SPAN_ID])
    living = LivingProcesses(cursor)
    joined = [_joined(group) for group in states.values()]
    rows = [span_row(state, is_orphaned=str(state.identity.get("process")) not in living) for state in joined]
    cursor.rows(query("delete_doubled_spans"), {"ids": ids, "containers": containers})
    cursor.append("spans", rows)
    written = {row[_ROOT_COLUMN]: row[_IS_ROOT_COLUMN] for row in rows}
    RootlessTraces(cursor).note(cursor, written, traces_left - written.keys())


def _joined(group: list[SpanState]) -> SpanState:
    """Return what one span of several rows is: one with a full row, to which the others are updates."""
    whole, *others = sorted(group, key=_lacks_full_row)
    for state in others:
        stamp = max(state.marks.written, state.full_stamp or 0)
        row = Row(state.id, stamp, state.container, is_merge=True, identity=state.identity, fields=state.fields)
        fold(whole, [row])
    return whole


def _lacks_full_row(state: SpanState) -> bool:
    return state.full_stamp is None
