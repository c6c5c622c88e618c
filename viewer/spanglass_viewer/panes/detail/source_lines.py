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
    """Lines of a file from `first_line` on; `line` is the frame's among them, where it stands now.

    `is_changed`: the line reads otherwise now, stands elsewhere, or the file is newer. `columns` are where in that
    line it failed, from the first character to behind the last, where the traceback says so.
    """

    first_line: int
    lines: tuple[str, ...]
    line: int
    is_changed: bool
    columns: tuple[int, int] | None = None


def find_source(frame: Frame, logged_us: int = 0) -> SourceExcerpt | None:
    """Return the frame's line with five lines on each side, None where the file or the line is not there.

    A file that was written after `logged_us` (µs since the epoch; 0 for an unknown time) has changed. Where it reads
    otherwise at the frame's line, the nearest line that reads as the traceback quotes it is taken for the frame's.
    """
    path = Path(frame.path)
    if not is_local_source(path):
        return None
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        is_newer = 0 < logged_us < path.stat().st_mtime_ns // 1000
    except OSError:
        return None
    quoted = frame.source.split("\n", 1)[0].strip()
    line = _find_line(lines, frame.line, quoted)
    if line is None:
        return None
    first = max(1, line - _LINES_AROUND)
    is_changed = is_newer or line != frame.line or (bool(quoted) and lines[line - 1].strip() != quoted)
    shown = tuple(lines[first - 1 : line + _LINES_AROUND])
    return SourceExcerpt(first, shown, line, is_changed, _find_columns(frame, lines[line - 1]))


def _find_line(lines: list[str], line: int, quoted: str) -> int | None:
    """Return the number of the line nearest to `line` that reads as quoted, else `line` where there is one."""
    alike = [number for number, text in enumerate(lines, 1) if quoted and text.strip() == quoted]
    if alike:
        return min(alike, key=lambda number: abs(number - line))
    return line if 1 <= line <= len(lines) else None


def _find_columns(frame: Frame, text: str) -> tuple[int, int] | None:
    """Return from where to where in this line the frame failed, None where the traceback quotes another one."""
    quoted = frame.source.split("\n", 1)[0]
    if frame.columns is None or text.strip() != quoted:
        return None
    indent = len(text) - len(text.lstrip())
    first, end = frame.columns
    return indent + first, indent + min(end, len(quoted))
