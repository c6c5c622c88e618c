"""From a path to a source: a file or a pipe, a folder of payloads, a bundle, another store."""

from __future__ import annotations

import contextlib
import itertools
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.blobs.files import blob_path
from spanglass_store.database.reader import Store, open_store
from spanglass_store.faults import StoreFault
from spanglass_store.journal.lines import decode_line
from spanglass_store.location import STORE_FILE
from spanglass_store.transfer.bundle import BundleReader, is_bundle
from spanglass_store.transfer.files import FileSource
from spanglass_store.transfer.source import Source, SourceLine

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PIPE = Path("-")
_HEAD_BYTES = 4096
_COMPRESSED = "a compressed file"
_OTHER_FORMATS = {
    b"PAR1": "a Parquet table",
    b"PK": "a zip file that is no bundle",
    b"\x1f\x8b": _COMPRESSED,
    b"\xfd7zXZ": _COMPRESSED,
    b"\x28\xb5\x2f\xfd": _COMPRESSED,
    b"BZh": _COMPRESSED,
    b"\xff\xfe": "text in UTF-16, not in UTF-8",
    b"\xfe\xff": "text in UTF-16, not in UTF-8",
}


@contextlib.contextmanager
def open_source(path: Path) -> Generator[Source]:
    """Yield what lies at a path, "-" for standard input. Raises StoreFault where it cannot be read."""
    try:
        if path == PIPE:
            yield FileSource([], pipe=sys.stdin.buffer)
        elif (path / STORE_FILE).is_file():
            with open_store(path) as store:
                yield StoreSource(store)
        elif path.is_dir():
            yield FileSource(_files_in(path))
        elif path.exists() and not path.is_file():  # a shell's `<(command)`: what is read once is gone
            with path.open("rb") as pipe:
                yield FileSource([], pipe=pipe)
        elif is_bundle(path):
            with zipfile.ZipFile(path) as archive:
                yield BundleReader(archive, path)
        else:
            _refuse_other_formats(path)
            yield FileSource([path])
    except (OSError, zipfile.BadZipFile) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise StoreFault(f"This cannot be imported: {reason}. The store is as it was before.", path) from error


@dataclass(slots=True)
class StoreSource:
    """Another store, read as it is now."""

    store: Store
    written_us: int | None = None
    size_bytes: int | None = None

    @property
    def name(self) -> str:
        """Return the name of its folder."""
        return self.store.path.name

    def iter_blobs(self) -> Iterator[tuple[str, BinaryIO]]:
        """Yield the blobs that are there."""
        for raw in self.store.list_attachment_lines():
            digest = decode_line(raw).get("digest")
            with contextlib.suppress(FileNotFoundError, ValueError):
                if isinstance(digest, str):
                    with blob_path(self.store.path, digest).open("rb") as file:
                        yield digest, file

    def iter_lines(self) -> Iterator[SourceLine]:
        """Yield experiments, attachments, spans and comments."""
        spans = (span.text.encode() for span in self.store.iter_wire_spans())
        lines = itertools.chain(
            self.store.list_experiment_lines(),
            self.store.list_attachment_lines(),
            spans,
            self.store.list_comment_lines(),
        )
        for number, raw in enumerate(lines, 1):
            yield SourceLine(self.name, number, raw)


def _refuse_other_formats(path: Path) -> None:
    """Raise StoreFault for a file that holds no lines: thousands of bad ones would say it less well."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    kind = next((kind for magic, kind in _OTHER_FORMATS.items() if head.startswith(magic)), None)
    if kind is None and b"\0" in head:
        kind = "a binary file"
    if kind is not None:
        way = " Unpack it into a pipe: `gunzip -c FILE | spanglass import -`." if kind is _COMPRESSED else ""
        raise StoreFault(f"This is {kind}; JSON lines, bundles and stores can be imported.{way}", path)


def _files_in(folder: Path) -> list[Path]:
    """Return a folder's payloads of the real SDK, else its JSON files."""
    for pattern in ("payload_*.json", "*.json*", "*.ndjson"):
        if found := sorted(path for path in folder.glob(pattern) if path.is_file()):
            return found
    raise StoreFault("There is nothing to import here: no store, no payload_*.json, no JSON lines.", folder)
