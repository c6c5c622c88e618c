"""The lines of source around a frame, where the file is on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_viewer.panes.detail.editor import is_local_source

if TYPE_CHECKING:
    from spanglass_viewer.tracebacks.parsed import Frame

_LINES_AROUND = 5


@dataclass(frozen=True, slots=True)
class SourceExcerpt:
    """Lines of a file from `first_line` on; `is_changed` tells that the frame's line reads otherwise now."""

    first_line: int
    lines: tuple[str, ...]
    is_changed: bool


def find_source(frame: Frame) -> SourceExcerpt | None:
    """Return the frame's line with five lines on each side, None where the file or the line is not there."""
    path = Path(frame.path)
    if not is_local_source(path):
        return None
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    if not 1 <= frame.line <= len(lines):
        return None
    first = max(1, frame.line - _LINES_AROUND)
    quoted = frame.source.split("\n", 1)[0].strip()
    is_changed = bool(quoted) and lines[frame.line - 1].strip() != quoted
    return SourceExcerpt(first, tuple(lines[first - 1 : frame.line + _LINES_AROUND]), is_changed)
