"""A bundle: traces with all that belongs to them in one zip file, for another machine.

bundle.json        {"spanglass_bundle": 1}
experiments.jsonl  what is known of the experiments, as journal lines
attachments.jsonl  the states of the attachments, as journal lines
spans.jsonl        the merged spans, one row of the wire a line
comments.jsonl     the comments on them, as they were logged
blobs/<digest>     the attachments' bytes, each under its SHA-256
"""

from __future__ import annotations

import contextlib
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

import orjson

from spanglass_store.blobs.files import CHUNK_BYTES, blob_path
from spanglass_store.faults import StoreFault, UnknownFormat
from spanglass_store.journal.lines import decode_line
from spanglass_store.transfer.source import SourceLine
from spanglass_store.transfer.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from spanglass_store.database.reader import Store

BUNDLE_FORMAT = 1
_HEAD = "bundle.json"
_LINES = ("experiments.jsonl", "attachments.jsonl", "spans.jsonl", "comments.jsonl")
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")
_KEY = re.compile(r'"key":\s*"([^"\\]+)"')


def is_bundle(path: Path) -> bool:
    """Tell whether a file is a bundle, from its beginning and its list of parts. Raises OSError."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return False
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        return _HEAD in archive.namelist()
    return False


def write_bundle(
    store: Store,
    path: Path,
    roots: Sequence[str] | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> None:
    """Write the traces with these root spans, or all, into a bundle; there is a whole one afterwards or none.

    `on_progress` is told how many bytes went into it so far, and None: nobody knows how many it will be.
    Raises OSError where the file cannot be written.
    """
    tally = _Tally(on_progress)
    with whole_file(path) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_HEAD, orjson.dumps({"spanglass_bundle": BUNDLE_FORMAT}))
        keys, row_ids = _write_spans(archive, store, roots, tally)
        lines = store.list_attachment_lines(None if roots is None else sorted(keys))
        archive.writestr("experiments.jsonl", b"".join(store.list_experiment_lines(roots)))
        archive.writestr("attachments.jsonl", b"".join(lines))
        archive.writestr("comments.jsonl", b"".join(store.list_comment_lines(None if roots is None else row_ids)))
        _write_blobs(archive, store, lines, tally)


@dataclass(slots=True)
class _Tally:
    """Counts the bytes of a bundle before they are compressed."""

    on_progress: Callable[[int, int | None], None] | None
    done_bytes: int = 0

    def add(self, size_bytes: int) -> None:
        self.done_bytes += size_bytes
        if self.on_progress is not None:
            self.on_progress(self.done_bytes, None)


def _write_spans(
    archive: zipfile.ZipFile, store: Store, roots: Sequence[str] | None, tally: _Tally
) -> tuple[set[str], list[str]]:
    """Write the spans; return the keys of the attachments that they may name, and their row ids."""
    keys: set[str] = set()
    row_ids: list[str] = []
    with archive.open("spans.jsonl", "w", force_zip64=True) as file:
        for span in store.iter_wire_spans(roots):
            line = span.text.encode() + b"\n"
            file.write(line)
            tally.add(len(line))
            if roots is not None:
                row_ids.append(span.id)
                if '_attachment"' in span.text:
                    keys.update(_KEY.findall(span.text))
    return keys, row_ids


def _write_blobs(archive: zipfile.ZipFile, store: Store, attachment_lines: list[bytes], tally: _Tally) -> None:
    digests = {decode_line(line).get("digest") for line in attachment_lines}
    for digest in sorted(digest for digest in digests if isinstance(digest, str)):
        # a blob that is gone is no reason not to hand on the rest
        with contextlib.suppress(FileNotFoundError, ValueError), blob_path(store.path, digest).open("rb") as source:
            part = zipfile.ZipInfo(f"blobs/{digest}")  # stored: pictures and sound are compressed already
            with archive.open(part, "w", force_zip64=True) as target:
                while chunk := source.read(CHUNK_BYTES):
                    target.write(chunk)
                    tally.add(len(chunk))


@dataclass(slots=True)
class BundleReader:
    """A bundle as a source. Raises UnknownFormat for one of a newer Spanglass."""

    archive: zipfile.ZipFile
    path: Path
    name: str = field(init=False)
    written_us: int | None = field(init=False)
    size_bytes: int | None = field(init=False)

    def __post_init__(self) -> None:
        """Look at what it says of itself."""
        self.name = self.path.stem
        self.written_us = self.path.stat().st_mtime_ns // 1000
        self.size_bytes = sum(part.file_size for part in self.archive.infolist() if part.filename in _LINES)
        try:
            head = cast("dict[str, object]", orjson.loads(self.archive.read(_HEAD)))
            bundle_format = int(str(head["spanglass_bundle"]))
        except (ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error):
            raise StoreFault("This bundle is damaged or encrypted; the store is as it was before.", self.path) from None
        if bundle_format > BUNDLE_FORMAT:
            raise UnknownFormat("The bundle was written by a newer Spanglass; update it to open this.", self.path)

    def iter_blobs(self) -> Iterator[tuple[str, BinaryIO]]:
        """Yield the blobs; their digests are only what the bundle says."""
        for part in self.archive.infolist():
            if match := _BLOB.fullmatch(part.filename):
                with self.archive.open(part) as file:
                    yield match[1], cast("BinaryIO", file)

    def iter_lines(self) -> Iterator[SourceLine]:
        """Yield experiments, attachments, spans and comments."""
        present = set(self.archive.namelist())
        for name in _LINES:
            if name in present:
                with self.archive.open(name) as file:
                    for number, raw in enumerate(file, 1):
                        yield SourceLine(name, number, raw)
