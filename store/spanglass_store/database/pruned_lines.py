"""Lines of pruned spans in segments that living programs write to: taken out once a segment is kept.

Until then `merged/<segment>.pruned` names them; so a rebuild does not bring back what was deleted.
"""

from __future__ import annotations

import contextlib
import os
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
    from pathlib import Path

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
            return parsed(fields.get("key")) in self.keys
        origin = parsed(fields.get("origin"))
        row_id = parsed(cast("dict[str, Any]", origin if isinstance(origin, dict) else fields).get("id"))
        return (row_id, container_of(fields)) in self.spans


def note_pruned(store: Path, segment: str, names: PrunedNames) -> None:
    """Note what is to be taken out of a segment that is in the journal still. Raises OSError."""
    folder = store / MERGED_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    fd = os.open(folder / f"{_stem(segment)}{_SUFFIX}", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(b"\n" + orjson.dumps([sorted(names.spans), sorted(names.keys)]) + b"\n")


def read_pruned(store: Path, segment: str) -> PrunedNames:
    """Return what was noted for a segment, kept by now or not. A note that was cut short is none."""
    names = PrunedNames()
    with contextlib.suppress(OSError):
        for line in (store / MERGED_FOLDER / f"{_stem(segment)}{_SUFFIX}").read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                spans, keys = orjson.loads(line)
                names.spans.update((row_id, container) for row_id, container in spans)
                names.keys.update(keys)
    return names


def clean_kept_segments(store: Path) -> None:
    """Take out of the segments that are kept by now what was noted for them.

    Never raises for the disk's faults: it is tried again after the next merge.
    """
    with contextlib.suppress(OSError):
        for note in (store / MERGED_FOLDER).glob(f"*{_SUFFIX}"):
            segment = f"{note.stem}{SEGMENT_SUFFIX}"
            if (store / JOURNAL_FOLDER / segment).exists():
                continue
            names = read_pruned(store, segment)
            for path in list_kept(note.parent):
                if _stem(path.name) == note.stem:
                    rewrite_kept(path, lambda line, names=names: not names.are_spoken_of(line))
            note.unlink()


def _stem(segment: str) -> str:
    """Return the name of a segment without its endings."""
    return segment.partition(".")[0]
