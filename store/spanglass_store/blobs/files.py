"""Content-addressed files: `blobs/<ab>/<sha256>`, each written once and never changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.location import BLOBS_FOLDER

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

CHUNK_BYTES = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Stored bytes: their SHA-256 as 64 hex digits, and their size."""

    digest: str
    size_bytes: int


def blob_path(store: Path, digest: str) -> Path:
    """Return where the blob of this digest lies, or would lie.

    Raises ValueError for anything but 64 lower-case hex digits: a digest from a file never leads out of the store.
    """
    if _DIGEST.fullmatch(digest) is None:
        raise ValueError(f"not a SHA-256 digest: {digest[:80]!r}")
    return store / BLOBS_FOLDER / digest[:2] / digest


def put_bytes(store: Path, data: bytes) -> Blob:
    """Store `data`, unless it is there already. Raises OSError where the disk says no."""
    blob = Blob(hashlib.sha256(data).hexdigest(), len(data))
    return blob if _is_there(blob_path(store, blob.digest)) else _put_chunks(store, [data])


def put_file(store: Path, source: BinaryIO) -> Blob:
    """Store what is left to read in `source`, in bounded memory. Raises OSError where a disk says no."""
    return _put_chunks(store, iter(lambda: source.read(CHUNK_BYTES), b""))


def list_blobs(store: Path) -> list[Blob]:
    """Return the blobs of a store by their names and sizes; their bytes are not looked at."""
    found: list[Blob] = []
    for path in (store / BLOBS_FOLDER).glob("??/*"):
        with contextlib.suppress(OSError):
            if _DIGEST.fullmatch(path.name) and path.parent.name == path.name[:2]:
                found.append(Blob(path.name, path.stat().st_size))
    return found


def _is_there(path: Path) -> bool:
    """Tell whether a blob is there, and make it young: a sweep leaves alone what was stored lately."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def _put_chunks(store: Path, chunks: Iterable[bytes]) -> Blob:
    sha256 = hashlib.sha256()
    size_bytes = 0
    with _draft_file(store) as (draft, file):
        for chunk in chunks:
            sha256.update(chunk)
            size_bytes += file.write(chunk)
        file.close()
        blob = Blob(sha256.hexdigest(), size_bytes)
        target = blob_path(store, blob.digest)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft.replace(target)  # the same name has the same bytes: whoever comes last changes nothing
    return blob


@contextlib.contextmanager
def _draft_file(store: Path) -> Generator[tuple[Path, BinaryIO]]:
    """Yield a new private file beside the blobs; it is gone afterwards unless it was renamed."""
    folder = store / BLOBS_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f".draft-{os.urandom(8).hex()}"
    fd = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            yield draft, file
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
