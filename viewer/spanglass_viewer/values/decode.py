"""JSON text → values, at once for small text, in steps for large text, so that other threads get their turn."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TypeAlias

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"

# CPython's scanner reads about 150 bytes a microsecond: this much stays within one frame of the screen
AT_ONCE_CHARS = 1_000_000
_LEAST_SLICE_CHARS = 4096
_MOST_SLICE_CHARS = 200_000  # 2 to 4 ms of the scanner
_LONGEST_ESCAPE = len("\\u0000")
_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class NotJson(ValueError):  # noqa: N818 - it names the text, not the failure
    """The text is no JSON that can be read; the reason is its text."""


def decode_json(text: str) -> JsonValue:
    """Return the value of a JSON text.

    Integers keep all their digits (beyond Python's limit of 4,300 they become floats). Raises NotJson for text that
    is not JSON or that is nested more deeply than Python's scanner goes (about 1,000 levels).
    """
    try:
        return _loads(text)
    except json.JSONDecodeError as error:
        raise NotJson(str(error)) from None
    except RecursionError:
        raise NotJson("nested too deeply") from None


def decode_beginning(text: str) -> JsonValue:
    """Return the value of a JSON text, at once: of a string longer than `AT_ONCE_CHARS` its beginning.

    What is no JSON, or that large and no string, stands for itself, likewise cut.
    """
    beginning = text[:AT_ONCE_CHARS]
    if len(text) > AT_ONCE_CHARS and text[0] == '"':
        for shorter in range(_LONGEST_ESCAPE):  # the cut may have fallen into one
            with contextlib.suppress(NotJson):
                return decode_json(f'{beginning[: AT_ONCE_CHARS - shorter]}"')
    try:
        return decode_json(beginning)
    except NotJson:
        return beginning


def decode_json_in_steps(text: str) -> JsonValue:
    """Return the value of a JSON text, member by member where it is large.

    The scanner keeps the interpreter's lock as long as one call takes; on a thread this gives it back in between.
    Raises NotJson as `decode_json` does.
    """
    try:
        value, end = _SteppedDecoder(text).decode_at(_skip_blanks(text, 0))
    except (IndexError, StopIteration, json.JSONDecodeError) as error:
        raise NotJson(str(error)) from None
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except ValueError:  # an integer beyond the limit; rare enough to begin anew
        return decode_json(text)
    if _skip_blanks(text, end) != len(text):
        raise NotJson(f"extra data at character {end}")
    return value


def _loads(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # CPython refuses to convert integers of more than 4,300 digits
        return json.loads(text, parse_int=float)


class _SteppedDecoder:
    """Reads small containers at once, and large ones member by member.

    Which is which shows when a container does not end within a slice of the text; the slice is as long as the last
    container made likely, so that a million small ones cost little copying.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._slice_chars = _LEAST_SLICE_CHARS

    def decode_at(self, index: int) -> tuple[JsonValue, int]:
        opening = self._text[index]
        if opening not in "[{":
            return _DECODER.raw_decode(self._text, index)
        found = self._decode_small(index)
        if found is not None:
            return found
        return self._decode_list(index) if opening == "[" else self._decode_dict(index)

    def _decode_small(self, index: int) -> tuple[JsonValue, int] | None:
        for length in (self._slice_chars, _MOST_SLICE_CHARS):
            try:
                value, end = _DECODER.raw_decode(self._text[index : index + length])
            except json.JSONDecodeError:
                continue
            self._slice_chars = min(max(_LEAST_SLICE_CHARS, 2 * end), _MOST_SLICE_CHARS)
            return value, index + end
        return None

    def _decode_list(self, index: int) -> tuple[JsonValue, int]:
        members: list[JsonValue] = []
        index = _skip_blanks(self._text, index + 1)
        if self._text[index] == "]":
            return members, index + 1
        while True:
            member, index = self.decode_at(index)
            members.append(member)
            index, is_last = _after_member(self._text, index, "]")
            if is_last:
                return members, index

    def _decode_dict(self, index: int) -> tuple[JsonValue, int]:
        members: dict[str, JsonValue] = {}
        index = _skip_blanks(self._text, index + 1)
        if self._text[index] == "}":
            return members, index + 1
        while True:
            key, index = _DECODER.raw_decode(self._text, index)
            index = _skip_blanks(self._text, index)
            if not isinstance(key, str) or self._text[index] != ":":
                raise json.JSONDecodeError("Expecting a key and a colon", self._text, index)
            members[key], index = self.decode_at(_skip_blanks(self._text, index + 1))
            index, is_last = _after_member(self._text, index, "}")
            if is_last:
                return members, index


def _after_member(text: str, index: int, closing: str) -> tuple[int, bool]:
    index = _skip_blanks(text, index)
    if text[index] == closing:
        return index + 1, True
    if text[index] != ",":
        raise json.JSONDecodeError("Expecting ',' delimiter", text, index)
    return _skip_blanks(text, index + 1), False


def _skip_blanks(text: str, index: int) -> int:
    found = _BLANKS.match(text, index)
    return found.end() if found else index
