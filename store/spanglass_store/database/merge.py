"""Journal → tables, a batch a transaction.

A batch is read, folded into the spans it touches and committed together with the segments' new offsets; so a
merge that dies at any moment has done a batch wholly or not at all. A segment leaves the journal after the commit
that took in its end, once its writer is gone; it is kept compressed for a while (`journal.kept`).
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spanglass_store.database import engine
from spanglass_store.database.batch import (
    Batch,
    JournalLine,
    Outcome,
    Rejected,
    merge_batch,
    merge_experiments,
    rejected_text,
    write_names,
)
from spanglass_store.database.bulk import Chosen, WholeSegments, merge_segments
from spanglass_store.database.fold_ahead import FoldAhead, UnfitSegments
from spanglass_store.database.json_text import parsed, read_fields
from spanglass_store.database.known_tables import KnownTables
from spanglass_store.database.processes import LivingProcesses
from spanglass_store.database.pruned_lines import PrunedLines, clean_kept_segments, read_pruned_in_journal
from spanglass_store.database.records import ChangeSet
from spanglass_store.database.rootless import RootlessTraces
from spanglass_store.database.segments import (
    LineBatch,
    Segment,
    forget_segments,
    is_living,
    list_segments,
    read_batch,
)
from spanglass_store.database.statements import query
from spanglass_store.faults import StoreFault
from spanglass_store.journal.kept import KeptJournal
from spanglass_store.journal.lines import BadLine, LineKind, kind_of
from spanglass_store.journal.names import SEGMENT_SUFFIX
from spanglass_store.location import JOURNAL_FOLDER, REJECTED_FOLDER
from spanglass_store.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor, Database

MAX_BATCH_ROWS = 2000
MAX_BATCH_BYTES = 4 * 1024 * 1024
_PROBE_SECS = 0.25  # how long "its writer lives" is believed
_FORESIGHT_SECS = 10.0  # less is gone before what could be begun meanwhile has its turn
_NS_PER_MS = 1_000_000
# What a single odd line can cause, unforeseen: it must not hold up all that comes after it.
_LINE_ERRORS = (
    engine.InvalidInputException,
    engine.ConversionException,
    engine.OutOfRangeException,
    ValueError,
    OverflowError,
    RecursionError,
)
_PROCESS_NOTE = b'"_line":"process"'


@dataclass(slots=True)
class _Progress:
    """How far a segment is merged, and what was seen of it at the last look."""

    merged_bytes: int = 0
    process: str | None = None
    is_stored: bool = False
    seen_bytes: int = -1
    is_living: bool = True
    is_readable: bool = True
    probed_at: float = -math.inf

    def is_done(self, segment: Segment) -> bool:
        return not self.is_living and self.merged_bytes >= segment.size_bytes

    def has_news(self, segment: Segment) -> bool:
        """Tell whether a look into the segment can bring something: it grew, or its torn tail is final now."""
        has_more = self.is_readable and segment.size_bytes > self.merged_bytes
        return has_more and (segment.size_bytes != self.seen_bytes or not self.is_living)


class Merger:
    """Merges the journal of one store. One thread uses it; other processes are kept out by the database's lock."""

    def __init__(self, database: Database, store: Path) -> None:
        """`left_out` is why a segment that may not be read is left out; those of others go in meanwhile."""
        self.is_caught_up = False
        self.left_out: StoreFault | None = None
        self._database = database
        self._store = store
        self._journal = store / JOURNAL_FOLDER
        self._rejected = store / REJECTED_FOLDER
        self._kept = KeptJournal(store, read_settings(store).keep_journal_bytes)
        self._has_kept = True  # a merge that was cut short before has perhaps
        self._generation = -1
        self._commits = 0
        self._segments: dict[str, _Progress] = {}
        self._pruned: dict[str, PrunedLines] = {}
        self._living: LivingProcesses
        self._named: dict[str, dict[str, str | None]] = {}
        self._rootless: RootlessTraces
        self._known: KnownTables
        self._sequence: int | None = None
        self._is_reset = False
        self._max_lines = MAX_BATCH_ROWS
        self._refusal: str | None = None
        self.whole = WholeSegments()
        self._folds = FoldAhead(database)

    def merge_once(self, *, budget_secs: float = 0.2) -> ChangeSet:
        """Merge what the journal holds now, for about `budget_secs`, at least one batch; return what changed.

        Opens the database only where there is something to do. Afterwards `is_caught_up` tells whether all is
        merged that was there at the beginning (rows that come meanwhile wait: small batches cost the most).
        Whoever has time then calls `tidy`.
        Raises StoreBusy while another process holds the file, and StoreFault where the disk says no; nothing is
        lost then, a later call does it.
        """
        deadline = time.monotonic() + budget_secs
        if self._generation < 0:
            with self._database.cursor():  # an opening that finds damage gives segments back to the journal
                pass
        try:
            return self._merge_until(deadline)
        finally:
            self._folds.close()

    def _merge_until(self, deadline: float) -> ChangeSet:
        total = Outcome()
        rejected = 0
        sequence: int | None = None
        segments = list_segments(self._journal)
        while self._has_work(segments):
            try:
                with _collector_at_rest():
                    outcome, number = self._merge_batch(segments, deadline)
            except UnfitSegments:
                self._forget_all()
                self.whole.refuse()
                continue
            except _LINE_ERRORS as error:
                self._forget_all()
                self._narrow_down(error)
                continue
            except BaseException:
                self._forget_all()
                raise
            self._max_lines, self._refusal = min(2 * self._max_lines, MAX_BATCH_ROWS), None
            sequence = sequence if number is None else number
            rejected += len(outcome.rejected)
            outcome.rejected.clear()  # they are set aside
            total.add(outcome)
            segments = self._retire(segments)
            if time.monotonic() >= deadline:
                break
        self.is_caught_up = not self._has_work(segments)
        if self.is_caught_up and self._has_kept:
            clean_kept_segments(self._store)
            self._has_kept = False
        return self._finish(total, rejected, sequence)

    def _forget_all(self) -> None:
        """Believe nothing any more: what was merged may have been rolled back, and the file is opened anew."""
        self._generation = -1
        self._folds.close()

    def has_work(self) -> bool:
        """Tell whether a merge would find anything now, each writer asked anew whether it lives.

        For who does not come back before the journal changes: within a merge an answer is believed for a moment.
        """
        for progress in self._segments.values():
            progress.probed_at = -math.inf
        return self._has_work(list_segments(self._journal))

    def tidy(self, *, budget_secs: float = 0.2) -> bool:
        """Compress what is merged, for about `budget_secs`, one segment at least; return whether all is done."""
        return self._kept.tidy(time.monotonic() + budget_secs)

    def _finish(self, total: Outcome, rejected: int, sequence: int | None) -> ChangeSet:
        is_reset, self._is_reset = self._is_reset, False
        if sequence is not None:
            self._sequence = sequence
        return ChangeSet(
            sequence=self._sequence or 0,
            spans_added=total.spans_added,
            spans_changed=total.spans_changed,
            root_span_ids=frozenset(total.root_span_ids),
            attachment_keys=frozenset(total.attachment_keys),
            experiment_ids=frozenset(total.experiment_ids),
            lines_rejected=rejected,
            is_reset=is_reset,
            foreign_ids=frozenset(total.foreign_ids),
        )

    def _narrow_down(self, error: Exception) -> None:
        """Halve the next batch until it is the one line that the tables do not take; that one is set aside."""
        if self._max_lines > 1:
            self._max_lines //= 2
        else:
            self._refusal = f"the tables do not take it: {error}"

    def _has_work(self, segments: list[Segment]) -> bool:
        self._probe(segments)
        if self._generation < 0 or self._database.is_changed_elsewhere():
            return True
        if any(
            self._segments[segment.name].has_news(segment) or self._segments[segment.name].is_done(segment)
            for segment in segments
        ):
            return True
        return bool(self._list_ended(segments))

    def _probe(self, segments: list[Segment]) -> None:
        """Ask whether the writers live; before anything is read, so that a dead one's segment is read to its end."""
        now = time.monotonic()
        for segment in segments:
            progress = self._segments.setdefault(segment.name, _Progress())
            if progress.is_living and now - progress.probed_at >= _PROBE_SECS:
                progress.is_living = is_living(self._journal, segment)
                progress.probed_at = now

    def _merge_batch(self, segments: list[Segment], deadline: float) -> tuple[Outcome, int | None]:
        """Merge one batch, or several whole segments; return what changed and its number, None where nothing did."""
        with self._database.transaction() as cursor:
            if self._generation != self._database.generation or self._commits != self._database.commits:
                self._reload(cursor, segments)
            self._forget_retired(cursor, segments)
            marked = Outcome()
            if ended := self._list_ended(segments):
                _note_marked(marked, self._living.end(cursor, ended))
            found = self._merge_whole(cursor, segments, deadline, marked)
            if found is not None:
                outcome, batch, merged = found
            else:
                batch = Batch()
                merged = self._read(cursor, segments, batch, marked)
                if marked.root_span_ids:
                    self._known.forget_rows()  # a statement has changed them where they stand
                outcome = merge_batch(cursor, batch, self._living, self._known)
            self._rootless.note(cursor, outcome.traces_written, outcome.traces_left)
            outcome.add(marked)
            self._note_names(cursor, batch)
            merge_experiments(cursor, batch.experiments, outcome)
            self._keep_rejected(outcome.rejected)
            sequence = self._next_sequence(outcome)
            self._write_offsets(cursor, merged, sequence)
        self._commits += 1
        for name, end in merged.items():
            self._segments[name].merged_bytes = end
        return outcome, sequence

    def _reload(self, cursor: Cursor, segments: list[Segment]) -> None:
        """Read back how far the journal is merged: another process may have gone on in the meantime."""
        self._segments, self.left_out = {}, None
        self._pruned = read_pruned_in_journal(self._store)
        for name, merged_bytes, process in cursor.rows(query("list_segments")):
            self._segments[name] = _Progress(merged_bytes, process, is_stored=True)
        self._probe(segments)
        self._living = LivingProcesses(cursor)
        self._named = {
            "projects": dict(cursor.rows(query("list_projects"))),
            "experiments": dict(cursor.rows(query("list_experiments"))),
        }
        self._rootless = RootlessTraces(cursor)
        self._known = KnownTables(cursor, self._rootless.root_span_ids)
        [(sequence,)] = cursor.rows(query("read_sequence"))
        self._is_reset = self._is_reset or (self._sequence is not None and self._sequence != sequence)
        self._sequence = sequence
        self._generation, self._commits = self._database.generation, self._database.commits

    def _forget_retired(self, cursor: Cursor, segments: list[Segment]) -> None:
        present = {segment.name for segment in segments}
        gone = [name for name in self._segments if name not in present and not (self._journal / name).exists()]
        if gone:
            forget_segments(cursor, gone)
            for name in gone:
                del self._segments[name]

    def _list_untouched(self, segments: list[Segment]) -> list[Segment]:
        """Return the segments that could be merged whole: their writers are gone, and nothing of them is merged."""
        return [
            segment
            for segment in segments
            if not self._segments[segment.name].is_living
            and not self._segments[segment.name].merged_bytes
            and segment.name not in self._pruned
        ]

    def _without_torn(self, chosen: list[Segment]) -> list[Segment]:
        torn = [segment for segment in chosen if not _ends_whole(self._journal / segment.name)]
        for segment in torn:
            self.whole.leave_out(segment)
        return [segment for segment in chosen if segment not in torn]

    def _merge_whole(
        self, cursor: Cursor, segments: list[Segment], deadline: float, marked: Outcome
    ) -> tuple[Outcome, Batch, dict[str, int]] | None:
        """Merge segments whose writers are gone, from their first line to their last, as many as the time allows.

        Returns None if they are not fit, or not worth it.
        """
        untouched = self._list_untouched(segments)
        chosen = self._without_torn(self.whole.choose(untouched, deadline - time.monotonic()))
        if not chosen:
            return None
        merged: dict[str, int] = {}
        processes: dict[Path, str] = {}
        note_count = 0
        for segment in chosen:
            path = self._journal / segment.name
            merged[segment.name] = path.stat().st_size
            first = _first_line(path)
            processes[path] = self._process_of(cursor, segment, first, marked)
            note_count += _PROCESS_NOTE in first and _noted_process(first) is not None
        foreseen = self._foresee(untouched[untouched.index(chosen[-1]) + 1 :], deadline)
        chosen_segments = Chosen(processes, note_count, foreseen)
        found = merge_segments(cursor, chosen_segments, self._living, self._known, self._folds)
        if found is None:
            self.whole.refuse()
            return None
        self.whole.accept()
        return *found, merged

    def _foresee(self, untouched: list[Segment], deadline: float) -> dict[Path, str]:
        """Return which segments are likely to be merged whole next, and who wrote them; none where time is short."""
        secs = deadline - time.monotonic()
        if secs < _FORESIGHT_SECS:
            return {}
        foreseen: dict[Path, str] = {}
        for segment in self._without_torn(self.whole.foresee(untouched, secs)):
            path = self._journal / segment.name
            noted = _noted_process(first) if _PROCESS_NOTE in (first := _first_line(path)) else None
            known = self._segments[segment.name].process
            foreseen[path] = noted or known or segment.name.removesuffix(SEGMENT_SUFFIX)
        return foreseen

    def _read(self, cursor: Cursor, segments: list[Segment], batch: Batch, marked: Outcome) -> dict[str, int]:
        """Fill a batch from the segments in their order; return the offsets that are reached with it."""
        merged: dict[str, int] = {}
        lines_left, bytes_left = min(self._max_lines, MAX_BATCH_ROWS), MAX_BATCH_BYTES
        for segment in segments:
            progress = self._segments[segment.name]
            if lines_left <= 0 or bytes_left <= 0:
                break
            if not progress.has_news(segment):
                continue
            found = self._read_lines(segment, progress, lines_left, bytes_left)
            if found is None:
                continue
            pruned = self._pruned.get(segment.name)
            for offset, raw in found.lines:
                if pruned is not None and pruned.has_line(offset, raw):
                    continue
                process = self._process_of(cursor, segment, raw, marked)
                stamp = segment.opened_ms * _NS_PER_MS + offset
                if self._refusal is None:
                    batch.add(JournalLine(segment.name, offset, stamp, process, raw))
                else:
                    batch.rejected.append(Rejected(segment.name, offset, self._refusal, raw))
            if found.torn is not None:
                batch.rejected.append(Rejected(segment.name, found.torn.offset, found.torn.reason, found.torn.raw))
            progress.seen_bytes = found.end_offset if found.lines else segment.size_bytes
            if found.end_offset != progress.merged_bytes:
                merged[segment.name] = found.end_offset
            lines_left -= len(found.lines)
            bytes_left -= found.end_offset - progress.merged_bytes
        return merged

    def _read_lines(self, segment: Segment, progress: _Progress, max_lines: int, max_bytes: int) -> LineBatch | None:
        path = self._journal / segment.name
        try:
            return read_batch(
                path, progress.merged_bytes, max_bytes=max_bytes, max_lines=max_lines, is_living=progress.is_living
            )
        except PermissionError:  # a program that was run as root leaves such a one
            progress.is_readable = False
            sentence = "A part of the journal may not be read: permission denied. It is left out; the rest goes in."
            self.left_out = StoreFault(sentence, path)
            return None
        except OSError as error:
            raise StoreFault("A part of the journal cannot be read.", path) from error

    def _process_of(self, cursor: Cursor, segment: Segment, raw: bytes, marked: Outcome) -> str:
        """Return the process that wrote a line: as its note says, or one of the segment's own name."""
        progress = self._segments[segment.name]
        process = _noted_process(raw) if _PROCESS_NOTE in raw else None
        if process is not None or progress.process is None:
            note = raw.decode().rstrip("\n") if process is not None else "{}"
            progress.process = process or segment.name.removesuffix(SEGMENT_SUFFIX)
            _note_marked(marked, self._living.greet(cursor, progress.process, segment.pid, note))
        return progress.process

    def _list_ended(self, segments: list[Segment]) -> list[str]:
        """Return the processes that are gone, those that seem so by a fresh look: one may go on in a new segment."""
        if not self._living.list_ended({segment.pid for segment in segments}):
            return []
        return self._living.list_ended({segment.pid for segment in list_segments(self._journal)})

    def _note_names(self, cursor: Cursor, batch: Batch) -> None:
        for table, names in batch.names.items():
            known = self._named[table]
            new = {key: name for key, name in names.items() if key not in known}
            known.update(new)
            if new:
                write_names(cursor, table, new)

    def _write_offsets(self, cursor: Cursor, merged: dict[str, int], sequence: int | None) -> None:
        if sequence is not None and not merged:
            cursor.rows(query("write_sequence"), {"sequence": sequence})
        new: list[tuple[str, int, str | None, int | None]] = []
        for name, end in merged.items():
            progress = self._segments[name]
            if progress.is_stored:
                values = {"name": name, "end": end, "process": progress.process, "sequence": sequence}
                cursor.rows(query("update_segment"), values)
            else:
                new.append((name, end, progress.process, sequence))
                progress.is_stored = True
        if new:
            cursor.append("segments", new)

    def _keep_rejected(self, rejected: list[Rejected]) -> None:
        """Keep bad lines aside before the commit; done again after a crash, the same file is written again."""
        if not rejected:
            return
        first = rejected[0]
        path = self._rejected / f"{first.segment.removesuffix(SEGMENT_SUFFIX)}-{first.offset}{SEGMENT_SUFFIX}"
        draft = path.with_suffix(".draft")
        try:
            self._rejected.mkdir(mode=0o700, exist_ok=True)
            draft.touch(mode=0o600)  # as private as the journal that the lines come from
            draft.write_bytes(rejected_text(rejected))
            draft.replace(path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(f"Lines of the journal cannot be set aside: {reason}.", path) from error

    def _next_sequence(self, outcome: Outcome) -> int | None:
        has_news = outcome.root_span_ids or outcome.attachment_keys or outcome.experiment_ids or outcome.rejected
        if not has_news:
            return None  # nothing is written: two windows would wake each other for ever
        return (self._sequence or 0) + 1

    def _retire(self, segments: list[Segment]) -> list[Segment]:
        """Take out of the journal what is merged to its end and has no writer; return the segments that are left.

        Their size is asked for again: the writer may have written once more before it went.
        """
        left: list[Segment] = []
        for segment in segments:
            if not self._segments[segment.name].is_done(segment):
                left.append(segment)
                continue
            path = self._journal / segment.name
            try:
                size_bytes = path.stat().st_size
                if size_bytes > self._segments[segment.name].merged_bytes:
                    left.append(replace(segment, size_bytes=size_bytes))
                else:
                    self._kept.take(path)
                    self._has_kept = True
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreFault("A merged part of the journal cannot be moved away.", path) from error
        return left


@contextlib.contextmanager
def _collector_at_rest() -> Generator[None]:
    """Keep the garbage collector from walking what a batch makes, which is no garbage, two or three times."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(MAX_BATCH_BYTES)


def _ends_whole(path: Path) -> bool:
    """Tell whether a segment's last line is a whole one; False too where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except OSError:
        return False


def _noted_process(raw: bytes) -> str | None:
    """Return the process that a process note names, or None for any other line."""
    try:
        note = {key: parsed(value) for key, value in read_fields(raw).items()}
        process = note.get("process")
        return process if kind_of(note) is LineKind.PROCESS and isinstance(process, str) else None
    except BadLine:
        return None


def _note_marked(outcome: Outcome, root_span_ids: list[str]) -> None:
    outcome.root_span_ids.update(root_span_ids)
