"""A source → the journal → the tables: an import takes the way that programs' rows take, so one merge serves all.

Whoever else holds the tables (the window) merges what an import has written; a line that is no row is set aside
with its place and the reason, and the rest goes in.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spanglass_store.blobs.files import blob_path, put_file
from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.faults import Interrupted, StoreBusy, StoreFault
from spanglass_store.journal.lines import MAX_LINE_BYTES, BadLine, encode_line
from spanglass_store.journal.segment import SegmentWriter
from spanglass_store.location import REJECTED_FOLDER
from spanglass_store.transfer.adoption import Adoption, origin_of
from spanglass_store.transfer.interruption import ctrl_c_after
from spanglass_store.transfer.open_source import open_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spanglass_store.transfer.source import Source, SourceLine

_CHUNK_BYTES = 1024 * 1024  # written at once
_MERGE_AFTER_BYTES = 32 * _CHUNK_BYTES  # several segments at once: that is faster than one by one
_MEMORY_MB = 512  # what one merge takes in fits well; an import of any size takes no more
_MERGE_SECS = 2.0  # at once: enough for all of them
_MAX_REPORTED = 1000
_MAX_KEPT_BYTES = 64 * _CHUNK_BYTES  # of lines that are no rows: a film that was imported by mistake is not kept
# of a source that ends early or is damaged: a file on a disk that fails, a bundle with a byte turned
_UNREADABLE = (OSError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)
_WRITER = "import"  # stands where segments of the SDK have its version


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that was set aside: where it stood (from 1 on), and why."""

    file: str
    number: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What an import did. `is_merged` is False where somebody else holds the tables and will merge it.

    A span counts once, however often it was written: as added, or as changed if it was there before. `is_stopped`:
    Ctrl+C came before the end, and this is what went in until then.
    """

    lines_read: int = 0
    lines_taken: int = 0  # with what they say, all or in part
    spans_added: int = 0
    spans_changed: int = 0
    blobs_read: int = 0
    rejected_count: int = 0
    rejected: list[RejectedLine] = field(default_factory=list[RejectedLine])  # the first 1,000
    rejected_path: Path | None = None
    is_merged: bool = True
    is_stopped: bool = False


def import_spans(
    store: Path,
    path: Path,
    *,
    project_name: str | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> ImportReport:
    """Take in what lies at `path` ("-" is standard input) and merge it; doing it again changes nothing.

    `project_name` is for rows that name no project; it is the file's name by default. `on_progress` is called with
    the bytes read so far and their number at the end, None where that is not known. Ctrl+C ends the reading: what was
    read goes in, and the report says so; at a second one this raises KeyboardInterrupt, and the next merge takes it in.
    Raises StoreFault where the source cannot be read or the store not be written; what went in until then is whole.
    """
    if path.resolve() == store.resolve():
        raise StoreFault("This is the store itself; there is nothing to import.", path)
    with open_source(path) as source:
        return _Import(store, path, source, project_name, on_progress or _no_progress).run()


class _Import:
    def __init__(
        self,
        store: Path,
        path: Path,
        source: Source,
        project_name: str | None,
        on_progress: Callable[[int, int | None], None],
    ) -> None:
        self._store = store
        self._path = path
        self._source = source
        self._on_progress = on_progress
        written_us = source.written_us or time.time_ns() // 1000
        self._adoption = Adoption(origin_of(project_name or source.name, written_us))
        self._report = ImportReport()
        self._rejected_lines: list[bytes] = []
        self._kept_bytes = 0
        self._read_bytes = 0
        self._chunk: list[bytes] = []
        self._chunk_bytes = 0
        self._faults: list[str] = []
        self._changed: set[int] = set()  # by the hash of their row ids: half of what the texts would take
        self._writer = SegmentWriter(store, sdk_version=_WRITER, on_fault=self._faults.append)
        self._database = Database(store, memory_mb=_MEMORY_MB)
        self._merger = Merger(self._database, store)

    def run(self) -> ImportReport:
        try:
            try:
                self._merge(is_counted=False)  # what is there already
                self._copy_source()
                self._merge_written()
                while not self._merger.tidy():
                    self._on_progress(self._read_bytes, self._source.size_bytes)
            except (KeyboardInterrupt, Interrupted):
                self._report.is_stopped = True
                self._merge_written()
        finally:
            self._writer.seal()
            self._database.close()
        self._report.spans_changed = len(self._changed)
        self._keep_rejected()
        return self._report

    def _copy_source(self) -> None:
        try:
            self._copy_blobs()
            self._copy_lines()
        except _UNREADABLE as error:
            self._merge_written()
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            lines = self._report.lines_taken  # what is read just before the damage shows may be no rows already
            went_in = f"The lines before that ({lines:,}) went in." if lines else "Nothing of it went in."
            sentence = f"This cannot be read to its end: {reason}. {went_in}"
            raise StoreFault(sentence, self._path) from error

    def _merge_written(self) -> None:
        self._write_chunk()
        self._writer.seal()
        self._merge()

    def _copy_blobs(self) -> None:
        for digest, file in self._source.iter_blobs():
            with contextlib.suppress(ValueError):
                if blob_path(self._store, digest).exists():
                    continue
            try:
                blob = put_file(self._store, file)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise StoreFault(
                    f"An attachment cannot be stored: {reason}. Nothing was imported.", self._store
                ) from error
            self._report.blobs_read += 1
            if blob.digest != digest:
                self._reject(f"blobs/{digest}", 0, "its bytes are not those that its name says", b"")

    def _copy_lines(self) -> None:
        unmerged_bytes = 0
        for line in self._source.iter_lines():
            self._read_bytes += len(line.raw)
            self._report.lines_read += 1
            for adopted in self._adopt(line):
                self._chunk.append(adopted)
                self._chunk_bytes += len(adopted)
            if self._chunk_bytes >= _CHUNK_BYTES:
                unmerged_bytes += self._chunk_bytes
                self._write_chunk()
                self._on_progress(self._read_bytes, self._source.size_bytes)
            if unmerged_bytes >= _MERGE_AFTER_BYTES:
                self._writer.seal()  # a segment that may still grow goes the slow way
                self._merge()
                unmerged_bytes = 0
        self._on_progress(self._read_bytes, self._source.size_bytes)

    def _adopt(self, line: SourceLine) -> list[bytes]:
        if len(line.raw) > MAX_LINE_BYTES:
            self._reject(
                line.file, line.number, f"the line is longer than {MAX_LINE_BYTES // 1024 // 1024} MB", line.raw
            )
            return []
        try:
            adopted = self._adoption.adopt(line.raw)
        except BadLine as fault:
            self._reject(line.file, line.number, str(fault), line.raw)
            return []
        self._report.lines_taken += 1
        if deep := self._adoption.deep_fields:  # the merge counts it and keeps it, but knows not where it stood
            self._name_rejected(line.file, line.number, f"{', '.join(deep)}: nested too deeply; the rest went in")
        return adopted

    def _write_chunk(self) -> None:
        if self._chunk:
            self._writer.append(b"".join(self._chunk))
            self._chunk, self._chunk_bytes = [], 0
        if self._faults:
            raise StoreFault(f"The import stopped: {self._faults[0]}", None)

    def _merge(self, *, is_counted: bool = True) -> None:
        """Merge what is in the journal; leave it there where another process holds the tables.

        Ctrl+C waits for the transaction, or what it committed would not be counted.
        """
        is_caught_up = False
        try:
            while not is_caught_up:
                with ctrl_c_after():
                    changes = self._merger.merge_once(budget_secs=_MERGE_SECS)
                    if is_counted:
                        self._report.spans_added += changes.spans_added
                        self._changed.update(map(hash, changes.foreign_ids))
                    self._report.rejected_count += changes.lines_rejected
                    self._report.is_merged = is_caught_up = self._merger.is_caught_up
        except StoreBusy:
            self._report.is_merged = False

    def _reject(self, file: str, number: int, reason: str, raw: bytes) -> None:
        self._report.rejected_count += 1
        self._name_rejected(file, number, reason)
        self._kept_bytes += len(raw)
        if self._kept_bytes > _MAX_KEPT_BYTES:
            return
        text = raw.rstrip(b"\n").decode("utf-8", "backslashreplace")
        self._rejected_lines.append(encode_line({"file": file, "number": number, "reason": reason, "line": text}))

    def _name_rejected(self, file: str, number: int, reason: str) -> None:
        if len(self._report.rejected) < _MAX_REPORTED:
            self._report.rejected.append(RejectedLine(file, number, reason))

    def _keep_rejected(self) -> None:
        """Keep what was refused; the same lines are kept once, however often they are imported."""
        if not self._rejected_lines:
            return
        data = b"".join(self._rejected_lines)
        path = self._store / REJECTED_FOLDER / f"import-{hashlib.sha256(data).hexdigest()[:16]}.ndjson"
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(
                f"Lines that are no rows cannot be set aside: {reason}. The rest went in.", path
            ) from error
        self._report.rejected_path = path


def _no_progress(_done: int, _total: int | None) -> None:
    """Nobody watches."""
