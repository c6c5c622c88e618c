"""Python tracebacks (3.8 to 3.14) as text → exceptions: chains, groups, syntax errors, the real SDK's order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from spanglass_viewer.tracebacks.frame_kinds import frame_kind
from spanglass_viewer.tracebacks.parsed import Frame, Link, ParsedException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADER = re.compile(r"^(?:Exception Group )?Traceback \(most recent call last\):$")
_FRAME = re.compile(r'^ {2}File "(?P<path>.*)", line (?P<line>\d{1,9})(?:, in (?P<function>.*))?$')
_REPEATED = re.compile(r"^ {2}\[Previous line repeated (\d{1,9}) more times?\]$")
_EXCEPTION = re.compile(r"^(?P<type>[^\W\d]\w*(?:\.(?:\w+|<locals>))*)(?:: ?(?P<message>.*))?$")
_GROUP_HEADER = re.compile(r"^ *\+ Exception Group Traceback \(most recent call last\):$")
_BAR = re.compile(r"^ *[|+] ?")
_MEMBER = re.compile(r"^ *\+(?:-\+)?-+ (?:\d+|\.\.\.) -+$")
_MEMBERS_END = re.compile(r"^ *\+-+$")
_CARETS = re.compile(r"^[ ~^]+$")
_REMOTE = re.compile(r"^[\w.]*\b_?RemoteTraceback: ?$")
_LINKS = {
    "The above exception was the direct cause of the following exception:": Link.CAUSE,
    "During handling of the above exception, another exception occurred:": Link.CONTEXT,
}
_BARS_WIDTH = 2
_MAX_GROUPS = 20


@dataclass(slots=True)
class _Draft:
    """An exception while its lines are read; `link_onward` is how the *next* printed exception came of it."""

    depth: int
    head: str | None = None
    more: list[str] = field(default_factory=list[str])
    frames: list[Frame] = field(default_factory=list[Frame])
    quoted: list[str] = field(default_factory=list[str])
    link_onward: Link | None = None
    is_member: bool = False

    def end_frame(self) -> None:
        if self.frames and self.quoted:
            lines = [line for line in self.quoted if not _CARETS.match(line)]
            source = "\n".join(lines).strip()
            self.frames[-1] = replace(self.frames[-1], source=source, columns=_find_columns(self.quoted))
        self.quoted = []

    def finished(self, link: Link | None) -> ParsedException:
        self.end_frame()
        name, _, message = (self.head or "").partition(":")
        while self.more and not self.more[-1].strip():
            self.more.pop()
        text = "\n".join([message.strip(), *self.more]).strip("\n")
        return ParsedException(name.strip(), text, tuple(self.frames), link, self.depth)


def _find_columns(quoted: list[str]) -> tuple[int, int] | None:
    """Return from where to where carets stand below the first line of these, counted without its indentation.

    Wide characters count as one or two, by the version of Python: below those nothing is found.
    """
    if len(quoted) == 1 or not _CARETS.match(quoted[1]) or any(map(_is_wide, quoted[0])):
        return None
    carets = quoted[1].rstrip()
    indent = len(quoted[0]) - len(quoted[0].lstrip())
    first = len(carets) - len(carets.lstrip()) - indent
    return (first, len(carets) - indent) if carets and first >= 0 else None


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def parse_python(text: str) -> tuple[ParsedException, ...]:
    """Return the exceptions of a Python traceback, the one that got out first; () where the text holds none."""
    reader = _Reader()
    for line in _iter_lines(text):
        reader.take(line)
    exceptions = _order(reader.drafts)
    if exceptions and reader.before:
        exceptions[0] = _with_before(exceptions[0], reader.before)
    return tuple(exception for exception in exceptions if exception.type or exception.frames)


def _iter_lines(text: str) -> Iterator[str]:
    """Yield the lines, without what pools of processes put around the traceback of a worker."""
    is_quoted = False
    for line in text.splitlines():
        is_start = _REMOTE.match(line) is not None
        is_quoted = is_quoted or is_start
        if not is_start and not (is_quoted and line == '"""'):
            yield line


def _with_before(exception: ParsedException, before: list[str]) -> ParsedException:
    """Add what stands above the traceback: the exception itself, as the real SDK has it, or what a log says of it."""
    said = "\n".join(before).strip()
    if not exception.type:
        name, _, message = said.partition(":")
        return replace(exception, type=name.strip(), message=message.strip())
    if said in f"{exception.type}: {exception.message}":
        return exception
    return replace(exception, message=f"{exception.message}\n\n{said}".strip("\n"))


