"""JSON text as it was logged: parsed only when needed, written back with every number as it stood.

orjson rewrites what it reads (`1e5` → `100000.0`, integers beyond 64 bits → floats, odd spacing), so a value
that did not come from orjson's own writer is held as text, and where it has to be parsed its literals are kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass_store.journal.lines import BadLine, Line, decode_line

if TYPE_CHECKING:
    from collections.abc import Callable

# json's own scanner of strings; the stubs leave it out
_scan_string = cast("Callable[[str, int], tuple[str, int]]", json.decoder.scanstring)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - as said

_WHITESPACE = " \t\n\r"
# runs of brackets, and strings, in which brackets mean nothing
_BRACKETS = re.compile(r'[\[{]+|[\]}]+|"(?:[^"\\]|\\.)*+"')
TOO_DEEP = "_too_deep"  # the names of the fields of a line that could not be read for their depth
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_MAX_INT_DIGITS = 4000  # beyond it Python refuses to convert


class _FloatLiteral(float):
    """A number whose text orjson would write otherwise."""

    __slots__ = ("text",)
    text: str


class _IntLiteral(int):
    """An integer that orjson cannot write, or would write otherwise."""

    text: str


class _StrLiteral(str):
    """A string with lone surrogates, which UTF-8 cannot hold; `text` is its escaped form."""

    __slots__ = ("text",)
    text: str


@dataclass(slots=True, unsafe_hash=True)  # not frozen: that makes each of thousands a batch take three times as long
class JsonText:
    """A value that is still text and never changed; `parse()` gives the value."""

    text: str

    def is_object(self) -> bool:
        """Tell whether the text is a JSON object, without parsing it."""
        return self.text.lstrip(_WHITESPACE).startswith("{")

    def parse(self) -> Any:
        """Return the value; numbers and strings that would not survive a round trip keep their text."""
        encoded = self.text.encode()
        try:
            value: Any = orjson.loads(encoded)
        except orjson.JSONDecodeError:  # it refuses lone surrogates and numbers past a double
            return _EXACT.decode(self.text)
        return value if orjson.dumps(value) == encoded else _EXACT.decode(self.text)


def parsed(value: Any) -> Any:
    """Return a value that may still be text as a value."""
    return value.parse() if isinstance(value, JsonText) else value


def dump_text(value: Any) -> str:
    """Return the JSON text of a value; text that was only carried along comes back unchanged."""
    if isinstance(value, JsonText):
        return value.text
    return orjson.dumps(value, _literal_text, orjson.OPT_PASSTHROUGH_SUBCLASS).decode()


def read_fields(raw: bytes) -> Line:
    """Return a journal line's top-level fields; those that orjson would rewrite are `JsonText`.

    Raises BadLine for what is not a JSON object.
    """
    try:
        line = decode_line(raw)
        if orjson.dumps(line) == raw.rstrip(b"\n"):
            return line
        return _slice_fields(raw.decode())
    except BadLine as fault:
        return _read_refused(raw, fault)


def _read_refused(raw: bytes, fault: BadLine) -> Line:
    """Read the JSON that orjson refuses though it is some: lone surrogates, numbers past a double, deep nesting."""
    try:
        text = raw.decode()
        _EXACT.decode(text)  # cutting into fields takes for granted that it is JSON
        return _slice_fields(text)
    except RecursionError:
        return _read_deep(raw, fault)
    except (ValueError, IndexError):
        raise fault from None


def _read_deep(raw: bytes, fault: BadLine) -> Line:
    """Read a line of which a field is nested more deeply than can be read; a sentence stands in that field's stead."""
    try:
        return _slice_fields(raw.decode(), is_deep=True)
    except (ValueError, IndexError, RecursionError):
        raise fault from None


def _slice_fields(text: str, *, is_deep: bool = False) -> Line:
    """Cut an object's text into its top-level fields, each as the slice that was logged.

    With `is_deep` what cannot be read for its depth is replaced by a sentence, and named in `TOO_DEEP`.
    """
    fields: Line = {}
    deep: list[str] = []
    at = _skip(text, 0, "{")
    while text[at : at + 1] != "}":
        key, at = _scan_string(text, at + 1)
        start = _skip(text, at, ":")
        try:
            value, at = _EXACT.raw_decode(text, start)
        except RecursionError:
            if not is_deep:
                raise
            at = _end_of_container(text, start)
            deep.append(_clean_key(key))
            fields[deep[-1]] = f"(nested too deeply to be read: {at - start:,} characters, kept in rejected/)"
            at = _skip(text, at, ",") if text[_skip(text, at)] == "," else _skip(text, at)
            continue
        is_scalar = value is None or isinstance(value, bool)
        fields[_clean_key(key)] = value if is_scalar else JsonText(text[start:at])
        at = _skip(text, at, ",") if text[_skip(text, at)] == "," else _skip(text, at)
    if text[at + 1 :].strip(_WHITESPACE):
        raise ValueError("more than one value")
    if deep:
        fields[TOO_DEEP] = deep
    return fields


def _end_of_container(text: str, start: int) -> int:
    """Return the index after the list or object that begins at `start`, by counting brackets."""
    depth = 0
    for found in _BRACKETS.finditer(text, start):
        run = found[0]
        if run[0] in "[{":
            depth += len(run)
        elif run[0] in "]}":
            depth -= len(run)
            if depth <= 0:
                return found.end() + depth  # a run may close more than this one
    raise ValueError("it does not end")


def _skip(text: str, at: int, token: str = "") -> int:
    """Return the index after whitespace, `token` (which must be there) and whitespace."""
    while text[at] in _WHITESPACE:
        at += 1
    if not token:
        return at
    if text[at] != token:
        raise ValueError(f"expected {token!r} at {at}")
    at += 1
    while text[at] in _WHITESPACE:
        at += 1
    return at


def _literal_text(value: Any) -> orjson.Fragment:
    if isinstance(value, _FloatLiteral | _IntLiteral | _StrLiteral):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _float(text: str) -> float:
    value = float(text)
    if orjson.dumps(value) == text.encode():
        return value
    literal = _FloatLiteral(value)
    literal.text = text
    return literal


def _int(text: str) -> float:
    if len(text) > _MAX_INT_DIGITS:
        return _float(text)
    value = int(text)
    if _INT64_MIN <= value <= _INT64_MAX and text != "-0":
        return value
    literal = _IntLiteral(value)
    literal.text = text
    return literal


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_clean_key(key): _clean_value(value) for key, value in pairs}


def _clean_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_clean_value(item) for item in cast("list[Any]", value)]
    if not isinstance(value, str) or is_utf8(value):
        return value
    literal = _StrLiteral(value)
    literal.text = json.dumps(value)
    return literal


def _clean_key(key: str) -> str:
    """Keep a key writable: orjson takes no surrogates there, and no fragment either."""
    return key if is_utf8(key) else key.encode("utf-8", "backslashreplace").decode()


def is_utf8(text: str) -> bool:
    """Tell whether a text can be stored: one with lone surrogates cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _ExactDecoder(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__(parse_float=_float, parse_int=_int, parse_constant=_constant, object_pairs_hook=_object)

    def decode(self, s: str, _w: Any = None) -> Any:
        return _clean_value(json.JSONDecoder.decode(self, s))


_EXACT = _ExactDecoder()
