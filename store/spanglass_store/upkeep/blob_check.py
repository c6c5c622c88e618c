"""Compares what rows say of attachments with the files that are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_store.blobs.files import blob_path
from spanglass_store.database.statements import query
from spanglass_store.location import BLOBS_FOLDER, REJECTED_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor


@dataclass(frozen=True, slots=True)
class BlobFault:
    """A row that its blob does not bear out; `mend` makes the row say so, and sets a damaged blob aside."""

    kind: str
    sentence: str
    path: Path
    mend: Callable[[], object]


def iter_blob_faults(cursor: Cursor) -> Iterator[BlobFault]:
    """Yield each stored attachment whose blob is missing or does not have its digest; every blob is read."""
    verdicts: dict[str, str | None] = {}
    for key, digest in cursor.rows(query("list_done_digests")):
        if digest not in verdicts:
            verdicts[digest] = _verdict(cursor.store, digest)
        verdict = verdicts[digest]
        if verdict is not None:
            path = _path(cursor.store, digest)
            yield BlobFault(f"{verdict}-blob", f"The file of an attachment is {verdict}.", path,
                            _mending(cursor, key, path, verdict))  # fmt: skip


def _verdict(store: Path, digest: str) -> str | None:
    """Return what is wrong with a blob, None where nothing is. Raises OSError where it cannot be read."""
    try:
        with blob_path(store, digest).open("rb") as file:
            return None if hashlib.file_digest(file, "sha256").hexdigest() == digest else "damaged"
    except (FileNotFoundError, ValueError):
        return "missing"
    except OSError:
        return "unreadable"


def _path(store: Path, digest: str) -> Path:
    try:
        return blob_path(store, digest)
    except ValueError:
        return store / BLOBS_FOLDER


def _mending(cursor: Cursor, key: str, path: Path, verdict: str) -> Callable[[], object]:
    def mend() -> None:
        if verdict == "unreadable":
            path.chmod(0o600)
            return
        if verdict == "damaged" and path.is_file():
            path.rename(cursor.store / REJECTED_FOLDER / path.name)
        cursor.rows(query("mark_blob_lost"), {"key": key, "error": f"The stored file is {verdict}."})

    return mend
