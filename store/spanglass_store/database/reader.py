"""Reads a store: lists, gets, iterates; hands out frozen records."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from spanglass_store.blobs.files import blob_path
from spanglass_store.database.columns import EPOCH
from spanglass_store.database.connection import DATABASE_FILE, Cursor, Database, may_write
from spanglass_store.database.merge import Merger
from spanglass_store.database.records import (
    AttachmentRecord,
    CommentRecord,
    QueryResult,
    SpanRecord,
    StoreTotals,
    TraceSummary,
)
from spanglass_store.database.repeated_amounts import NOTHING_REPEATED, RepeatedAmounts, RollUp
from spanglass_store.database.segments import list_segments
from spanglass_store.database.span_search import SpanPosition, iter_matching_rows
from spanglass_store.database.statements import query
from spanglass_store.database.trace_heads import Head, Position, list_heads, list_heads_of
from spanglass_store.database.wire_lines import (
    WireSpan,
    iter_windows,
    iter_wire_spans,
    list_attachment_lines,
    list_comment_lines,
    list_experiment_lines,
)
from spanglass_store.faults import StoreBusy, StoreFault, UnknownFormat
from spanglass_store.location import JOURNAL_FOLDER, locate_store, read_store_info
from spanglass_store.search.expression import EVERYTHING, Expression, Text
from spanglass_store.search.parse import parse_filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from spanglass_store.database.recovery import Recovery

BUSY_TIMEOUT_SECS = 10.0
_NO_LIMIT = 2**62


class StoreReader:
    """Reads through one cursor, on the cursor's thread. Times are µs since the epoch (UTC)."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def list_traces(
        self,
        filter: Expression | str | None = None,  # noqa: A002 - the word that callers know
        limit: int = 200,
        before: Position | None = None,
    ) -> list[TraceSummary]:
        """Return up to `limit` traces, newest first; those that come after the position `before`.

        Raises FilterError for a text that is no filter (see `spanglass_store.search`).
        """
        expression = _as_expression(filter)
        found: list[TraceSummary] = []
        while len(found) < limit:
            wanted = limit - len(found)
            heads = list_heads(self._cursor, expression, wanted, before)
            found += self._summaries(heads)
            if len(heads) < wanted:
                break
            before = (heads[-1].start_us, heads[-1].root_span_id)
        return found

    def list_traces_of(self, roots: Sequence[str]) -> list[TraceSummary]:
        """Return the traces with these root_span_ids, in their order; those that are gone are left out."""
        summaries = self._summaries(list_heads_of(self._cursor, roots)) if roots else []
        by_root = {summary.root_span_id: summary for summary in summaries}
        return [by_root[root] for root in dict.fromkeys(roots) if root in by_root]

    def list_trace_ids(self, filter: Expression | str | None = None) -> list[str]:  # noqa: A002 - as above
        """Return the root_span_id of every trace that a filter lets through, newest first. Raises FilterError."""
        if filter is None:
            return [root for (root,) in self._cursor.rows(query("list_trace_ids"))]
        heads = list_heads(self._cursor, _as_expression(filter), _NO_LIMIT, None)
        return list(dict.fromkeys(head.root_span_id for head in heads))

    def get_trace(self, root_span_id: str) -> list[SpanRecord]:
        """Return the spans of a trace in the order of their starts; none where there is no such trace."""
        return self._list_spans("where_trace", {"root_span_id": root_span_id})

    def get_span(self, row_id: str, created_us: int | None = None) -> SpanRecord:
        """Return the span with this row id; with its `created_us` it is found at once. Raises LookupError."""
        record = self.find_span_by_row_id(row_id, created_us)
        if record is None:
            raise LookupError(f"no span has the row id {row_id!r}")
        return record

    def find_span_by_row_id(self, row_id: str, created_us: int | None = None) -> SpanRecord | None:
        """Return the span with this row id, or None. `created_us` is only a hint."""
        if created_us is not None:
            created = EPOCH + timedelta(microseconds=created_us)
            found = self._list_spans("where_row_id_at", {"row_id": row_id, "created": created})
            if found:
                return found[0]
        return next(iter(self._list_spans("where_row_id", {"row_id": row_id})), None)

    def find_span_of(self, root_span_id: str, span_id: str, created_us: int) -> SpanRecord | None:
        """Return a span of a trace, or None. `created_us` is only a hint, with which it is found at once."""
        names = {"root_span_id": root_span_id, "span_id": span_id}
        created = EPOCH + timedelta(microseconds=created_us)
        found = self._list_spans("where_span_at", names | {"created": created})
        return next(iter(found or self._list_spans("where_span_of", names)), None)

    def find_git_commit(self, row_id: str, created_us: int) -> str | None:
        """Return the commit that was checked out where the process ran that logged a span; None where unknown."""
        created = EPOCH + timedelta(microseconds=created_us)
        row = self._cursor.row(query("find_process_note"), {"row_id": row_id, "created": created})
        try:
            commit = None if row is None else json.loads(row[0]).get("git_commit")
        except (ValueError, AttributeError):  # a note that some other program wrote
            return None
        return commit if isinstance(commit, str) else None

    def find_span(self, span_id: str) -> SpanRecord | None:
        """Return the span with this span_id, or None."""
        return next(iter(self._list_spans("where_span_id", {"span_id": span_id})), None)

    def resolve_trace(self, text: str) -> str:
        """Return the root_span_id that `text` names: as such, as a span's id or row id, or as a unique prefix.

        Raises LookupError where it names no trace, or more than one.
        """
        for name in ("resolve_exact", "resolve_prefix"):
            found = self._cursor.rows(query(name), {"text": text}) if text else []
            if len(found) == 1:
                return found[0][0]
            if found:
                raise LookupError(f"more than one trace begins with {text!r}")
        raise LookupError(f"no trace is named {text!r}")

    def find_span_id_by_prefix(self, text: str) -> str | None:
        """Return the id of the one span whose id or row id begins with `text`; None for none and for several."""
        found = self._cursor.rows(query("resolve_span_prefix"), {"text": text}) if text else []
        return found[0][1] if len(found) == 1 else None

    def list_attachments(self, keys: list[str]) -> list[AttachmentRecord]:
        """Return the known states of these attachments, in the order of `keys`; unknown ones are left out."""
        rows = self._cursor.rows(query("list_attachments"), {"keys": keys}) if keys else []
        records = {row[0]: AttachmentRecord(*row) for row in rows}
        return [records[key] for key in dict.fromkeys(keys) if key in records]

    def get_attachment(self, key: str) -> AttachmentRecord:
        """Return the last known state of an attachment. Raises LookupError."""
        found = self.list_attachments([key])
        if not found:
            raise LookupError(f"no attachment has the key {key!r}")
        return found[0]

    def blob_path(self, record: AttachmentRecord) -> Path:
        """Return where an attachment's bytes lie, there or not. Raises LookupError while it has no digest."""
        if record.digest is None:
            raise LookupError(f"the attachment {record.key!r} has no bytes yet")
        try:
            return blob_path(self._cursor.store, record.digest)
        except ValueError as error:
            raise LookupError(str(error)) from error

    def find_blob(self, record: AttachmentRecord) -> Path | None:
        """Return the file with an attachment's bytes, or None where there is none."""
        with contextlib.suppress(LookupError):
            path = self.blob_path(record)
            return path if os.path.isfile(path) else None  # noqa: PTH113 - Path.is_file raises where it may not look
        return None

    def list_comments(self, row_id: str) -> list[CommentRecord]:
        """Return the comments on the span with this row id, oldest first."""
        return [CommentRecord(*row) for row in self._cursor.rows(query("list_comments"), {"origin_id": row_id})]

    def search(self, text: str, limit: int = 100) -> list[SpanRecord]:
        """Return the newest spans whose name or values hold `text`, in whatever case."""
        return list(self.search_spans(Text(text), limit))

    def search_spans(
        self, wanted: Expression | str, limit: int | None = None, before: SpanPosition | None = None
    ) -> Iterator[SpanRecord]:
        """Yield the spans that a filter lets through, newest `created` first, as they are found.

        `before` is the (`created_us`, `id`) of the last span of an earlier page. Another thread may cancel with
        `interrupt`. Raises FilterError, at the call, for a text that is no filter.
        """
        rows = iter_matching_rows(self._cursor, _as_expression(wanted), before=before, now_us=time.time_ns() // 1000)
        return map(span_record, itertools.islice(rows, limit))

    def interrupt(self) -> None:
        """Cancel the query that runs, from any thread; it raises `Interrupted` in its own."""
        self._cursor.interrupt()

    def iter_spans(self) -> Iterator[SpanRecord]:
        """Yield all spans in the order of `created`, a window of them in memory at a time."""
        for since, until in iter_windows(self._cursor):
            yield from self._list_spans("where_created", {"since": since, "until": until})

    def iter_wire_spans(self, roots: Sequence[str] | None = None) -> Iterator[WireSpan]:
        """Yield the spans of these traces, or of all, as rows of the wire, in the order of `created`."""
        return iter_wire_spans(self._cursor, roots)

    def list_attachment_lines(self, keys: Sequence[str] | None = None) -> list[bytes]:
        """Return the states of these attachments, or of all, as journal lines."""
        return list_attachment_lines(self._cursor, keys)

    def list_comment_lines(self, row_ids: Sequence[str] | None = None) -> list[bytes]:
        """Return the comments on the spans with these row ids, or all, as journal lines."""
        return list_comment_lines(self._cursor, row_ids)

    def list_experiment_lines(self, roots: Sequence[str] | None = None) -> list[bytes]:
        """Return what is known of the experiments of these traces, or of all, as journal lines."""
        return list_experiment_lines(self._cursor, roots)

    def write_parquet(self, path: Path, roots: Sequence[str] | None = None) -> None:
        """Write the spans of these traces, or all, with all their columns. Raises OSError."""
        self._cursor.write_parquet(path, query("export_columns"), {"roots": _listed(roots)})

    def write_csv(self, path: Path, roots: Sequence[str] | None = None) -> None:
        """Write the scalars of the spans of these traces, or of all. Raises OSError."""
        self._cursor.write_csv(path, query("export_scalars"), {"roots": _listed(roots)})

    def count_spans(self, roots: Sequence[str] | None = None) -> tuple[int, int]:
        """Return how many traces and spans there are of these traces, or in all."""
        [(traces, spans)] = self._cursor.rows(query("count_spans"), {"roots": _listed(roots)})
        return int(traces), int(spans)

    def sql(self, text: str) -> QueryResult:
        """Return what one query gives, which cannot change anything. Raises QueryFailed for a faulty one."""
        return self._cursor.read_only(text)

    def totals(self) -> StoreTotals:
        """Return how much the store holds; the size is that of the database file and its log."""
        [(traces, spans)] = self._cursor.rows(query("totals"))
        return StoreTotals(traces, spans, _size_bytes(self._cursor.store))

    def sequence(self) -> int:
        """Return the number of the last change of the tables: what was read at the same number is as it was."""
        [(sequence,)] = self._cursor.rows(query("read_sequence"))
        return int(sequence)

    def _list_spans(self, where: str, parameters: dict[str, Any]) -> list[SpanRecord]:
        rows = self._cursor.rows(query("span_columns") + query(where), parameters)
        return [span_record(row) for row in rows]

    def _summaries(self, roots: list[Head]) -> list[TraceSummary]:
        """Return the traces that these spans head; of several roots only the first heads its trace."""
        if not roots:
            return []
        trace_ids = list({root.root_span_id for root in roots})
        since = min(root.created for root in roots)
        rows = self._cursor.rows(query("roll_up"), {"since": since, "roots": trace_ids})
        roll_ups = {row[0]: RollUp(*row[1:]) for row in rows}
        repeated = self._cursor.repetitions.read(self._cursor, since, roll_ups)
        bubbled: dict[str, int] = {}
        if any(roll_up.errors > 1 for roll_up in roll_ups.values()):
            bubbled = dict(self._cursor.rows(query("count_bubbled"), {"since": since, "roots": trace_ids}))
        contested = [root_span_id for root_span_id, roll_up in roll_ups.items() if roll_up.roots != 1]
        heads: set[str] = set()
        if contested:
            heads = {head for (head,) in self._cursor.rows(query("list_heads"), {"roots": contested})}
        return [
            _trace_summary(
                root,
                roll_ups[root.root_span_id],
                repeated.get(root.root_span_id, NOTHING_REPEATED),
                bubbled.get(root.root_span_id, 0),
            )
            for root in roots
            if roll_ups[root.root_span_id].roots == 1 or root.id in heads
        ]


class Store(StoreReader):
    """An open store; a context manager. Closed, it lets others at the file again."""

    def __init__(self, path: Path, database: Database, unmerged: StoreFault | None = None) -> None:
        """Use `open_store` to get one. `unmerged` is why something of the journal is not merged, or None."""
        self.path = path
        self.unmerged = unmerged
        self._stack = contextlib.ExitStack()
        super().__init__(self._stack.enter_context(database.cursor()))
        self._database = database

    def __enter__(self) -> Self:
        return self

    @property
    def recovery(self) -> Recovery | None:
        """What became of damaged tables at the opening, or None where all was well."""
        return self._database.recovery

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stack.__exit__(kind, error, trace)  # a fault of the disk or the file leaves as a StoreFault
        finally:
            self._database.let_go()

    def interrupt(self) -> None:
        """Cancel the query that runs, from any thread; it raises `Interrupted` in its own. Closed, there is none."""
        self._database.interrupt()

    def close(self) -> None:
        """Let the file go."""
        self._stack.close()
        self._database.let_go()


def open_store(path: str | os.PathLike[str] | None = None, *, timeout_secs: float = BUSY_TIMEOUT_SECS) -> Store:
    """Open a store for reading, whatever is still in its journal merged first; `locate_store` says which.

    A store that may not be written is read as it is. Raises NotAStore, UnknownFormat for a newer one, StoreBusy
    where another process holds the file for all of `timeout_secs`, and StoreFault where the disk says no.
    """
    folder = locate_store(path)
    read_store_info(folder)
    database = Database(folder, is_read_only=not may_write(folder), timeout_secs=timeout_secs)
    try:
        unmerged = _find_unmerged(database, folder) if database.is_read_only else _merge_all(database, folder)
        return Store(folder, database, unmerged)
    except BaseException:
        database.close()
        raise


def _merge_all(database: Database, folder: Path) -> StoreFault | None:
    """Merge what the journal holds; return what is in the way of some of it. Raises StoreBusy and UnknownFormat."""
    try:
        merger = Merger(database, folder)
        while not merger.is_caught_up:
            merger.merge_once(budget_secs=60.0)  # much at once is merged faster than a part at a time
        merger.tidy()
    except (StoreBusy, UnknownFormat):
        raise
    except StoreFault as fault:
        return fault  # what is merged already can be read; if it cannot, opening says so
    return merger.left_out


def _find_unmerged(database: Database, folder: Path) -> StoreFault | None:
    """Return what is in the way of that in the journal which is not merged yet and may not be; None for nothing."""
    try:
        segments = list_segments(folder / JOURNAL_FOLDER)
    except StoreFault as fault:
        return fault
    with database.cursor() as cursor:
        merged = {name: merged_bytes for name, merged_bytes, _ in cursor.rows(query("list_segments"))}
    if all(segment.size_bytes <= merged.get(segment.name, 0) for segment in segments):
        return None
    return StoreFault("The store may not be written here, so the rest of its journal is not merged.", folder)


def _as_expression(wanted: Expression | str | None) -> Expression:
    """Return what callers may give for a filter as one. Raises FilterError for a text that is none."""
    if wanted is None:
        return EVERYTHING
    return parse_filter(wanted) if isinstance(wanted, str) else wanted


def _listed(roots: Sequence[str] | None) -> list[str] | None:
    return None if roots is None else list(roots)


def _size_bytes(store: Path) -> int:
    size = 0
    for name in (DATABASE_FILE, DATABASE_FILE + ".wal"):
        with contextlib.suppress(OSError):
            size += (store / name).stat().st_size
    return size


def span_record(row: tuple[Any, ...]) -> SpanRecord:
    """Return the span that a row of `span_columns` is."""
    values = list(row)
    values[3] = tuple(values[3])
    values[24] = tuple(values[24])
    return SpanRecord(*values)


def _trace_summary(root: Head, roll_up: RollUp, repeated: RepeatedAmounts, bubbled: int) -> TraceSummary:
    return TraceSummary(
        root_span_id=root.root_span_id,
        span_id=root.span_id,
        name=root.name,
        type=root.type,
        project_name=root.project_name,
        start_us=root.start_us,
        end_us=root.end_us,
        duration_secs=root.duration_secs,
        span_count=roll_up.spans,
        error_count=roll_up.errors,
        own_error_count=max(roll_up.errors - bubbled, min(roll_up.errors, 1)),  # spans may be each other's parents
        tokens=_without(roll_up.tokens, repeated.tokens),
        prompt_tokens=_without(roll_up.prompt_tokens, repeated.prompt_tokens),
        completion_tokens=_without(roll_up.completion_tokens, repeated.completion_tokens),
        cached_tokens=_without(roll_up.cached_tokens, repeated.cached_tokens),
        cost=None if roll_up.cost is None else max(roll_up.cost - repeated.cost, 0.0),
        is_running=roll_up.is_running,
        is_interrupted=roll_up.is_interrupted,
        is_error=root.is_error,
    )


def _without(total: int | None, repeated: int) -> int | None:
    return None if total is None else total - repeated