class _Reader:
    """Reads a traceback line by line; never fails, what it does not know becomes part of a message."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.before: list[str] = []  # lines that stand before any header
        self._is_in_frames = False
        self._is_in_group = False
        self._next_is_member = False

    def take(self, line: str) -> None:
        self._is_in_group = self._is_in_group or _GROUP_HEADER.match(line) is not None
        if self._is_in_group and _MEMBER.match(line) is not None:
            self._next_is_member = True
            self._is_in_frames = False
        elif not (self._is_in_group and _MEMBERS_END.match(line)):
            self._take_content(*self._without_bars(line))

    def _without_bars(self, line: str) -> tuple[str, int]:
        """Return a line without the bars that draw groups, and in how many groups it stands."""
        bar = _BAR.match(line) if self._is_in_group else None
        if bar is None:
            self._is_in_group = False
            return line, 0
        depth = line.index(line.strip()[0]) // _BARS_WIDTH - 1
        return line[bar.end() :], min(max(0, depth), _MAX_GROUPS)

    def _take_content(self, content: str, depth: int) -> None:
        if HEADER.match(content) and not self._is_in_message(depth):
            self._open(depth)
        elif content in _LINKS and self.drafts:
            self.drafts[-1].link_onward = _LINKS[content]
            self._is_in_frames = False
        elif self._is_in_frames:
            self._take_in_frames(content, depth)
        else:
            self._take_text(content, depth)

    def _is_in_message(self, depth: int) -> bool:
        """Tell whether a traceback that begins here is told by the exception before: what it tells of is announced."""
        if not self.drafts or self._next_is_member:
            return False
        before = self.drafts[-1]
        return before.head is not None and before.link_onward is None and before.depth == depth

    def _open(self, depth: int) -> None:
        draft = _Draft(depth, is_member=self._next_is_member)
        self._next_is_member = False
        self.drafts.append(draft)
        self._is_in_frames = True

    def _take_in_frames(self, content: str, depth: int) -> None:
        draft = self.drafts[-1]
        if (found := _FRAME.match(content)) is not None:
            draft.end_frame()
            path = found["path"]
            draft.frames.append(Frame(path, int(found["line"]), found["function"] or "", "", frame_kind(path)))
        elif (repeated := _REPEATED.match(content)) is not None and draft.frames:
            draft.end_frame()
            draft.frames[-1] = replace(draft.frames[-1], repeated=int(repeated[1]))
        elif content.startswith("    ") or not content.strip():
            draft.quoted.append(content)
        else:
            draft.end_frame()
            self._is_in_frames = False
            self._take_text(content, depth)

    def _take_text(self, content: str, depth: int) -> None:
        if self._next_is_member and _EXCEPTION.match(content):  # a member that was never raised has no frames
            self._next_is_member = False
            self.drafts.append(_Draft(depth, head=content, is_member=True))
        elif not self.drafts:
            if content.strip() or self.before:
                self.before.append(content)
        elif self.drafts[-1].link_onward is None:
            draft = self.drafts[-1]
            if draft.head is None:
                draft.head = content
            else:
                draft.more.append(content)


def _order(drafts: list[_Draft]) -> list[ParsedException]:
    """Turn Python's order (causes first, the exception that got out last) round; members follow their group."""
    ordered: list[ParsedException] = []
    for number, (draft, below) in enumerate(reversed(_split(drafts, _begins_link))):
        link = (draft.link_onward or Link.CONTEXT) if number else None
        ordered.append(draft.finished(link))
        for first, others in _split(below, _begins_member):
            head, *rest = _order([first, *others])
            ordered += [replace(head, link=Link.MEMBER), *rest]
    return ordered


def _split(drafts: list[_Draft], begins: Callable[[_Draft, _Draft], bool]) -> list[tuple[_Draft, list[_Draft]]]:
    parts: list[tuple[_Draft, list[_Draft]]] = []
    for draft in drafts:
        if not parts or begins(draft, parts[0][0]):
            parts.append((draft, []))
        else:
            parts[-1][1].append(draft)
    return parts


def _begins_link(draft: _Draft, first: _Draft) -> bool:
    return draft.depth <= first.depth


def _begins_member(draft: _Draft, first: _Draft) -> bool:
    return draft.is_member and draft.depth <= first.depth
