"""Exported slugs: a span (or its container) in one opaque string, as Braintrust's SDKs write it.

A slug is Base64 text. Byte 0 is the version, byte 1 the type of the object. V4 and V3 go on with a count of
entries (a field's number and its raw bytes) and end in JSON with what is not raw; V2 and V1 have a fixed layout.
"""

from __future__ import annotations

import base64
import binascii
import enum
import re
import uuid
from typing import Any, NamedTuple, cast

import orjson


class ObjectType(enum.IntEnum):
    """The kind of container that a span is logged to."""

    EXPERIMENT = 1
    PROJECT_LOGS = 2
    PLAYGROUND = 3


class BadSlug(ValueError):  # noqa: N818 - it names the slug, not the failure
    """Text that is no slug, or one of a newer version; the reason is its text."""


class SpanSlug(NamedTuple):
    """What a slug says: a container and, unless it names the container alone, the three ids of a span.

    The container is named by `object_id`, or by `object_arguments` where its id was not known yet
    (`project_name`, `project_id`).
    """

    object_type: ObjectType
    object_id: str | None = None
    object_arguments: dict[str, Any] | None = None
    row_id: str | None = None
    span_id: str | None = None
    root_span_id: str | None = None
    propagated_event: dict[str, Any] | None = None


_V1, _V2, _V3, _V4 = 1, 2, 3, 4
_FIELD_NAMES = {1: "object_id", 2: "row_id", 3: "span_id", 4: "root_span_id"}
_SPAN_ID_FIELD, _ROOT_SPAN_ID_FIELD = 3, 4
_V4_FIELD_BYTES = {_SPAN_ID_FIELD: 8, _ROOT_SPAN_ID_FIELD: 16}
_UUID_BYTES = 16
_ARGUMENTS_KEY = "compute_object_metadata_args"
_PLAIN_ID = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]{1,512}')
_HEX = re.compile(r"[0-9a-f]+")


def encode_slug(slug: SpanSlug, *, legacy_ids: bool = False) -> str:
    """Return the slug as text: V4, or V3 where the ids are UUIDs (`legacy_ids`)."""
    version = _V3 if legacy_ids else _V4
    entries: list[bytes] = []
    rest: dict[str, Any] = {}
    if slug.object_arguments:
        rest[_ARGUMENTS_KEY] = slug.object_arguments
    if slug.propagated_event:
        rest["propagated_event"] = slug.propagated_event
    for number, name in _FIELD_NAMES.items():
        value: str | None = getattr(slug, name)
        if not value:
            continue
        raw = _uuid_bytes(value) if legacy_ids else _hex_bytes(value, _V4_FIELD_BYTES.get(number, 0))
        if raw is None:
            rest[name] = value
        else:
            entries.append(bytes([number]) + raw)
    head = bytes([version, slug.object_type, len(entries)])
    return base64.b64encode(head + b"".join(entries) + (orjson.dumps(rest) if rest else b"")).decode("ascii")


