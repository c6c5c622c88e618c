"""One batch of journal lines → the tables, inside the caller's transaction."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from spanglass_store.database.columns import (
    EPOCH,
    STATE_COLUMNS,
    created_of,
    read_state,
    span_row,
    time_of,
)
from spanglass_store.database.fold import SpanState, fold
from spanglass_store.database.json_text import parsed, read_fields
from spanglass_store.database.rows import Row, read_row
from spanglass_store.database.side_lines import attachment_row, comment_row, newer_attachment
from spanglass_store.database.statements import query
from spanglass_store.journal.lines import BadLine, Line, LineKind, encode_line, kind_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from spanglass_store.database.connection import Cursor

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001 - DuckDB's TIMESTAMP has no zone
_READ_STATES = query("read_states").format(columns=", ".join(STATE_COLUMNS))


class JournalLine(NamedTuple):
    """A line with where it stood; `stamp` counts where the line has none of its own."""

    segment: str
    offset: int
    stamp: int
    process: str
    raw: bytes


class Rejected(NamedTuple):
    """A line that could not be merged, and why."""

    segment: str
    offset: int
    reason: str
    raw: bytes


@dataclass(slots=True)
class Outcome:
    """What one batch changed."""

    spans_added: int = 0
    spans_changed: int = 0
    root_span_ids: set[str] = field(default_factory=set[str])
    attachment_keys: set[str] = field(default_factory=set[str])
    rejected: list[Rejected] = field(default_factory=list[Rejected])


@dataclass(slots=True)
class Batch:
    """Decoded lines by what they speak of."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict[str, list[Row]](list))
    attachments: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    comments: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    names: dict[str, dict[str, str | None]] = field(default_factory=lambda: {"projects": {}, "experiments": {}})
    rejected: list[Rejected] = field(default_factory=list[Rejected])

    def add(self, line: JournalLine) -> None:
        """Take in a line; one that says nothing that we understand is rejected."""
        try:
            fields = read_fields(line.raw)
            kind = kind_of({key: parsed(fields[key]) for key in ("_line",) if key in fields} or fields)
            if kind is LineKind.ROW:
                self._add_row(fields, line)
            elif kind is LineKind.ATTACHMENT:
                row = attachment_row(fields, line.stamp)
                self.attachments[row[0]] = newer_attachment(self.attachments.get(row[0]), row)
            elif kind is LineKind.COMMENT:
                row = comment_row(fields, line.stamp, line.raw)
                self.comments[row[0]] = row
        except (BadLine, RecursionError) as fault:
            self.rejected.append(Rejected(line.segment, line.offset, str(fault), line.raw))

    def _add_row(self, fields: Line, line: JournalLine) -> None:
        row = read_row(fields, line.stamp, line.process)
        self.rows[row.id].append(row)
        for table, id_key, name_key in _NAMED:
            named_id, name = parsed(fields.get(id_key)), parsed(fields.get(name_key))
            if isinstance(named_id, str):
                known = self.names[table].get(named_id)
                self.names[table][named_id] = name if isinstance(name, str) else known


_NAMED = (("projects", "project_id", "project_name"), ("experiments", "experiment_id", "experiment_name"))


def merge_batch(cursor: Cursor, batch: Batch, living: Container[str]) -> Outcome:
    """Write a batch; `living` are the processes whose spans may still end. Raises as DuckDB does."""
    outcome = Outcome(rejected=batch.rejected)
    if batch.rows:
        _merge_rows(cursor, batch.rows, living, outcome)
    if batch.attachments:
        _merge_attachments(cursor, batch.attachments, outcome)
    if batch.comments:
        _merge_comments(cursor, batch.comments, outcome)
    return outcome


