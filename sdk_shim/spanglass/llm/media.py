"""Images, audio and files inside messages become attachments; the messages themselves are never changed."""

from __future__ import annotations

import binascii
from typing import Any, cast

from spanglass.attachments import Attachment

_MAX_DEPTH = 24
_BASE64_MARK = ";base64,"
_MAX_HEAD_CHARS = 256  # of a data URL, before its data
_EXTENSIONS = {
    "jpeg": "jpg",
    "mpeg": "mp3",
    "plain": "txt",
    "quicktime": "mov",
    "svg+xml": "svg",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "x-wav": "wav",
}
_AUDIO_TYPES = {"mp3": "audio/mpeg", "pcm16": "audio/pcm"}


def with_attachments(value: Any) -> Any:
    """Return `value` with an attachment wherever it holds base64 data; equal parts are shared, not copied."""
    return _replace(value, None, _MAX_DEPTH)


def attachment_of_base64(text: Any, content_type: str, filename: str | None = None) -> Any:
    """Return base64 text as an attachment, or what was given where it is no such text."""
    if not isinstance(text, str) or not text:
        return text
    try:
        data = _decode(text)
    except ValueError:
        return text
    return attachment_of_bytes(data, content_type, filename) if data else text


def attachment_of_bytes(data: bytes | bytearray, content_type: str, filename: str | None = None) -> Attachment:
    """Return bytes as an attachment; without a name it is called after its content type."""
    return Attachment(data=data, filename=filename or _filename_for(content_type), content_type=content_type)


def audio_content_type(audio_format: Any) -> str:
    """Return the content type of an audio format of OpenAI's, such as `wav` or `pcm16`."""
    name = audio_format if isinstance(audio_format, str) and audio_format else "mpeg"
    return _AUDIO_TYPES.get(name, f"audio/{name}")


def _replace(value: Any, filename: str | None, depth: int) -> Any:
    if isinstance(value, str):
        return _replace_data_url(value, filename) if value.startswith("data:") else value
    if depth == 0:
        return value
    if isinstance(value, dict):
        return _replace_in_dict(cast("dict[str, Any]", value), depth)
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        replaced = [_replace(item, None, depth - 1) for item in items]
        return items if all(new is old for new, old in zip(replaced, items, strict=True)) else replaced
    return value


def _replace_in_dict(part: dict[str, Any], depth: int) -> Any:
    """Replace what a dict holds; some say in one field what the base64 data of another is."""
    name = part.get("filename")
    filename = name if isinstance(name, str) else None
    data = part.get("data")
    if isinstance(data, str) and part.get("type") == "base64":  # the source of Anthropic's images and documents
        return {**part, "data": attachment_of_base64(data, str(part.get("media_type") or "application/octet-stream"))}
    if isinstance(data, str) and "format" in part and not data.startswith("data:"):  # OpenAI's `input_audio`
        return {**part, "data": attachment_of_base64(data, audio_content_type(part["format"]))}
    replaced = {key: _replace(item, filename, depth - 1) for key, item in part.items()}
    return part if all(replaced[key] is item for key, item in part.items()) else replaced


def _replace_data_url(text: str, filename: str | None) -> Any:
    mark = text.find(_BASE64_MARK, 0, _MAX_HEAD_CHARS)
    if mark < 0:
        return text
    content_type = text[len("data:") : mark].partition(";")[0] or "application/octet-stream"
    found = attachment_of_base64(text[mark + len(_BASE64_MARK) :], content_type, filename)
    return found if isinstance(found, Attachment) else text


def _decode(text: str) -> bytes:
    """Decode base64; streamed media are a row of texts, each with a padding of its own."""
    if "=" not in text[:-2]:
        return binascii.a2b_base64(text)
    parts = [part for part in text.split("=") if part]
    return b"".join(binascii.a2b_base64(part + "=" * (-len(part) % 4)) for part in parts)


def _filename_for(content_type: str) -> str:
    kind, _, subtype = content_type.partition("/")
    stem = kind if kind in {"image", "audio", "video"} else "file"
    extension = _EXTENSIONS.get(subtype, subtype)
    return f"{stem}.{extension}" if extension.isalnum() else stem
