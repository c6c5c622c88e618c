"""Compares what rows say of attachments with the files that are there."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from spanglass_store.blobs.files import blob_path
from spanglass_store.database.statements import query
from spanglass_store.location import BLOBS_FOLDER, REJECTED_FOLDER
from spanglass_store.upkeep.blob_sweep import list_unnamed_blobs
from spanglass_store.upkeep.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor
    from spanglass_store.upkeep.findings import Check


def check_blobs(cursor: Cursor) -> Iterator[Check]:
    """Yield each stored attachment whose blob is missing or does not have its digest; every blob is read.

    Mended, the row says so, and a damaged blob is set aside. Blobs that nothing names are worth knowing.
    """
    keys: dict[str, list[str]] = defaultdict(list)
    for key, digest in cursor.rows(query("list_done_digests")):
        keys[digest].append(key)
    for digest, named_by in keys.items():
        verdict = _verdict(cursor.store, digest)
        if verdict is not None:
            path = _path(cursor.store, digest)
            whose = "an attachment" if len(named_by) == 1 else f"{len(named_by)} attachments"
            finding = Finding(
                f"{verdict}-blob",
                f"The file of {whose} is {verdict}: its bytes are lost. Mended, the rows say so.",
                path,
            )
            yield finding, _mending(cursor, named_by, path, verdict)
    unnamed = list_unnamed_blobs(cursor)
    if unnamed:
        size_bytes = sum(blob.size_bytes for blob in unnamed)
        count, verb = ("1 file", "takes") if len(unnamed) == 1 else (f"{len(unnamed)} files", "take")
        sentence = f"{count} that nothing names {verb} {size_bytes:,} bytes; `spanglass compact` gives them back."
        yield Finding("unnamed-blobs", sentence, cursor.store / BLOBS_FOLDER, is_fault=False), None


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


def _mending(cursor: Cursor, keys: list[str], path: Path, verdict: str) -> Callable[[], object]:
    def mend() -> None:
        if verdict == "unreadable":
            path.chmod(0o600)
            return
        if verdict == "damaged" and path.is_file():
            path.rename(cursor.store / REJECTED_FOLDER / path.name)
        for key in keys:
            cursor.rows(query("mark_blob_lost"), {"key": key, "error": f"The stored file is {verdict}."})

    return mend