def _merge_rows(cursor: Cursor, rows: dict[str, list[Row]], living: Container[str], outcome: Outcome) -> None:
    states = _read_states(cursor, rows)
    known = [state for group in states.values() for state in group]
    stored_ids = list(states)
    since = min((created_of(state) for state in known), default=None)
    for row_id, span_rows in rows.items():
        for is_new in _fold_span(states.setdefault(row_id, []), row_id, span_rows):
            outcome.spans_added += is_new
            outcome.spans_changed += not is_new
    if since is not None:
        cursor.rows(query("delete_spans"), {"since": _at(since), "ids": stored_ids})
    table_rows: list[tuple[Any, ...]] = []
    for state in (state for group in states.values() for state in group):
        row = span_row(state, is_orphaned=str(state.identity.get("process")) not in living)
        outcome.root_span_ids.add(row[_ROOT_SPAN_ID])
        if not state.is_deleted:
            table_rows.append(row)
    cursor.append("spans", table_rows)


_ROOT_SPAN_ID = 3  # its place in a row of `spans`


def _read_states(cursor: Cursor, rows: dict[str, list[Row]]) -> dict[str, list[SpanState]]:
    """Return what the tables hold of these spans, by row id; several where containers share an id."""
    bounded: list[str] = []
    unbounded: list[str] = []
    since: int | None = None
    for row_id, span_rows in rows.items():
        start = _bound_of(row_id, span_rows)
        if start is None:
            unbounded.append(row_id)
        else:
            bounded.append(row_id)
            since = start if since is None else min(since, start)
    found: dict[str, list[SpanState]] = {}
    for ids, bound in ((bounded, since), (unbounded, None)):
        if ids:
            for row in cursor.rows(_READ_STATES, {"since": _at(bound), "ids": ids}):
                found.setdefault(row[0], []).append(read_state(row))
    return found


def _bound_of(row_id: str, rows: list[Row]) -> int | None:
    """Return the start that the span is filed under or an earlier one, or None where it could be any.

    An id that a user made up may have been used before, with another start; so might that of a row without one.
    """
    if _UUID.fullmatch(row_id) is None:
        return None
    starts = [time_of(row.identity.get("created")) for row in rows]
    known = [start for start in starts if start is not None]
    return min(known) if len(known) == len(starts) else None


def _fold_span(states: list[SpanState], row_id: str, rows: Iterable[Row]) -> list[bool]:
    """Fold the rows of one id into its states; return for each that was touched whether it is new.

    An id is unique in its container only. A row that names none belongs to the first container that does.
    """
    touched: dict[int, bool] = {}
    for row in sorted(rows, key=lambda row: row.container == ""):
        state = next((state for state in states if _is_same_span(state, row)), None)
        is_new = state is None
        if state is None:
            state = SpanState(row_id)
            states.append(state)
        fold(state, (row,))
        touched.setdefault(id(state), is_new)
    return list(touched.values())


def _is_same_span(state: SpanState, row: Row) -> bool:
    return state.container == row.container or not state.container or not row.container


def _merge_attachments(cursor: Cursor, rows: dict[str, tuple[Any, ...]], outcome: Outcome) -> None:
    keys = list(rows)
    for stored in cursor.rows(query("read_attachment_states"), {"keys": keys}):
        rows[stored[0]] = newer_attachment(stored, rows[stored[0]])
    cursor.rows(query("delete_attachments"), {"keys": keys})
    cursor.append("attachments", rows.values())
    outcome.attachment_keys.update(keys)


def _merge_comments(cursor: Cursor, rows: dict[str, tuple[Any, ...]], outcome: Outcome) -> None:
    cursor.rows(query("delete_comments"), {"ids": list(rows)})
    cursor.append("comments", rows.values())
    origins = list({row[1] for row in rows.values()})
    outcome.root_span_ids.update(root for (root,) in cursor.rows(query("list_roots_of"), {"ids": origins}))


def _at(time_us: int | None) -> datetime:
    return _LONG_AGO if time_us is None else EPOCH + timedelta(microseconds=time_us)


def rejected_text(rejected: Iterable[Rejected]) -> bytes:
    """Return rejected lines as JSON lines, for the folder where they are kept."""
    return b"".join(
        encode_line(
            {
                "segment": line.segment,
                "offset": line.offset,
                "reason": line.reason,
                "line": line.raw.rstrip(b"\n").decode("utf-8", "backslashreplace"),
            }
        )
        for line in rejected
    )
