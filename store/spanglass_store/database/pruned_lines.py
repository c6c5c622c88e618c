"""Lines of pruned spans in segments that are in the journal still: passed over by merges, taken out once they are kept.

Until then `merged/<segment>.pruned` names them, and says how far the segment was merged when they went: what was logged
later counts, and what came before is not brought back when tables are rebuilt.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass_store.database.json_text import parsed, read_fields
from spanglass_store.database.rows import container_of
from spanglass_store.journal.kept import MERGED_FOLDER, list_kept, rewrite_kept
from spanglass_store.journal.lines import BadLine
from spanglass_store.journal.names import SEGMENT_SUFFIX
from spanglass_store.location import JOURNAL_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

WHOLE_SEGMENT = sys.maxsize
_SUFFIX = ".pruned"


@dataclass(frozen=True, slots=True)
class PrunedNames:
    """What lines of the journal call the spans and attachments that went: row ids with their containers, and keys."""

    spans: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    keys: set[str] = field(default_factory=set[str])

    def are_spoken_of(self, line: bytes) -> bool:
        """Tell whether a line speaks of one of them."""
        if not self.spans and not self.keys:
            return False
        try:
            fields = read_fields(line)
        except BadLine:
            return False
        if "_line" in fields:
            key = parsed(fields.get("key"))
            return isinstance(key, str) and key in self.keys
        origin = parsed(fields.get("origin"))
        row_id = parsed(cast("dict[str, Any]", origin if isinstance(origin, dict) else fields).get("id"))
        return isinstance(row_id, str) and (row_id, container_of(fields)) in self.spans


@dataclass(frozen=True, slots=True)
class PrunedLines:
    """What is to be left out of one segment: by prune, up to which byte, and what its lines speak of there."""

    prunes: list[tuple[int, PrunedNames]] = field(default_factory=list[tuple[int, PrunedNames]])

    def has_line(self, offset: int, line: bytes) -> bool:
        """Tell whether the line that begins at `offset` is one of them."""
        return any(offset < end and names.are_spoken_of(line) for end, names in self.prunes)

    def iter_others(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the lines of the segment, given from its first on, that are none of them."""
        offset = 0
        for line in lines:
            if not self.has_line(offset, line):
                yield line
            offset += len(line)


def note_pruned(store: Path, segment: str, names: PrunedNames, end: int = WHOLE_SEGMENT) -> None:
    """Note what is to be left out of the first `end` bytes of a segment. Raises OSError."""
    folder = store / MERGED_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    fd = os.open(folder / f"{_stem(segment)}{_SUFFIX}", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(b"\n" + orjson.dumps([end, sorted(names.spans), sorted(names.keys)]) + b"\n")


def read_pruned(store: Path, segment: str) -> PrunedLines:
    """Return what was noted for a segment, kept by now or not. A note that was cut short is none."""
    pruned = PrunedLines()
    with contextlib.suppress(OSError):
        for line in (store / MERGED_FOLDER / f"{_stem(segment)}{_SUFFIX}").read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                end, spans, keys = orjson.loads(line)
                names = PrunedNames({(row_id, container) for row_id, container in spans}, set(keys))
                pruned.prunes.append((end, names))
    return pruned


def read_pruned_in_journal(store: Path) -> dict[str, PrunedLines]:
    """Return, by name, what was noted for the segments that are in the journal."""
    notes = [f"{note.stem}{SEGMENT_SUFFIX}" for note in (store / MERGED_FOLDER).glob(f"*{_SUFFIX}")]
    return {name: read_pruned(store, name) for name in notes if (store / JOURNAL_FOLDER / name).exists()}


def clean_kept_segments(store: Path) -> None:
    """Take out of the segments that are kept by now what was noted for them.

    Never raises for the disk's faults: it is tried again after the next merge.
    """
    with contextlib.suppress(OSError):
        for note in (store / MERGED_FOLDER).glob(f"*{_SUFFIX}"):
            segment = f"{note.stem}{SEGMENT_SUFFIX}"
            if (store / JOURNAL_FOLDER / segment).exists():
                continue
            pruned = read_pruned(store, segment)
            for path in list_kept(note.parent):
                if _stem(path.name) == note.stem:
                    rewrite_kept(path, pruned.iter_others)
            note.unlink()


def _stem(segment: str) -> str:
    """Return the name of a segment without its endings."""
    return segment.partition(".")[0]
