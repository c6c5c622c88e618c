"""One batch of journal lines → the tables, inside the caller's transaction."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from operator import itemgetter, ne
from typing import TYPE_CHECKING, Any, NamedTuple

from spanglass_store.database.columns import (
    STATE_COLUMNS,
    changed_row,
    deleted_row,
    read_deleted,
    read_state,
    span_row,
    state_values,
    time_of,
    timestamp_of,
)
from spanglass_store.database.fold import UPDATE, SpanState, encode_stamps, fold
from spanglass_store.database.json_text import TOO_DEEP, parsed, read_fields
from spanglass_store.database.rows import Row, read_row
from spanglass_store.database.side_lines import (
    attachment_row,
    comment_row,
    experiment_row,
    joined_experiment,
    named_experiment,
    newer_attachment,
)
from spanglass_store.database.statements import query, span_column_names
from spanglass_store.journal.lines import BadLine, Line, LineKind, encode_line, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Sequence

    from spanglass_store.database.columns import SpanRow
    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.known_tables import KnownTables

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FIRST = (0, 0)  # the rank of what nobody has said
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
    foreign_ids: set[str] = field(default_factory=set[str])  # of spans changed by another process than had begun them
    root_span_ids: set[str] = field(default_factory=set[str])
    traces_written: dict[str, bool] = field(default_factory=dict[str, bool])  # whether a root span was among it
    traces_left: set[str] = field(default_factory=set[str])  # by a span that was deleted, moved, or is no root any more
    attachment_keys: set[str] = field(default_factory=set[str])
    experiment_ids: set[str] = field(default_factory=set[str])
    rejected: list[Rejected] = field(default_factory=list[Rejected])

    def add(self, other: Outcome) -> None:
        """Count what another batch changed as well."""
        self.spans_added += other.spans_added
        self.spans_changed += other.spans_changed
        self.foreign_ids |= other.foreign_ids
        self.root_span_ids |= other.root_span_ids
        for root_span_id, has_root in other.traces_written.items():
            self.traces_written[root_span_id] = has_root or self.traces_written.get(root_span_id, False)
        self.traces_left |= other.traces_left
        self.attachment_keys |= other.attachment_keys
        self.experiment_ids |= other.experiment_ids
        self.rejected += other.rejected


@dataclass(slots=True)
class Batch:
    """Decoded lines by what they speak of."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict[str, list[Row]](list))
    attachments: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    comments: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    experiments: dict[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    names: dict[str, dict[str, str | None]] = field(default_factory=lambda: {"projects": {}, "experiments": {}})
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    _named: list[Any] = field(default_factory=list[Any])

    def add(self, line: JournalLine) -> None:
        """Take in a line; one that says nothing that we understand is rejected."""
        try:
            fields = read_fields(line.raw)
            if deep := fields.pop(TOO_DEEP, None):  # the rest of the row is merged
                reason = f"{', '.join(deep)}: nested too deeply to be read; the rest of the row was merged"
                self.rejected.append(Rejected(line.segment, line.offset, reason, line.raw))
            kind = kind_of({"_line": parsed(fields["_line"])} if "_line" in fields else fields)
            if kind is LineKind.ROW:
                row = read_row(fields, line.stamp, line.process)
                self.rows[row.id].append(row)
                self._note_names(fields)
            elif kind is LineKind.ATTACHMENT:
                attachment = attachment_row(fields, line.stamp)
                self.attachments[attachment[0]] = newer_attachment(self.attachments.get(attachment[0]), attachment)
            elif kind is LineKind.COMMENT:
                comment = comment_row(fields, line.stamp, line.raw)
                self.comments[comment[0]] = comment
            elif kind is LineKind.EXPERIMENT:
                experiment = experiment_row(fields, line.stamp)
                self.experiments[experiment[0]] = joined_experiment(self.experiments.get(experiment[0]), experiment)
                self._note_names(fields)
        except (BadLine, RecursionError) as fault:
            self.rejected.append(Rejected(line.segment, line.offset, str(fault), line.raw))

    def add_names(self, other: Batch) -> None:
        """Take over what another batch's lines say of projects and experiments."""
        for table, names in other.names.items():
            self.names[table] |= names
        for key, row in other.experiments.items():
            self.experiments[key] = joined_experiment(self.experiments.get(key), row)

    def _note_names(self, fields: Line) -> None:
        said = [fields.get(key) for key in _NAMING]
        if said == self._named:  # most lines say what the line before them said
            return
        self._named = said
        for table, id_key, name_key in _NAMED:
            named_id, name = parsed(fields.get(id_key)), parsed(fields.get(name_key))
            if isinstance(named_id, str):
                known = self.names[table].get(named_id)
                self.names[table][named_id] = name if isinstance(name, str) else known


_NAMED = (("projects", "project_id", "project_name"), ("experiments", "experiment_id", "experiment_name"))
_NAMING = tuple(key for _, id_key, name_key in _NAMED for key in (id_key, name_key))


def merge_batch(cursor: Cursor, batch: Batch, living: Container[str], known: KnownTables) -> Outcome:
    """Write a batch; `living` are the processes whose spans may still end. Raises as DuckDB does."""
    outcome = Outcome(rejected=batch.rejected)
    if batch.rows:
        _merge_rows(cursor, batch.rows, living, known, outcome)
    if batch.attachments:
        _merge_attachments(cursor, batch.attachments, outcome)
    if batch.comments:
        _merge_comments(cursor, batch.comments, outcome)
    return outcome


def _merge_rows(
    cursor: Cursor, rows: dict[str, list[Row]], living: Container[str], known: KnownTables, outcome: Outcome
) -> None:
    stored = _read_stored(cursor, rows, known)
    states = stored.states
    for row_id, span_rows in rows.items():
        group = states.setdefault(row_id, [])
        values = stored.values_of(row_id)
        if row_id in stored.rows and len(group) == 1:  # else there is a deleted one beside it, of another container
            stored.said[row_id] = _fields_said(group[0], span_rows)
        touched = _fold_span(group, row_id, span_rows)
        if not touched or (
            values
            and len(values) == len(group)
            and _may_be_folded(values, span_rows)
            and all(map(_is_unchanged, group, values))
        ):
            del states[row_id]  # imported once more: nothing to write
            continue
        if row_id in stored.deleted_ids and all(state.is_deleted for state in group):
            continue  # it stays away: the rows are noted, and told to nobody
        for is_new in touched:
            outcome.spans_added += is_new
            outcome.spans_changed += not is_new
        if not all(touched) and _is_foreign(values, span_rows):
            outcome.foreign_ids.add(row_id)
    # a span may leave a trace: updates alone stand in one of their own
    outcome.root_span_ids.update(place[1] for place in stored.places if place[0] in states)
    if stored.deleted_ids:
        cursor.rows(query("forget_deleted"), {"ids": [row_id for row_id in stored.deleted_ids if row_id in states]})
    if deleted := [deleted_row(state) for group in states.values() for state in group if state.is_deleted]:
        cursor.append("deleted_spans", deleted)
        known.has_deleted = True
    places: set[_Place] = set()
    for row in _write_spans(cursor, states, stored, living, known):
        root_span_id = row[_ROOT_SPAN_ID]
        places.add((row[_ID], root_span_id, row[_IS_ROOT]))
        outcome.traces_written[root_span_id] = row[_IS_ROOT] or outcome.traces_written.get(root_span_id, False)
    outcome.root_span_ids.update(outcome.traces_written)
    outcome.traces_left.update(place[1] for place in stored.places - places if place[0] in states)


def _write_spans(
    cursor: Cursor, states: dict[str, list[SpanState]], stored: _Stored, living: Container[str], known: KnownTables
) -> list[SpanRow]:
    """Write the rows of the spans of these ids; return them."""
    rewritten: list[SpanRow] = []
    changed: list[tuple[SpanRow, SpanRow]] = []
    for row_id, group in states.items():
        before = stored.rows.get(row_id)
        if before is not None:
            known.forget_row(row_id)
        said = stored.said.get(row_id)
        rows: list[SpanRow] = []
        for state in group:
            is_orphaned = str(state.identity.get("process")) not in living
            if before is not None and said is not None:
                rows.append(changed_row(before, state, said, is_orphaned=is_orphaned))
            elif not state.is_deleted:
                rows.append(span_row(state, is_orphaned=is_orphaned))
        if before is not None and len(rows) == 1 and _FIXED(rows[0]) == _FIXED(before):
            changed.append((before, rows[0]))
        else:
            rewritten += rows
    if rewritten:  # a few more rows there cost less than a further statement
        rewritten += [row for _, row in changed]
        changed = []
    kept_in_place = {row[_ID] for row, _ in changed}
    stored_ids = {place[0] for place in stored.places}
    replaced = [row_id for row_id in stored_ids if row_id in states and row_id not in kept_in_place]
    if replaced:
        cursor.rows(query("delete_spans"), {"since": _at(stored.since_us), "ids": replaced})
    if rewritten:
        _append(cursor, rewritten)
    if changed:
        _update(cursor, changed)
    written = rewritten + [row for _, row in changed]
    for row in written:
        known.note_row(row, is_alone=len(states[row[_ID]]) == 1)
    return written


def _append(cursor: Cursor, rows: list[SpanRow]) -> None:
    """Append rows, without the columns that all of them leave empty: each costs as much as a value in fifty rows."""
    count = len(rows)
    filled = [place for place, values in enumerate(zip(*rows, strict=True)) if values.count(None) < count]
    names = span_column_names()
    values = itemgetter(*filled)
    cursor.append("spans", [values(row) for row in rows], [names[place] for place in filled])


def _update(cursor: Cursor, changed: list[tuple[SpanRow, SpanRow]]) -> None:
    """Write the columns in which rows differ from those before them, where they stand."""
    places: set[int] = set()
    for before, row in changed:
        places.update(compress(range(len(row)), map(ne, before, row)))
    if places:
        columns = sorted(places)
        values = itemgetter(*_KEY, *columns)
        names = span_column_names()
        cursor.update(
            "spans",
            [names[place] for place in _KEY],
            [names[place] for place in columns],
            [values(row) for _, row in changed],
        )


_ID, _CONTAINER, _CREATED, _ROOT_SPAN_ID, _PARENTS, _IS_ROOT, _TAGS = map(
    span_column_names().index, ("id", "container", "created", "root_span_id", "span_parents", "is_root", "tags")
)
_KEY = (_ID, _CREATED)  # a row that is known is the only one of its id
# Where these are others, the row is written anew: it is found by some of them, and lists cannot be written in place.
_FIXED = itemgetter(*_KEY, _CONTAINER, _PARENTS, _TAGS)


_Values = tuple[Any, ...]
_Place = tuple[str, str, bool]  # a span's row id, the trace it is in, and whether it is a root there


@dataclass(slots=True)
class _Stored:
    """What the tables hold of the spans of a batch, by row id; several states where containers share an id."""

    states: dict[str, list[SpanState]] = field(default_factory=dict[str, list[SpanState]])
    rows: dict[str, SpanRow] = field(default_factory=dict[str, "SpanRow"])  # those that were known without a look
    # what the batch says of them, as `_fields_said` has it
    said: dict[str, Collection[str] | None] = field(default_factory=dict[str, "Collection[str] | None"])
    places: set[_Place] = field(default_factory=set["_Place"])
    since_us: int | None = None
    deleted_ids: set[str] = field(default_factory=set[str])
    _values: dict[str, list[_Values]] = field(default_factory=dict[str, "list[_Values]"])

    def values_of(self, row_id: str) -> list[_Values]:
        """Return the values of `STATE_COLUMNS` of each span with this id, in the order of `states`."""
        return self._values.get(row_id, [])

    def add(self, values: _Values) -> None:
        """Take in the values of `STATE_COLUMNS` of a span."""
        row_id, created_us = values[_STATE_ID], values[_STATE_CREATED]
        self._values.setdefault(row_id, []).append(values)
        state = read_state(values)
        self.states.setdefault(row_id, []).append(state)
        is_root = "span_parents" in state.identity and not state.identity["span_parents"]
        self.places.add((row_id, values[_STATE_ROOT], is_root))
        self.since_us = created_us if self.since_us is None else min(self.since_us, created_us)


def _read_stored(cursor: Cursor, rows: dict[str, list[Row]], known: KnownTables) -> _Stored:
    bounded: list[str] = []
    unbounded: list[str] = []
    since_us: int | None = None
    stored = _Stored()
    for row_id, span_rows in rows.items():
        row = known.row_of(row_id)
        if row is not None:
            stored.rows[row_id] = row
            stored.add(state_values(row))
            continue
        start_us = None if row_id in known.undated else _bound_of(row_id, span_rows)
        if start_us is None:
            unbounded.append(row_id)
        elif known.may_hold(timestamp_of(start_us)):
            bounded.append(row_id)
            since_us = start_us if since_us is None else min(since_us, start_us)
    for ids, bound_us in ((bounded, since_us), (unbounded, None)):
        for row in cursor.rows(_READ_STATES, {"since": _at(bound_us), "ids": ids}) if ids else ():
            stored.add(row)
    if known.has_deleted:  # seldom
        for row in cursor.rows(query("read_deleted"), {"ids": list(rows)}):
            stored.states.setdefault(row[0], []).append(read_deleted(row))
            stored.deleted_ids.add(row[0])
    return stored


_STATE_ID, _STATE_ROOT, _STATE_CREATED, _STATE_PARENTS, _STATE_TAGS, _STATE_PROCESS = map(
    STATE_COLUMNS.index, ("id", "root_span_id", "epoch_us(created)", "span_parents", "tags", "process")
)


def _bound_of(row_id: str, rows: list[Row]) -> int | None:
    """Return the start that the span is filed under or an earlier one, or None where it could be any.

    An id that a user made up may have been used before, with another start; so might that of a row without one.

    An update that says no start and names a trace, merged before a first row of a later start, is not found by this:
    a clock was set back in between. The two stand there apart until doctor joins them.
    """
    if _UUID.fullmatch(row_id) is None:
        return None
    starts = [time_of(row.identity.get("created")) for row in rows]
    known = [start for start in starts if start is not None]
    return min(known) if len(known) == len(starts) else None


def _fields_said(state: SpanState, rows: Sequence[Row]) -> Collection[str] | None:
    """Return the fields that rows may give another value to, or None where they may change more than these."""
    if state.is_deleted or state.array_deletes:
        return None
    keys: list[str] = []
    for row in rows:
        if not row.is_merge or row.is_deletion or row.replaced_paths or row.erased_fields or row.array_deletes:
            return None
        if row.container != state.container or not row.identity.keys() <= state.ranks.keys():
            return None
        if max(state.ranks.values(), default=_FIRST) > (UPDATE, row.stamp):
            return None  # the row's word on the identity may count more
        fields = state.fields
        keys += [key for key, value in row.fields.items() if type(value) is not str or value != fields.get(key)]
    return keys


def _fold_span(states: list[SpanState], row_id: str, rows: Sequence[Row]) -> list[bool]:
    """Fold the rows of one id into its states; return for each that changed whether it is new.

    An id is unique in its container only. A row that names none belongs to the first container that does.
    """
    touched: dict[int, bool] = {}
    for row in sorted(rows, key=_names_none) if len(rows) > 1 else rows:
        state = None
        for known in states:
            if known.container == row.container or not known.container or not row.container:
                state = known
                break
        if state is not None and _is_folded(state, row):
            continue
        is_new = state is None
        if state is None:
            state = SpanState(row_id)
            states.append(state)
        fold(state, (row,))
        touched.setdefault(id(state), is_new)
    return list(touched.values())


def _may_be_folded(values: list[_Values], rows: Sequence[Row]) -> bool:
    """Tell whether the stored spans may have all these rows in them: they note the stamp of whoever said something."""
    for row in rows:
        stamp = str(row.stamp)
        for stored in values:
            if stamp in stored[-1]:
                break
        else:
            return False
    return True


def _is_unchanged(state: SpanState, values: _Values) -> bool:
    """Tell whether a span is what the tables have, as `values` of `STATE_COLUMNS`, after rows were folded into it."""
    if state.is_deleted:
        return False
    *found, stamps = state_values(span_row(state, is_orphaned=False))
    *stored, _ = values
    stored[_STATE_PARENTS], stored[_STATE_TAGS] = tuple(stored[_STATE_PARENTS]), tuple(stored[_STATE_TAGS])
    return found == stored and stamps == encode_stamps(read_state(values))  # there are two ways to note them


def _is_folded(state: SpanState, row: Row) -> bool:
    """Tell whether a full row is the one that the span stands on."""
    return state.full_stamp == row.stamp and not row.is_merge and not row.is_deletion


def _is_foreign(values: list[_Values], rows: Sequence[Row]) -> bool:
    """Tell whether rows are of another process than their span, as the tables had it by `values_of`."""
    process = rows[0].identity.get("process")
    return not values or any(stored[_STATE_PROCESS] != process for stored in values)


def _names_none(row: Row) -> bool:
    return row.container == ""


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


def write_names(cursor: Cursor, table: str, names: dict[str, str | None]) -> None:
    """Write projects or experiments that were unknown until now, with their names."""
    items = names.items()
    cursor.append(table, items if table == "projects" else [named_experiment(key, name) for key, name in items])


def merge_experiments(cursor: Cursor, rows: dict[str, tuple[Any, ...]], outcome: Outcome) -> None:
    """Write what a batch's lines say of experiments into their rows, which `write_names` made at the latest."""
    if not rows:
        return
    ids = list(rows)
    joined = [
        joined_experiment(stored, rows[stored[0]]) for stored in cursor.rows(query("read_experiments"), {"ids": ids})
    ]
    cursor.rows(query("delete_experiments"), {"ids": ids})
    cursor.append("experiments", joined)
    outcome.experiment_ids.update(ids)


def _at(time_us: int | None) -> datetime:
    return _LONG_AGO if time_us is None else timestamp_of(time_us)


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
