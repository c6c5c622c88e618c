"""Masking: a program's own function sees every logged value before it is written, and what it returns is written."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Mapping
from typing import Any, cast

from spanglass.attachments import Attachment, BaseAttachment
from spanglass.conversion import convert
from spanglass.snapshot import snapshot_json

Mask = Callable[[Any], Any]

# What `set_masking_function` was given; read for each row.
mask: Mask | None = None

# Names and keys that the program chose, not data that passed through it.
_LABELS = frozenset({"tags", "span_attributes", "origin", "dataset_record_id", "_audit_source"})
_TIMES = ("start", "end")
_PLACE_OF_ATTACHMENT = "\0attachment"

_masked_files: weakref.WeakKeyDictionary[Attachment, Attachment] = weakref.WeakKeyDictionary()


def set_masking_function(masking_function: Mask | None) -> None:
    """Pass what is logged from now on through the function; None ends that.

    The function is called once for each logged field of each row (`input`, `output`, `expected`, `error`,
    `metadata`, `context`, `scores`, `metrics`, a comment) with a copy of it as plain JSON values, in which
    attachments stand as they are, and with the text of text and JSON attachments. Where it raises, the field is
    written as `ERROR: Failed to mask field 'input' - ValueError`. Names, types, tags and ids are not masked.

    Raises ValueError for what cannot be called.
    """
    global mask  # noqa: PLW0603 - one for the whole process, as the contract has it
    if masking_function is not None and not callable(masking_function):
        raise ValueError("the masking function must be callable, or None")
    mask = masking_function
    _masked_files.clear()


def masked_fields(fields: Mapping[str, Any], masking_function: Mask) -> dict[str, Any]:
    """Return the fields of a row as they may be written. Raises KeyboardInterrupt only."""
    masked: dict[str, Any] = {}
    for name, value in fields.items():
        if name in _LABELS:
            masked[name] = value
        elif name == "metrics" and isinstance(value, Mapping):
            masked[name] = _masked_metrics(cast("Mapping[str, Any]", value), masking_function)
        else:
            masked[name] = _masked_value(name, value, masking_function)
    return masked


def masked_file(attachment: Attachment) -> Attachment:
    """Return what may be stored of an attachment: text and JSON masked, anything else as it is."""
    if mask is None or not _is_text(attachment.content_type):
        return attachment
    known = _masked_files.get(attachment)
    if known is None:
        known = _masked_files[attachment] = _mask_file(attachment, mask)
    return known


def _masked_metrics(metrics: Mapping[str, Any], masking_function: Mask) -> Any:
    """Mask what the program logged, not the readings of our own clock: without them a span has no duration."""
    times = {name: metrics[name] for name in _TIMES if name in metrics}
    logged = {name: value for name, value in metrics.items() if name not in times}
    if not logged:
        return times
    masked = _masked_value("metrics", logged, masking_function)
    if not times:
        return masked
    return {**times, **cast("dict[str, Any]", masked)} if isinstance(masked, dict) else times


def _masked_value(name: str, value: Any, masking_function: Mask) -> Any:
    try:
        return masking_function(_plain_copy(value))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a user's function may raise anything; its text may hold the secret
        return f"ERROR: Failed to mask field {name!r} - {type(error).__name__}"


def _plain_copy(value: Any) -> Any:
    """Return the value as JSON would hold it, attachments left in their places."""
    attachments: list[BaseAttachment] = []

    def to_plain(part: object) -> Any:
        if isinstance(part, BaseAttachment):
            attachments.append(part)
            return {_PLACE_OF_ATTACHMENT: len(attachments) - 1}
        return convert(part)

    # The standard library's parser: orjson's would round integers beyond 64 bits.
    plain = json.loads(snapshot_json({"value": value}, to_plain))["value"]
    return _with_attachments(plain, attachments) if attachments else plain


def _with_attachments(plain: Any, attachments: list[BaseAttachment]) -> Any:
    if isinstance(plain, list):
        return [_with_attachments(item, attachments) for item in cast("list[Any]", plain)]
    if not isinstance(plain, dict):
        return plain
    items = cast("dict[str, Any]", plain)
    place = items.get(_PLACE_OF_ATTACHMENT)
    if isinstance(place, int):
        return attachments[place]
    return {key: _with_attachments(item, attachments) for key, item in items.items()}


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind.endswith(("/json", "+json", "/x-ndjson", "/xml", "+xml"))


def _mask_file(attachment: Attachment, masking_function: Mask) -> Attachment:
    try:
        data = attachment.data
    except (OSError, ValueError):
        return attachment  # the upload meets the same fault, and logs it
    masked = _masked_value(attachment.filename, _text_or_json(data), masking_function)
    text = masked if isinstance(masked, str) else json.dumps(masked, ensure_ascii=False, default=convert)
    copy = Attachment(
        data=text.encode("utf-8", "replace"), filename=attachment.filename, content_type=attachment.content_type
    )
    copy.key = attachment.key
    return copy


def _text_or_json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace")
