"""The tables → journal lines again: what an import of them makes the same spans of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from spanglass_store.database.columns import EPOCH, STATE_COLUMNS, read_state
from spanglass_store.database.json_text import dump_text
from spanglass_store.database.stamps import newest
from spanglass_store.database.statements import query
from spanglass_store.journal.lines import encode_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.fold import SpanState

_READ_STATES = query("read_states_between").format(columns=", ".join(STATE_COLUMNS))
_CREATED = STATE_COLUMNS.index("epoch_us(created)")


@dataclass(frozen=True, slots=True)
class WireSpan:
    """A merged span as one row of the wire: `text` is a JSON object, its values as they were logged."""

    id: str
    span_id: str
    root_span_id: str
    span_parents: tuple[str, ...]
    created_us: int
    text: str


def iter_wire_spans(cursor: Cursor, roots: Sequence[str] | None = None) -> Iterator[WireSpan]:
    """Yield the spans of these traces, or of all, in the order of `created`; a window of them in memory at a time."""
    for since, until in iter_windows(cursor, roots):
        parameters = {"since": since, "until": until, "roots": None if roots is None else list(roots)}
        yield from map(_wire_span, cursor.rows(_READ_STATES, parameters))


def iter_windows(cursor: Cursor, roots: Sequence[str] | None = None) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield (since, until) that cut the spans by `created` into windows of some hundred; the last has no end."""
    parameters = {"roots": None if roots is None else list(roots)}
    bounds = [start for (start,) in cursor.rows(query("list_window_bounds"), parameters)]
    yield from zip(bounds, [*bounds[1:], None], strict=True) if bounds else ()


def list_attachment_lines(cursor: Cursor, keys: Sequence[str] | None = None) -> list[bytes]:
    """Return the last known states of these attachments, or of all, as journal lines."""
    names = ("key", "filename", "content_type", "state", "digest", "size_bytes", "error", "_stamp")
    rows = cursor.rows(query("list_attachment_states"), {"keys": None if keys is None else list(keys)})
    return [encode_line({"_line": "attachment", **dict(zip(names, row, strict=True))}) for row in rows]


def list_comment_lines(cursor: Cursor, row_ids: Sequence[str] | None = None) -> list[bytes]:
    """Return the comments on these spans (by row id), or all, as they were logged."""
    rows = cursor.rows(query("list_comment_lines"), {"row_ids": None if row_ids is None else list(row_ids)})
    return [raw.encode() + b"\n" for (raw,) in rows]


def list_experiment_lines(cursor: Cursor, roots: Sequence[str] | None = None) -> list[bytes]:
    """Return what is known of the experiments of these traces, or of all, as journal lines."""
    rows = cursor.rows(query("list_experiment_lines"), {"roots": None if roots is None else list(roots)})
    lines: list[bytes] = []
    for *texts, metadata, tags, created, said_stamp in rows:
        named = zip(
            ("experiment_id", "experiment_name", "project_id", "project_name", "description"), texts, strict=True
        )
        line: dict[str, Any] = {"_line": "experiment", "_stamp": max(said_stamp, 1), **dict(named)}
        line |= {"metadata": None if metadata is None else orjson.Fragment(metadata), "tags": tags}
        line |= {"created": None if created is None else created.isoformat() + "Z"}
        lines.append(encode_line({key: value for key, value in line.items() if value is not None}))
    return lines


def _wire_span(row: tuple[Any, ...]) -> WireSpan:
    state = read_state(row)
    return WireSpan(row[0], row[2], row[3], tuple(row[4]), row[_CREATED], _wire_text(state))


def _wire_text(state: SpanState) -> str:
    """Return the row that this span would be logged with in one go.

    Its stamp is that of the last write that is part of it: the row replaces what is older, never what is newer.
    """
    stamps = [newest(state.marks), state.full_stamp or 0, *(entry[0] for entry in state.array_deletes)]
    row: dict[str, Any] = {"id": state.id, "_stamp": max(stamps) or 1}
    if state.full_stamp is None:
        row["_is_merge"] = True
    row |= {key: state.identity[key] for key in ("span_id", "root_span_id") if key in state.identity}
    if "span_parents" in state.identity:
        row["span_parents"] = state.identity["span_parents"] or None
    if "created" in state.identity:
        row["created"] = (EPOCH + timedelta(microseconds=state.identity["created"])).isoformat() + "Z"
    row |= {key: value for key, value in state.fields.items() if key != "tags"}
    if "tags" in state.fields:
        row["tags"] = list(state.fields["tags"])
    return "{" + ",".join(f"{dump_text(key)}:{dump_text(value)}" for key, value in row.items()) + "}"
