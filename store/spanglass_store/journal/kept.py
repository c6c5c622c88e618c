"""Merged segments, kept compressed up to a cap, so that damaged tables can be rebuilt: `merged/<segment>.gz`.

A segment comes here by a rename, which costs a merge nothing; it is compressed when there is time. The oldest go
first when all together are larger than the cap.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import time
import zlib
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.journal import liveness
from spanglass_store.journal.names import is_segment_name
from spanglass_store.location import JOURNAL_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

MERGED_FOLDER = "merged"
_GZ = ".gz"
_DRAFT = ".draft"
_LEVEL = 1  # 190 MB/s and a quarter of the size; level 6 takes 3.5 times as long for a sixth
_CHUNK_BYTES = 1024 * 1024
_DRAFT_SECS = 3600.0  # a younger draft may be at work in another process
DAMAGED_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)


class KeptJournal:
    """The merged segments of one store; `cap_bytes` of 0 keeps none."""

    def __init__(self, store: Path, cap_bytes: int) -> None:
        self.folder = store / MERGED_FOLDER
        self._journal = store / JOURNAL_FOLDER
        self._cap_bytes = cap_bytes
        self._is_tidy = False

    def take(self, segment: Path) -> None:
        """Move a merged segment here out of the journal, or delete it. Raises OSError where neither can be done."""
        if self._cap_bytes:
            with contextlib.suppress(OSError):
                self.folder.mkdir(mode=0o700, exist_ok=True)
                segment.rename(self.folder / segment.name)
                self._is_tidy = False
                return
        segment.unlink()

    def tidy(self, deadline: float) -> bool:
        """Compress what came lately, newest first, and delete what the cap has no room for; return whether all is done.

        It ends at `deadline`, a time of `time.monotonic`, or after one segment. What goes is not compressed before,
        but for the one that fills the cap.
        Never raises for the disk's faults: what is kept is a precaution, and nothing here is the only copy.
        """
        if self._is_tidy:
            return True
        left_bytes = self._cap_bytes
        has_compressed = False
        with contextlib.suppress(OSError):
            self._drop_old_drafts()
            for path in reversed(list_kept(self.folder)):
                if path.suffix == _GZ and path.with_suffix("").exists():
                    continue  # a tidying was killed before it took the plain one away: it is compressed once more
                kept = path
                if left_bytes > 0 and path.suffix != _GZ:
                    if has_compressed and time.monotonic() >= deadline:
                        return False
                    kept = _compress(path)
                    has_compressed = True
                left_bytes -= kept.stat().st_size
                if left_bytes < 0:
                    kept.unlink()
        self._is_tidy = True  # where the disk refuses, too: not again before there is something new
        return True

    def _drop_old_drafts(self) -> None:
        """Delete what a process that was killed over it left; the next one to write that segment writes it anew."""
        for draft in self.folder.glob(f"*{_DRAFT}"):
            if time.time() - draft.stat().st_mtime > _DRAFT_SECS:
                draft.unlink()

    def give_back(self, segments: Sequence[Path] | None = None) -> int:
        """Move kept segments, all by default, back into the journal, where a merge finds them; return how many.

        Done again after a crash in the middle, it goes on. Of a damaged one, what can be read. Raises OSError.
        """
        kept = list_kept(self.folder) if segments is None else segments
        for path in kept:
            if path.suffix == _GZ:
                self._decompress(path)
            else:
                path.rename(self._journal / path.name)
        return len(kept)

    def _decompress(self, path: Path) -> None:
        target = self._journal / path.name.removesuffix(_GZ)
        draft = target.with_name(target.name + _DRAFT)
        with gzip.open(path) as source, _private_file(draft) as file, contextlib.suppress(*DAMAGED_GZIP):
            while chunk := source.read(_CHUNK_BYTES):
                file.write(chunk)
        draft.rename(target)
        path.unlink()


def list_kept(folder: Path) -> list[Path]:
    """Return the kept segments, compressed or not, oldest first; none where the folder is missing."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names suffice
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(names) if is_segment_name(name.removesuffix(_GZ))]


def iter_kept_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a kept segment; of a damaged one those before the damage. Raises OSError."""
    with gzip.open(path) if path.suffix == _GZ else path.open("rb") as file, contextlib.suppress(*DAMAGED_GZIP):
        yield from file


def rewrite_kept(path: Path, choose: Callable[[Sequence[bytes]], Iterable[bytes]]) -> None:
    """Leave in a kept segment those of its lines alone that `choose` gives back; one that is gone by now is no fault.

    Raises OSError where the file cannot be written anew; it is as it was then.
    """
    try:
        lines = [*iter_kept_lines(path)]
    except FileNotFoundError:
        return
    wanted = [*choose(lines)]
    if len(wanted) == len(lines):
        return
    draft = path.with_name(path.name + _DRAFT)
    with _private_file(draft) as file:
        data = b"".join(wanted)
        file.write(gzip.compress(data, _LEVEL) if path.suffix == _GZ else data)
    draft.replace(path)


def is_whole(path: Path) -> bool:
    """Tell whether a kept segment can be read to its end."""
    try:
        with gzip.open(path) if path.suffix == _GZ else path.open("rb") as file:
            while file.read(_CHUNK_BYTES):
                pass
    except (OSError, *DAMAGED_GZIP):
        return False
    return True


def _compress(path: Path) -> Path:
    """Put a compressed file in the place of a plain one, unless another process is at it; return which is there now."""
    packed_path = path.with_name(path.name + _GZ)
    draft = packed_path.with_name(packed_path.name + _DRAFT)
    with path.open("r+b") as source:
        try:
            liveness.claim(source.fileno())
        except OSError:
            return path
        try:
            with _private_file(draft) as target, gzip.GzipFile("", "wb", _LEVEL, target) as packed:
                shutil.copyfileobj(source, packed, _CHUNK_BYTES)
            draft.replace(packed_path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    path.unlink(missing_ok=True)
    return packed_path


def _private_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600), "wb")
