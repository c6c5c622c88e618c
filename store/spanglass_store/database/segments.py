"""Finds the journal's segments, tells the living from the dead, reads whole lines from an offset."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_store.database.statements import query
from spanglass_store.faults import StoreFault
from spanglass_store.journal.lines import MAX_LINE_BYTES
from spanglass_store.journal.liveness import has_writer
from spanglass_store.journal.names import SEGMENT_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spanglass_store.database.connection import Cursor

# A segment without a byte may be one whose writer has not taken its lock yet: it is left alone that long.
EMPTY_GRACE_SECS = 10.0
_SEARCH_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as the folder shows it."""

    name: str
    pid: int
    opened_ms: int
    size_bytes: int
    modified_secs: float


@dataclass(frozen=True, slots=True)
class BadBytes:
    """Bytes of a segment that are no line, with where they stood and why they were refused."""

    offset: int
    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Whole lines of a segment, each with its offset; `end_offset` is where the next batch begins."""

    lines: list[tuple[int, bytes]]
    end_offset: int
    torn: BadBytes | None = None


def list_segments(journal: Path) -> list[Segment]:
    """Return the segments in the order in which they were opened; none where the folder is missing.

    Raises StoreFault where it cannot be read.
    """
    found: list[Segment] = []
    try:
        with os.scandir(journal) as entries:
            for entry in entries:
                name = SEGMENT_NAME.fullmatch(entry.name)
                if name is None:
                    continue
                try:
                    stat = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # retired by another process between the listing and the look
                opened_ms, pid = int(name["opened_ms"]), int(name["pid"])
                found.append(Segment(entry.name, pid, opened_ms, stat.st_size, stat.st_mtime))
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreFault(f"The journal cannot be read: {reason}. Nothing was changed.", journal) from error
    return sorted(found, key=lambda segment: segment.name)


def is_living(journal: Path, segment: Segment) -> bool:
    """Tell whether a segment may still grow. Ask before reading: what is read after "no" is all there is."""
    if segment.size_bytes == 0 and time.time() - segment.modified_secs < EMPTY_GRACE_SECS:
        return True
    try:
        return has_writer(journal / segment.name)
    except OSError:
        return False


def read_batch(path: Path, offset: int, *, max_bytes: int, max_lines: int, is_living: bool) -> LineBatch:
    """Read whole lines from `offset` on, at most about `max_bytes` and `max_lines`, at least one if there is one.

    While the writer lives, a line that is not whole yet (no newline, or NULs in it) ends the batch and is left
    for the next; afterwards a torn tail is handed out as `torn`, and lines with NULs like any other.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        data = file.read(max_bytes)
        while b"\n" not in data and len(data) <= MAX_LINE_BYTES and (more := file.read(_SEARCH_BYTES)):
            data += more
        is_all = file.read(1) == b""
    end = data.rfind(b"\n") + 1
    if end == 0 and len(data) > MAX_LINE_BYTES:
        return LineBatch([], offset + len(data), BadBytes(offset, data[:max_bytes], "the line is too long"))
    lines: list[tuple[int, bytes]] = []
    at = 0
    while at < end and len(lines) < max_lines:
        line_end = data.index(b"\n", at) + 1
        line = data[at:line_end]
        if is_living and b"\0" in line:
            return LineBatch(lines, offset + at)
        if line.strip():
            lines.append((offset + at, line))
        at = line_end
    if at == end and end < len(data) and is_all and not is_living:
        return LineBatch(lines, offset + len(data), BadBytes(offset + end, data[end:], "the line is torn off"))
    return LineBatch(lines, offset + at)


def forget_segments(cursor: Cursor, names: Sequence[str]) -> None:
    """Let the tables forget how far segments are merged, but not the number of the newest change set."""
    cursor.rows(query("keep_sequence"))
    cursor.rows(query("delete_segments"), {"names": list(names)})
