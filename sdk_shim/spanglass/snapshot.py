"""The snapshot of logged values: their JSON text, made on the caller's thread at the moment of the call."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from spanglass.bounded_walk import MAX_CHARS, TOO_LARGE, BoundedWalk
from spanglass.conversion import convert

Convert = Callable[[Any], Any]

# Little-endian doubles that are no numbers end in these bytes (the sign apart).
_NONFINITE_MARKS = (b"\xf0\x7f", b"\xf0\xff", b"\xf8\x7f", b"\xf8\xff")
_UNLOGGABLE = "<the value could not be logged>"


def snapshot_json(fields: Mapping[str, Any], convert_value: Convert = convert) -> bytes:
    """Return the fields as the text of one JSON object, whatever their values are. Raises KeyboardInterrupt only.

    `convert_value` makes plain what orjson does not know (the recorder's takes care of attachments).
    """
    try:
        text = orjson.dumps(fields, convert_value)
    except Exception:  # noqa: BLE001 - cycles, depth, keys that are no strings, surrogates, large integers, …
        return _walk_fields(fields, convert_value)
    # `find`, as `in` takes twice as long for bytes.
    if len(text) > MAX_CHARS or (text.find(b"null") >= 0 and _may_hold_nonfinite(fields)):
        return _walk_fields(fields, convert_value)
    return text


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
