"""The snapshot of logged values: their JSON text, made on the caller's thread at the moment of the call."""

from __future__ import annotations

import functools
import marshal
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from spanglass.bounded_walk import MAX_CHARS, TOO_LARGE, BoundedWalk
from spanglass.conversion import convert
from spanglass_store.journal.c_library import load_c_function

Convert = Callable[[Any], Any]

# Little-endian doubles that are no numbers end in these bytes (the sign apart).
_NONFINITE_MARKS = (b"\xf0\x7f", b"\xf0\xff", b"\xf8\x7f", b"\xf8\xff")
_dumps = orjson.dumps
_SHORT_BYTES = 128
_UNLOGGABLE = "<the value could not be logged>"


def snapshot_json(fields: Mapping[str, Any], convert_value: Convert = convert) -> bytes:
    """Return the fields as the text of one JSON object, whatever their values are. Raises KeyboardInterrupt only.

    `convert_value` makes plain what orjson does not know (the recorder's takes care of attachments).
    """
    try:
        text = orjson.dumps(fields, convert_value)
    except Exception:  # noqa: BLE001 - cycles, depth, keys that are no strings, surrogates, large integers, …
        return _walk_fields(fields, convert_value)
    return text if _is_faithful(text, fields) else _walk_fields(fields, convert_value)


def snapshot_value(value: Any, convert_value: Convert = convert) -> bytes:
    """Return the JSON text of one value, as `snapshot_json` does for many."""
    try:
        text = _dumps(value, convert_value)
        # In short texts Python finds a word as fast as it calls the C library, though `in` takes three times as long.
        if len(text) < _SHORT_BYTES:
            if not text.partition(b"null")[1]:
                return text
        elif len(text) <= MAX_CHARS and not word_finder()(text, b"null"):
            return text
    except Exception:  # noqa: BLE001 - as above
        text = None
    if text is not None and _is_faithful(text, value):
        return text
    return _walk_fields({"": value}, convert_value)[len('{"":') : -1]


def _is_faithful(text: bytes, value: Any) -> bool:
    """Tell whether a text of bearable length says what the value does: orjson writes NaN as null without a word."""
    return len(text) <= MAX_CHARS and not (word_finder()(text, b"null") and _may_hold_nonfinite(value))


@functools.cache
def word_finder() -> Callable[[bytes, bytes], Any]:
    """Return what tells whether a word is in a JSON text: the C library's `strstr`, for which no text is long.

    50 kB take it 1.2 µs, and Python 27: as long as the write. A JSON text has no NUL that would end it early.
    """
    find = load_c_function("strstr")
    if find is None:
        return bytes.__contains__
    import ctypes  # noqa: PLC0415 - loaded a moment ago

    find.restype = ctypes.c_void_p  # as an int an address may look like none
    return find


def _may_hold_nonfinite(fields: Any) -> bool:
    """Tell whether a NaN or an infinity may be in there, which orjson writes as null without a word.

    marshal writes doubles as they are, at the speed of orjson, and runs no user code; what it refuses, or what
    looks like a mark by chance, is walked.
    """
    try:
        raw = marshal.dumps(fields)
    except ValueError:
        return True
    return any(mark in raw for mark in _NONFINITE_MARKS)


def _walk_fields(fields: Mapping[str, Any], convert_value: Convert) -> bytes:
    """Serialise field by field, so that one hostile value costs its own field at most."""
    plain: dict[str, Any] = {}
    for name, value in fields.items():
        try:
            plain[name] = orjson.Fragment(orjson.dumps(BoundedWalk(convert_value).to_plain(value)))
        except Exception:  # noqa: BLE001 - a walk bounded in depth may still run out of the caller's stack
            plain[name] = _UNLOGGABLE
    text = orjson.dumps(plain)
    return text if len(text) <= 2 * MAX_CHARS else orjson.dumps(dict.fromkeys(plain, TOO_LARGE))
