"""Deletes blobs that nothing names: no row of the tables, and no line of the journal.

A program stores a blob first and writes the line that names it right after. So a young blob is never swept; and as
storing the same bytes again makes the old file young (`blobs.files`), a blob is looked at once more after it was
moved out of everybody's way, and put back where it was touched meanwhile.
"""

from __future__ import annotations

import contextlib
import re
import time
from typing import TYPE_CHECKING

from spanglass_store.blobs.files import Blob, blob_path, list_blobs
from spanglass_store.database.segments import list_segments
from spanglass_store.database.statements import query
from spanglass_store.location import BLOBS_FOLDER, JOURNAL_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from spanglass_store.database.connection import Cursor

MIN_AGE_SECS = 3600.0
_DIGEST_IN_LINE = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_SWEPT = ".swept-"


def list_unnamed_blobs(cursor: Cursor, min_age_secs: float = MIN_AGE_SECS) -> list[Blob]:
    """Return the blobs that no row and no line of the journal names, and that were not stored lately."""
    named = {digest for (_, digest) in cursor.rows(query("list_digests"))} | _list_digests_in_flight(cursor.store)
    return [
        blob
        for blob in list_blobs(cursor.store)
        if blob.digest not in named and not _is_young(blob_path(cursor.store, blob.digest), min_age_secs)
    ]


def sweep_blobs(store: Path, blobs: Iterable[Blob], min_age_secs: float = MIN_AGE_SECS) -> int:
    """Delete these blobs, but those that were stored anew meanwhile; return how many bytes are free now.

    A blob that cannot be deleted is left.
    """
    freed_bytes = 0
    for blob in blobs:
        path = blob_path(store, blob.digest)
        aside = store / BLOBS_FOLDER / f"{_SWEPT}{blob.digest}"
        with contextlib.suppress(OSError):
            path.rename(aside)
            if _is_young(aside, min_age_secs):
                aside.rename(path)
            else:
                aside.unlink()
                freed_bytes += blob.size_bytes
    return freed_bytes


def _list_digests_in_flight(store: Path) -> set[str]:
    """Return whatever looks like a digest in the journal: what a live writer's segment names is not merged yet."""
    journal = store / JOURNAL_FOLDER
    found: set[str] = set()
    for segment in list_segments(journal):
        with contextlib.suppress(FileNotFoundError), (journal / segment.name).open("rb") as lines:
            for line in lines:
                found.update(match.decode() for match in _DIGEST_IN_LINE.findall(line))
    return found


def _is_young(path: Path, min_age_secs: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime < min_age_secs
    except OSError:
        return True
