"""JavaScript stacks (V8; Firefox and Safari's `function@address` too) and Rust's backtraces as text → exceptions."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from spanglass_viewer.tracebacks.frame_kinds import frame_kind
from spanglass_viewer.tracebacks.parsed import Frame, Link, ParsedException

if TYPE_CHECKING:
    from collections.abc import Iterator

if TYPE_CHECKING:
    from collections.abc import Iterator

_END = r":(?P<line>\d{1,9}):\d{1,9}"
# a place may hold brackets, as `app/(auth)/page.tsx` and `webpack-internal:///(rsc)/` do; a path may hold spaces where
# it is told from words by its beginning
_V8_CALL = re.compile(
    r"^\s{2,}at (?:async )?(?P<function>[^()]{1,300}?(?: \[as [^\]]{1,100}\])?) \((?P<path>[^\s(].{0,2000})"
    rf"{_END}\),?(?: \{{)?$"
)
_V8_PLACE = re.compile(
    rf"^\s{{2,}}at (?:async )?(?P<path>(?:/|[A-Za-z]:\\|[a-z-]+://).{{0,2000}}|[^()\s]{{1,2000}}){_END},?(?: \{{)?$"
)
_MOZILLA_FRAME = re.compile(
    r"^(?P<function>(?:global|module|eval) code|[^@\s]{0,300})@(?P<path>\S{1,2000}?)(?: line \d{1,9} > \w{1,20})?"
    rf"{_END}$"
)
_PLACELESS = re.compile(
    r"^\s{2,}at (?:.{1,300} \((?:<anonymous>|native(?: code)?|index \d{1,9}|wasm[^)]{0,2000})\)|<anonymous>|native)"
    r",?(?: \{)?$|^[^@\s]{0,300}@?\[native code\]$"
)
_EVAL = re.compile(r"^eval at .{0,300}? \((?:eval at .{0,300}? \()*(?P<path>[^()]{1,2000}):(?P<line>\d{1,9}):\d{1,9}\)")
_NUMBERED = re.compile(r"^\s*\d{1,9}: +(?:0x[0-9a-f]{1,16} - )?(?P<function>\S.{0,300})$")  # Rust: who was called
_BACKTRACE = re.compile(r"^stack backtrace:$")
_CAUSE = re.compile(r"^\s*(?:\[cause\]|Caused by): ?(?P<head>.*)$")
_MEMBERS = re.compile(r"^(?P<indent>\s+)\[errors\]: \[$")
_HEAD = re.compile(r"^(?:Uncaught )?(?P<type>[A-Za-z_$][\w$.]*)(?: \[[^\]]{1,100}\])?(?:: ?(?P<message>.*))?$")
_LATER_HEAD = re.compile(r"^(?:Uncaught )?[\w$.]{0,100}(?:Error|Exception)(?: \[[^\]]{1,100}\])?(?::|$)")
_IN_BRACKETS = re.compile(r"^\[(?P<head>.*)\](?: \{)?$")  # an error without a stack
_LEFT_OUT = re.compile(r"^\s+(?:at |\.\.\. \d+ lines matching cause stack trace)")
_BRACKETS = re.compile(r"^[\s{}\[\],]*$")

_NO_NAME = "<anonymous>"  # as V8 itself says of some


class _Part(NamedTuple):
    """The lines of one exception, and how it came to stand where it does."""

    lines: list[str]
    link: Link | None
    depth: int


def parse_javascript(text: str) -> tuple[ParsedException, ...]:
    """Return the exceptions of a JavaScript stack, the one that got out first; () where the text holds no frames."""
    lines = text.splitlines()
    if not any(_frame(line) for line in lines):
        return ()
    return tuple(_exception(part) for part in _iter_parts(lines))


def _iter_parts(lines: list[str]) -> Iterator[_Part]:
    """Yield the exceptions: after the first one its causes, and the members of an AggregateError."""
    part = _Part([], None, 0)
    members_indent: int | None = None
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if members_indent is not None and indent <= members_indent:
            members_indent = None
        found = _MEMBERS.match(line)
        if number and _CAUSE.match(line):
            yield part
            part = _Part([line], Link.CAUSE, part.depth)
        elif found is not None:
            members_indent = len(found["indent"])
        elif members_indent is not None and indent == members_indent + 2 and _HEAD.match(line.strip()):
            yield part
            part = _Part([line.strip()], Link.MEMBER, 1)
        else:
            part.lines.append(line)
    yield part


def _exception(part: _Part) -> ParsedException:
    said = list(_until_frames(part.lines))
    head = said.pop(0) if said else ""
    for wrapped in (_CAUSE, _IN_BRACKETS):
        head = found["head"] if (found := wrapped.match(head)) is not None else head
    before: list[str] = []
    if _HEAD.match(head) is None:  # Node says first where it was, a log what was going on
        later = next((number for number, line in enumerate(said) if _LATER_HEAD.match(line)), None)
        if later is not None:
            before, head, said = [head, *said[:later]], said[later], said[later + 1 :]
    found = _HEAD.match(head)
    name, message = (found["type"], found["message"] or "") if found else ("Error", head)
    frames = tuple(_iter_frames(part.lines))[::-1]  # the innermost call stands first there
    told = "\n".join([message, *said, _below_frames(part.lines)]).strip("\n")
    told = "\n\n".join([told, "\n".join(before)]).strip("\n")
    return ParsedException(name, told, frames, part.link, part.depth)


def _until_frames(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if _is_of_stack(line) or _BACKTRACE.match(line):
            return
        if _NUMBERED.match(line) and number + 1 < len(lines) and _frame(lines[number + 1]) is not None:
            return
        yield line


def _below_frames(lines: list[str]) -> str:
    """Return what an error says below its stack, such as `code: 'ENOENT'`."""
    last = max((number for number, line in enumerate(lines) if _is_of_stack(line)), default=len(lines))
    after = [line for line in lines[last + 1 :] if not _LEFT_OUT.match(line) and not _NUMBERED.match(line)]
    while after and _BRACKETS.match(after[-1]):
        after.pop()
    while after and _BRACKETS.match(after[0]):
        after.pop(0)
    return dedent("\n".join(after))


def _is_of_stack(line: str) -> bool:
    return _frame(line) is not None or _PLACELESS.match(line) is not None


def _iter_frames(lines: list[str]) -> Iterator[Frame]:
    for number, line in enumerate(lines):
        frame = _frame(line)
        if frame is None:
            continue
        called = _NUMBERED.match(lines[number - 1]) if number and frame.function == _NO_NAME else None
        yield frame if called is None else _made(frame.path, frame.line, called["function"])


def _frame(line: str) -> Frame | None:
    found = _V8_CALL.match(line) or _V8_PLACE.match(line)
    function = "" if found is None else found.groupdict().get("function") or ""
    if found is None:
        found = _MOZILLA_FRAME.match(line)
        function = "" if found is None else found["function"]
    if found is None:
        return None
    evaluated = _EVAL.match(found["path"])
    place = found if evaluated is None else evaluated
    return _made(_plain_path(place["path"]), int(place["line"]), function.removeprefix("new ") or _NO_NAME)


def _made(path: str, line: int, function: str) -> Frame:
    return Frame(path, line, function, "", frame_kind(path))


def _plain_path(address: str) -> str:
    """Return the path of a file's URL, any other address as it is."""
    if not address.startswith("file://"):
        return address
    path = unquote(address.removeprefix("file://"))
    return path[1:] if re.match(r"/[A-Za-z]:/", path) else path
