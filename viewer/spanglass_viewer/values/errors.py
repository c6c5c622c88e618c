"""A logged error, whatever it is (a traceback, any text, any JSON) → a headline, details, exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.format.text import one_line
from spanglass_viewer.tracebacks.parse import parse_traceback
from spanglass_viewer.tracebacks.parsed import ParsedError, ParsedException
from spanglass_viewer.values.pretty import compact_json, fenced, pretty_json

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

_TYPE_KEYS = ("name", "type", "error_type", "exception", "class")
_MESSAGE_KEYS = ("message", "msg", "detail", "error", "description", "reason")
_CODE_KEYS = ("code", "status", "status_code", "statusCode")
_STACK_KEYS = ("stack", "traceback", "stacktrace", "stack_trace")
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class ErrorStory:
    """What an error says. `title` may be ""; `code` is a status; `rest` is what else a JSON error holds."""

    title: str
    message: str
    code: str
    parsed: ParsedError
    rest: JsonValue

    @property
    def text(self) -> str:
        """The error as text to copy."""
        return self.parsed.text

    def as_markdown(self) -> str:
        """Return the error as Markdown, its text in a fence that it cannot close."""
        headline = f"{self.title or 'Error'}: {self.message}" if self.message else self.title or "Error"
        return f"**{one_line(headline)}**\n\n{fenced(self.text, 'text')}\n"


def read_error(value: JsonValue) -> ErrorStory:
    """Tell the story of an error."""
    if isinstance(value, str):
        parsed = parse_traceback(value)
        first = parsed.exceptions[0] if parsed.exceptions else ParsedException("", value)
        return ErrorStory(first.type, first.message, "", parsed, None)
    if isinstance(value, dict):
        return _read_dict(value)
    text = pretty_json(value)
    return ErrorStory("", compact_json(value), "", ParsedError((), text), value if isinstance(value, list) else None)


def _read_dict(value: dict[str, JsonValue]) -> ErrorStory:
    inner = value
    for _ in range(_DEPTH):  # {"error": {"type": …, "message": …}}, as APIs answer
        nested = inner.get("error")
        if not isinstance(nested, dict) or _first_text(inner, _MESSAGE_KEYS[:3]):
            break
        inner = nested
    stack = _first_text(inner, _STACK_KEYS)
    parsed = parse_traceback(stack) if stack else ParsedError((), "")
    head = parsed.exceptions[0] if parsed.exceptions else ParsedException("", "")
    title = _first_text(inner, _TYPE_KEYS) or head.type
    message = _first_text(inner, _MESSAGE_KEYS) or head.message
    code = next((str(inner[key]) for key in _CODE_KEYS if isinstance(inner.get(key), str | int)), "")
    told = {*_TYPE_KEYS, *_MESSAGE_KEYS, *_CODE_KEYS, *(_STACK_KEYS if parsed.has_frames else ())}
    untold = {key: member for key, member in inner.items() if key not in told or isinstance(member, dict | list)}
    text = f"{pretty_json(value)}\n\n{stack}" if stack else pretty_json(value)
    shown = parsed.exceptions if parsed.has_frames else ()
    return ErrorStory(title, message, code, ParsedError(shown, text), (untold or None) if inner is value else value)


def _first_text(value: dict[str, JsonValue], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if isinstance(text := value.get(key), str) and text), "")
