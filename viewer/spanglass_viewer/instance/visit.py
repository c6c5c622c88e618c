"""What a second start hands to the window that is open: one JSON line that can only navigate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

import orjson

from spanglass_store.links.addresses import BadAddress, SpanAddress, checked_field, checked_id

VERSION = 1
MAX_LINE_BYTES = 64 * 1024
_KEYS = frozenset({"version", "trace", "span", "store", "field", "name", "activation"})
_ACTIVATION = re.compile(r"[\x21-\x7e]{1,256}")


class BadVisit(ValueError):  # noqa: N818 - it names the line, not the failure
    """A line that is no visit; the reason is its text."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Where the window is to go: to an address, to what is named `name` (an id or its beginning), or just to the front.

    `activation` is the desktop's permission to come to the front, as it hands it to the programs that it starts.
    """

    address: SpanAddress | None = None
    name: str | None = None
    activation: str | None = None


def encode_visit(visit: Visit) -> bytes:
    """Return a visit as its line. Raises BadVisit for one that `decode_visit` would refuse."""
    address = visit.address
    fields = {
        "version": VERSION,
        "trace": address and address.root_span_id,
        "span": address and address.span_id,
        "store": address and address.store_id,
        "field": address and address.field,
        "name": visit.name,
        "activation": visit.activation,
    }
    line = orjson.dumps({key: value for key, value in fields.items() if value is not None}) + b"\n"
    decode_visit(line)
    return line


def decode_visit(line: bytes) -> Visit:
    """Return what a line says. It is untrusted: ids are checked by their characters, nothing else is taken.

    Raises BadVisit for anything that is no visit of this version.
    """
    if len(line) > MAX_LINE_BYTES:
        raise BadVisit("the line is too long")
    try:
        decoded = orjson.loads(line)
    except ValueError:
        raise BadVisit("the line is no JSON") from None
    if not isinstance(decoded, dict):
        raise BadVisit("the line is no object")
    fields = cast("dict[str, Any]", decoded)
    if fields.get("version") != VERSION or isinstance(fields["version"], bool):
        raise BadVisit("it speaks another version")
    if fields.keys() - _KEYS or not all(isinstance(fields[key], str) for key in fields.keys() - {"version"}):
        raise BadVisit("it says what no visit says")
    try:
        return Visit(_address_of(fields), _checked_name(fields.get("name")), _checked_activation(fields))
    except BadAddress as reason:
        raise BadVisit(str(reason)) from None


def _address_of(fields: dict[str, Any]) -> SpanAddress | None:
    if "trace" not in fields:
        if fields.keys() & {"span", "store", "field"}:
            raise BadVisit("it names a span of no trace")
        return None
    if "name" in fields:
        raise BadVisit("it names two places")
    given = {key: fields.get(key) for key in ("span", "store", "field")}
    return SpanAddress(
        root_span_id=checked_id(fields["trace"]),
        span_id=None if given["span"] is None else checked_id(given["span"]),
        store_id=None if given["store"] is None else checked_id(given["store"]),
        field=None if given["field"] is None else checked_field(given["field"]),
    )


def _checked_name(name: str | None) -> str | None:
    return None if name is None else checked_id(name)


def _checked_activation(fields: dict[str, Any]) -> str | None:
    token = fields.get("activation")
    if token is not None and _ACTIVATION.fullmatch(token) is None:
        raise BadVisit("its activation is none")
    return token
