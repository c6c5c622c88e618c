"""An error's text → what it says, whichever language wrote it."""

from __future__ import annotations

import re

from spanglass_viewer.tracebacks.javascript import parse_javascript
from spanglass_viewer.tracebacks.parsed import ParsedError, ParsedException
from spanglass_viewer.tracebacks.python import parse_python

_NAMED = re.compile(r"^(?P<type>(?:[A-Za-z_]\w*\.)*[A-Z]\w*)(?:: (?P<message>.*))?$", re.DOTALL)
_MAX_CHARS = 2_000_000


def parse_traceback(text: str) -> ParsedError:
    """Take an error's text apart; a text that is no traceback gives one exception without frames, never a failure.

    The type is "" where the text names none. Past two million characters nothing is read.
    """
    read = text[:_MAX_CHARS]
    is_python = "Traceback (most recent call last):" in read
    exceptions = parse_python(read) if is_python else parse_javascript(read)
    if not exceptions and read.strip():
        exceptions = (_plain(read.strip()),)
    return ParsedError(exceptions, text)


def _plain(text: str) -> ParsedException:
    found = _NAMED.match(text)
    if found is None:
        return ParsedException("", text)
    return ParsedException(found["type"], found["message"] or "")
