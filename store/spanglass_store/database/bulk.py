"""Whole segments → the tables, by a few statements over all their lines: the fast way for much at once.

Most spans are one full row and updates that add to it, some are updates alone. DuckDB reads and folds those side by
side, and writes the very rows that `fold` and `columns` would; all others, and the lines that speak of something else,
go through these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_store.database import engine
from spanglass_store.database.batch import Batch, JournalLine, Outcome, merge_batch
from spanglass_store.database.error_headline import find_headline
from spanglass_store.database.fold_ahead import READ_ERRORS, UnfitSegments
from spanglass_store.database.json_text import JsonText
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.fold_ahead import FoldAhead
    from spanglass_store.database.known_tables import KnownTables
    from spanglass_store.database.segments import Segment

MIN_BYTES = 1024 * 1024  # of all, and
MIN_SEGMENT_BYTES = 128 * 1024  # of each: below it, batches are as fast
MAX_BYTES = 64 * 1024 * 1024  # a few hundred MB in memory, where the next ones are folded meanwhile
_MAX_SEGMENTS = 64
_BYTES_PER_SEC = 20 * 1024 * 1024  # on a slow machine
_MAX_LEFT_LINES = 5000  # for the fold in Python: about half a second's work
_BATCH_LINES = 2000


@dataclass(frozen=True, slots=True)
class Chosen:
    """Segments to be merged whole: `processes` tells who wrote which, `note_count` of them begin with a note about it.

    `foreseen` are those that come next, if any do: they are folded while these are written.
    """

    processes: dict[Path, str]
    note_count: int
    foreseen: dict[Path, str]


class WholeSegments:
    """Chooses which segments are merged whole, and learns from those that were not fit for it.

    `accepted` counts the merges that went this way.
    """

    def __init__(self) -> None:
        self.accepted = 0
        self._chosen: list[str] = []
        self._unfit: set[str] = set()
        self._max_count = _MAX_SEGMENTS

    def choose(self, untouched: list[Segment], secs: float) -> list[Segment]:
        """Return as many of these as can be merged in about `secs`, at least one; none where they are too small."""
        self._unfit.intersection_update(segment.name for segment in untouched)
        chosen = self.foresee(untouched, secs)
        if chosen:
            self._chosen = [segment.name for segment in chosen]
        return chosen

    def foresee(self, untouched: list[Segment], secs: float) -> list[Segment]:
        """Return what `choose` will return if asked for these, without taking note of it."""
        large = (segment for segment in untouched if segment.size_bytes >= MIN_SEGMENT_BYTES)
        fit = [segment for segment in large if segment.name not in self._unfit]
        if sum(segment.size_bytes for segment in fit) < MIN_BYTES:
            return []
        max_bytes = min(MAX_BYTES, secs * _BYTES_PER_SEC)
        chosen: list[Segment] = []
        for segment in fit[: self._max_count]:
            max_bytes -= segment.size_bytes
            if chosen and max_bytes < 0:
                break
            chosen.append(segment)
        return chosen

    def leave_out(self, segment: Segment) -> None:
        """Take note that a segment is not fit."""
        self._unfit.add(segment.name)

    def accept(self) -> None:
        """Take note that those chosen last were fit."""
        self.accepted += 1
        self._max_count = min(2 * self._max_count, _MAX_SEGMENTS)

    def refuse(self) -> None:
        """Take note that one of those chosen last was not fit: halve their number until it is found."""
        if len(self._chosen) > 1:
            self._max_count = len(self._chosen) // 2
        else:
            self._unfit.update(self._chosen)


def merge_segments(
    cursor: Cursor, chosen: Chosen, living: Container[str], known: KnownTables, folds: FoldAhead
) -> tuple[Outcome, Batch] | None:
    """Merge segments whose writers are gone, whole, inside the caller's transaction; return what changed.

    The batch that is returned says what there is to say of projects and experiments. Returns None, and writes nothing,
    where a line is none, or counts by its place, or too many do not simply add up. Raises UnfitSegments.
    """
    cursor.use_many_threads()
    left = _fold(cursor, chosen.processes, folds, known)
    if chosen.foreseen:
        folds.begin(chosen.foreseen)
    if left > _MAX_LEFT_LINES + chosen.note_count:
        return None
    writers = {str(path): process for path, process in chosen.processes.items()}
    try:
        batches = _read_left(cursor, writers) if left > chosen.note_count else []
    except READ_ERRORS as error:
        raise UnfitSegments from error
    if batches is None or any(batch.rejected for batch in batches):
        return None  # a line that is set aside is named by its place
    try:
        outcome = _insert(cursor)
    except engine.OutOfMemoryException as error:  # fewer at once may do
        raise UnfitSegments from error
    cursor.is_bulk = True
    known.look(cursor)
    names = Batch()
    for batch in batches:
        outcome.add(merge_batch(cursor, batch, living, known))
        names.add_names(batch)
    _note_names(cursor, names)
    return outcome, names


def _fold(cursor: Cursor, processes: Mapping[Path, str], folds: FoldAhead, known: KnownTables) -> int:
    """Fold the lines of segments, each written by the process named; return how many lines are left."""
    folds.make(processes)
    # Files are read side by side, so a span of several may add up in one fold and not in the next: what the tables
    # know of the last one counts.
    stored: list[str] = []
    while found := folds.list_stored(known):
        stored += found
        folds.make(processes, stored)
    folds.show(cursor)
    [(left,)] = cursor.rows(query("bulk_left"))
    return left


def _read_left(cursor: Cursor, writers: Mapping[str, str]) -> list[Batch] | None:
    """Return the lines that the statements leave, in batches; None where one has to be taken by its place."""
    batches: list[Batch] = []
    for number, line in enumerate(cursor.rows(query("bulk_rest"), {"files": list(writers)})):
        file, text, is_stamped, process = line
        if not is_stamped or text is None or process not in {None, writers[file]}:
            return None
        if number % _BATCH_LINES == 0:
            batches.append(Batch())
        batches[-1].add(JournalLine(file, 0, 0, writers[file], text.encode() + b"\n"))
    return batches


def _insert(cursor: Cursor) -> Outcome:
    errors = cursor.rows(query("bulk_errors"))
    headlines = [find_headline(JsonText(text).parse()) for _, text in errors]
    cursor.rows(
        query("bulk_insert"),
        {
            "ids": [row_id for row_id, _ in errors],
            "types": [headline.type if headline else None for headline in headlines],
            "messages": [headline.message if headline else None for headline in headlines],
        },
    )
    outcome = Outcome()
    for root_span_id, has_root, spans in cursor.rows(query("bulk_traces")):
        outcome.traces_written[root_span_id] = has_root
        outcome.spans_added += spans
    outcome.root_span_ids.update(outcome.traces_written)
    return outcome


def _note_names(cursor: Cursor, batch: Batch) -> None:
    for project_id, project_name, experiment_id, experiment_name in cursor.rows(query("bulk_names")):
        for table, named_id, name in (
            ("projects", project_id, project_name),
            ("experiments", experiment_id, experiment_name),
        ):
            if named_id is not None:
                batch.names[table][named_id] = name or batch.names[table].get(named_id)
