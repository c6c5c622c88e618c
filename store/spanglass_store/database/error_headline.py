"""The headline of a logged error: its type and the first line of what it says."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, cast

from spanglass_store.database.json_text import dump_text

MAX_MESSAGE_CHARS = 500
_TRACEBACK_HEADER = re.compile(
    r"(?P<link>^[ |]*(?:The above exception was the direct cause of the following exception"
    r"|During handling of the above exception, another exception occurred):[ \r]*\n(?:[ |\r]*\n)*)?"
    r"^(?P<header>[ +|]*(?:Exception Group )?Traceback \(most recent call last\)):\s*$",
    re.MULTILINE,
)
_TYPED_LINE = re.compile(r"([A-Za-z_][\w.]*)(?::\s*(.*))?$", re.DOTALL)
_TYPE_KEYS = ("type", "name", "code")
_MESSAGE_KEYS = ("message", "error", "detail", "description")


class Headline(NamedTuple):
    """What is shown of an error in one line; `type` is None where the text names none."""

    type: str | None
    message: str


def find_headline(error: Any) -> Headline | None:
    """Return the headline of a span's `error` value (any JSON), or None where there is no error."""
    if error is None or error is False or error == "":
        return None
    if isinstance(error, str):
        return _of_text(error)
    if isinstance(error, dict):
        return _of_object(cast("dict[str, Any]", error))
    return Headline(None, _short(dump_text(error)))


def _of_text(text: str) -> Headline:
    line = _exception_line(text) or next((line.strip() for line in text.splitlines() if line.strip()), "")
    typed = _TYPED_LINE.match(line)
    if typed is None:
        return Headline(None, _short(line))
    return Headline(typed[1][:MAX_MESSAGE_CHARS], _short(typed[2] or ""))


def _exception_line(text: str) -> str | None:
    """Return the line after the frames of the last traceback: a message of several lines begins there.

    A traceback that nothing announces stands in a message, as what a tool printed.
    """
    found = list(_TRACEBACK_HEADER.finditer(text))
    headers = [each for at, each in enumerate(found) if not at or each["link"] or _is_of_group(each)]
    if not headers:
        return None
    is_group = _is_of_group(headers[-1])
    header = next((each for each in headers if "Group" in each["header"]), headers[-1]) if is_group else headers[-1]
    for line in text[header.end() :].splitlines():
        bare = line.removeprefix("  | ") if is_group else line
        if bare.strip() and not bare.startswith((" ", "\t")):
            return bare.strip()
    return None


def _is_of_group(header: re.Match[str]) -> bool:
    return any(mark in header["header"] for mark in ("|", "+", "Group"))


def _of_object(error: dict[str, Any]) -> Headline:
    kind = next((error[key] for key in _TYPE_KEYS if isinstance(error.get(key), str)), None)
    message = next((error[key] for key in _MESSAGE_KEYS if isinstance(error.get(key), str)), None)
    if message is None:
        message = dump_text(error)
    return Headline(None if kind is None else _short(kind), _short(message))


def _short(text: str) -> str:
    return text[:MAX_MESSAGE_CHARS].encode("utf-8", "replace").decode()
