"""The user's frame that made a span: the first one outside this package."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from types import CodeType, FrameType

PACKAGE_PREFIX = os.path.dirname(os.path.abspath(__file__)) + os.sep  # noqa: PTH100, PTH120 - compared as text

_MAX_PLACES = 4096
_places: dict[tuple[CodeType, int | None], Caller] = {}


class Caller(NamedTuple):
    """A place in the user's code; `context_json` is the row's `context` as JSON text, `context_part` with its key."""

    function: str
    filename: str
    line: int
    context_json: str
    context_part: str

    @property
    def span_name(self) -> str:
        """Return what a child span without a name is called: `<func>:<file.py>:<line>`."""
        return f"{self.function}:{os.path.basename(self.filename)}:{self.line}"  # noqa: PTH119 - text in, text out


def is_own_file(filename: str) -> bool:
    """Tell whether a frame's file belongs to this package."""
    return filename.startswith(PACKAGE_PREFIX)


def find_caller(frames_up: int = 1) -> Caller | None:
    """Return the nearest place outside this package on the calling thread's stack.

    `frames_up` tells how many frames, our own caller's included, are known to belong to this package.
    """
    return find_caller_from(sys._getframe(frames_up))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - inspect's way costs far more


def find_caller_from(frame: FrameType | None) -> Caller | None:
    """Return the nearest place outside this package, from this frame upwards."""
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE_PREFIX):
            key = (code, frame.f_lineno)
            return _places.get(key) or _remember(key)
        frame = frame.f_back
    return None


def _remember(key: tuple[CodeType, int | None]) -> Caller:
    """Make the place's JSON once; a place in a loop comes a million times."""
    code, line = key[0], key[1] or 0
    if len(_places) >= _MAX_PLACES:
        _places.clear()
    filename = code.co_filename.encode("utf-8", "backslashreplace").decode()
    context = {
        "caller_functionname": code.co_name,
        "caller_filename": filename,
        "caller_lineno": line,
    }
    context_json = orjson.dumps(context).decode()
    caller = _places[key] = Caller(code.co_name, filename, line, context_json, f',"context":{context_json}')
    return caller