def decode_slug(text: str) -> SpanSlug:
    """Return what a slug of version 1 to 4 says. Raises BadSlug for anything else: the text is untrusted."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
        version = raw[0]
        if version in {_V3, _V4}:
            return _decode_entries(raw, version)
        if version == _V2:
            return _decode_v2(raw)
        if version == _V1:
            return _decode_v1(raw)
    except BadSlug:
        raise
    except (binascii.Error, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise BadSlug(f"not an exported span: {text[:80]!r}") from error
    raise BadSlug(f"an exported span of version {version}, which this Spanglass cannot read: {text[:80]!r}")


def _decode_entries(raw: bytes, version: int) -> SpanSlug:
    fields: dict[str, Any] = {}
    offset = 3
    for _ in range(raw[2]):
        number = raw[offset]
        size = _UUID_BYTES if version == _V3 else _V4_FIELD_BYTES.get(number, _UUID_BYTES)
        value = _exactly(raw, offset + 1, size)
        fields[_FIELD_NAMES[number]] = str(uuid.UUID(bytes=value)) if version == _V3 else value.hex()
        offset += 1 + size
    if offset < len(raw):
        fields.update(cast("dict[str, Any]", orjson.loads(raw[offset:])))
    return _checked_slug(ObjectType(raw[1]), fields)


def _decode_v2(raw: bytes) -> SpanSlug:
    has_object_id, has_arguments, has_row, row_is_uuid = raw[2:6]
    fields: dict[str, Any] = {}
    offset = 6
    if has_object_id:
        fields["object_id"] = _uuid_text(raw, offset)
        offset += _UUID_BYTES
    if has_arguments:
        size = int.from_bytes(_exactly(raw, offset, 4), "big")
        fields[_ARGUMENTS_KEY] = orjson.loads(_exactly(raw, offset + 4, size))
        offset += 4 + size
    if has_row:
        fields.update(_fixed_row(raw, offset, row_is_uuid=bool(row_is_uuid)))
    return _checked_slug(ObjectType(raw[1]), fields)


def _decode_v1(raw: bytes) -> SpanSlug:
    has_row, row_is_uuid = raw[2:4]
    fields: dict[str, Any] = {"object_id": _uuid_text(raw, 4)}
    if has_row:
        fields.update(_fixed_row(raw, 4 + _UUID_BYTES, row_is_uuid=bool(row_is_uuid)))
    return _checked_slug(ObjectType(raw[1]), fields)


def _fixed_row(raw: bytes, offset: int, *, row_is_uuid: bool) -> dict[str, Any]:
    row_offset = offset + 2 * _UUID_BYTES
    return {
        "span_id": _uuid_text(raw, offset),
        "root_span_id": _uuid_text(raw, offset + _UUID_BYTES),
        "row_id": _uuid_text(raw, row_offset) if row_is_uuid else raw[row_offset:].decode("utf-8"),
    }


def _checked_slug(object_type: ObjectType, fields: dict[str, Any]) -> SpanSlug:
    ids = {name: _plain_id(name, fields.get(name)) for name in _FIELD_NAMES.values()}
    arguments = _mapping(_ARGUMENTS_KEY, fields.get(_ARGUMENTS_KEY))
    if not ids["object_id"] and not arguments:
        raise BadSlug("the exported span names no container")
    if (ids["span_id"] is None) != (ids["root_span_id"] is None):
        raise BadSlug("the exported span has only one of span_id and root_span_id")
    propagated = _mapping("propagated_event", fields.get("propagated_event"))
    return SpanSlug(object_type, object_arguments=arguments, propagated_event=propagated, **ids)


def _plain_id(name: str, value: object) -> str | None:
    """Return an id that is safe to be written into JSON and links as it is. Raises BadSlug."""
    if not value:
        return None
    if not isinstance(value, str) or _PLAIN_ID.fullmatch(value) is None:
        raise BadSlug(f"the exported span's {name} is no id")
    return value


def _mapping(name: str, value: object) -> dict[str, Any] | None:
    if value is not None and not isinstance(value, dict):
        raise BadSlug(f"the exported span's {name} is no object")
    return cast("dict[str, Any] | None", value) or None


def _exactly(raw: bytes, offset: int, size: int) -> bytes:
    value = raw[offset : offset + size]
    if len(value) != size:
        raise BadSlug("the exported span is cut short")
    return value


def _uuid_text(raw: bytes, offset: int) -> str:
    return str(uuid.UUID(bytes=_exactly(raw, offset, _UUID_BYTES)))


def _uuid_bytes(value: str) -> bytes | None:
    try:
        parsed = uuid.UUID(value)
    except ValueError:
        return None
    return parsed.bytes if str(parsed) == value else None


def _hex_bytes(value: str, size: int) -> bytes | None:
    """Return the bytes of lower-case hex of just this size: anything else would not come back as it was."""
    return bytes.fromhex(value) if size and len(value) == 2 * size and _HEX.fullmatch(value) else None
