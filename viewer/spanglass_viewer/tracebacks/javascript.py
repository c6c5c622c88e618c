"""JavaScript stacks (V8; Firefox and Safari's `function@address` too) as text → exceptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spanglass_viewer.tracebacks.frame_kinds import frame_kind
from spanglass_viewer.tracebacks.parsed import Frame, Link, ParsedException

if TYPE_CHECKING:
    from collections.abc import Iterable

_V8_FRAME = re.compile(
    r"^\s{2,}at (?:async )?(?:(?P<function>[^()]{1,300}?(?: \[as [^\]]{1,100}\])?) \()?"
    r"(?P<path>[^()\s][^()]{0,2000}?):(?P<line>\d{1,9}):\d{1,9}\)?,?(?: \{)?$",
)
_MOZILLA_FRAME = re.compile(r"^(?P<function>[^@\s]{0,300})@(?P<path>\S{1,2000}?):(?P<line>\d{1,9}):\d{1,9}$")
_CAUSE = re.compile(r"^\s*(?:\[cause\]|Caused by): ?(?P<head>.*)$")
_HEAD = re.compile(r"^(?:Uncaught )?(?P<type>[A-Za-z_$][\w$.]*)(?: \[[^\]]{1,100}\])?(?:: ?(?P<message>.*))?$")

_NO_NAME = "<anonymous>"  # as V8 itself says of some


def parse_javascript(text: str) -> tuple[ParsedException, ...]:
    """Return the exceptions of a JavaScript stack, the one that got out first; () where the text holds no frames."""
    lines = text.splitlines()
    if not any(_frame(line) for line in lines):
        return ()
    starts = [0, *(number for number, line in enumerate(lines) if number and _CAUSE.match(line))]
    ends = [*starts[1:], len(lines)]
    parts = [lines[start:end] for start, end in zip(starts, ends, strict=True)]
    return tuple(_exception(part, Link.CAUSE if number else None) for number, part in enumerate(parts))


def _exception(lines: list[str], link: Link | None) -> ParsedException:
    frames = tuple(frame for line in lines if (frame := _frame(line)) is not None)
    said = list(_until_frames(lines))
    head = said[0] if said else ""
    if (cause := _CAUSE.match(head)) is not None:
        head = cause["head"]
    found = _HEAD.match(head)
    name, message = (found["type"], found["message"] or "") if found else ("Error", head)
    return ParsedException(name, "\n".join([message, *said[1:]]).strip("\n"), frames, link)


def _until_frames(lines: list[str]) -> Iterable[str]:
    for line in lines:
        if _frame(line) is not None:
            return
        yield line


def _frame(line: str) -> Frame | None:
    found = _V8_FRAME.match(line) or _MOZILLA_FRAME.match(line)
    if found is None:
        return None
    path = found["path"].removeprefix("file://")
    function = (found["function"] or "").removeprefix("new ") or _NO_NAME
    return Frame(path, int(found["line"]), function, "", frame_kind(path))
