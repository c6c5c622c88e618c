"""Attachments and images in values: which shapes name one, what it is, and whether its bytes are here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spanglass_viewer.values.data_urls import DataUrl, find_bare_base64, find_data_url
from spanglass_viewer.values.media_formats import HEAD_BYTES, MediaKind, expect_format, sniff_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from spanglass_store.database.records import AttachmentRecord
    from spanglass_viewer.values.decode import JsonValue

_GENAI_PARTS = frozenset({"blob", "uri"})
_BEDROCK_PARTS = {"image": "image", "document": "application", "video": "video"}
_BEDROCK_TYPES = {"txt": "text/plain", "md": "text/markdown", "csv": "text/csv", "html": "text/html",
                  "mkv": "video/x-matroska", "mov": "video/quicktime", "three_gp": "video/3gpp"}  # fmt: skip
_PARTS = frozenset({"input_audio", "file", "input_file", "audio", "video"})
_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".svg")
_ERROR_NUMBER = re.compile(r"^\[(?:Errno|WinError) -?\d+\] ")
_MAX_NODES = 400_000
_MAX_URL_CHARS = 4096
_MAX_PART_KEYS = 4  # type, image_url, detail, and one to spare: more is a record with an image, not an image


# what stands in every JSON text that names media: looking for it is a hundred times faster than walking the value
_HINTS = ('_attachment"', "data:", "DATA:", "image_url", "inline_data", "inlineData", '"source', "_audio", "http",
          '"blob"', '"uri"', "iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR", "JVBERi0")  # fmt: skip


@dataclass(frozen=True, slots=True)
class MediaItem:
    """One attachment, inline image or remote address that a value names.

    The bytes are at `path` or in `data`; where both are None, `problem` says why, as a sentence without its full stop.
    `url` is a remote address; nothing is fetched from it.
    """

    key: str
    name: str
    content_type: str
    kind: MediaKind
    size_bytes: int | None = None
    path: Path | None = None
    data: DataUrl | None = field(default=None, repr=False)
    url: str | None = None
    problem: str | None = None

    @property
    def has_bytes(self) -> bool:
        """Tell whether the bytes are on this machine."""
        return self.path is not None or self.data is not None


class MediaResolver:
    """Finds the media in a span's values with what the store knows of them."""

    def __init__(
        self,
        attachments: Mapping[str, AttachmentRecord],
        blobs: Mapping[str, Path],
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        self._attachments = attachments
        self._blobs = blobs
        self._kinds = kinds or {}

    def resolve(self, value: JsonValue) -> MediaItem | None:
        """Return what a value names as a whole, None where it is no media."""
        if isinstance(value, str):
            return self._resolve_text(value, is_surely_image=False)
        return self._resolve_dict(value) if isinstance(value, dict) else None

    def iter_media(self, value: JsonValue, max_nodes: int = _MAX_NODES) -> Iterator[MediaItem]:
        """Yield the media among the first nodes of a value, in the order in which they stand; each key once."""
        seen: set[str] = set()
        waiting: list[JsonValue] = [value]
        for _ in range(max_nodes):
            if not waiting:
                return
            node = waiting.pop()
            if not isinstance(node, dict | list | str):
                continue
            item = self.resolve(node)
            if item is not None and item.key not in seen:
                seen.add(item.key)
                yield item
            elif item is None and not isinstance(node, str):
                members = list(node.values()) if isinstance(node, dict) else node
                waiting.extend(reversed(members))

    def _resolve_dict(self, value: dict[str, JsonValue]) -> MediaItem | None:
        named = value.get("type")
        if named in {"braintrust_attachment", "external_attachment"}:
            return self._resolve_stored(value) if named == "braintrust_attachment" else self._resolve_external(value)
        if "image_url" in value and len(value) <= _MAX_PART_KEYS:
            return self._resolve_image_url(value["image_url"])
        if named in _PARTS and isinstance(inner := value.get(named), dict):
            return self._resolve_dict(inner) or _resolve_audio(inner)
        return self._resolve_provider_part(value)

    def _resolve_provider_part(self, part: dict[str, JsonValue]) -> MediaItem | None:
        """Read what Anthropic, Gemini, LangChain, the GenAI conventions and Bedrock say of files in messages."""
        if part.get("type") in _GENAI_PARTS or part.get("source_type") == "base64":
            return _resolve_genai(part)
        is_anthropic = part.get("type") in {"image", "document"}
        source = part.get("source") if is_anthropic else part.get("inline_data") or part.get("inlineData")
        if isinstance(source, dict):
            return self._resolve_source(source)
        return _resolve_bedrock(part) if len(part) == 1 else None

    def _resolve_source(self, source: dict[str, JsonValue]) -> MediaItem | None:
        if source.get("type") == "url" and isinstance(url := source.get("url"), str):
            return self._resolve_text(url, is_surely_image=True)
        return _resolve_base64(source)

    def _resolve_image_url(self, inner: JsonValue) -> MediaItem | None:
        address = inner.get("url") if isinstance(inner, dict) else inner
        if isinstance(address, dict):
            return self._resolve_dict(address)
        if isinstance(address, str):
            return self._resolve_text(address, is_surely_image=True)
        return self._resolve_dict(inner) if isinstance(inner, dict) and "image_url" not in inner else None

    def _resolve_text(self, text: str, *, is_surely_image: bool) -> MediaItem | None:
        if (data := find_data_url(text) or find_bare_base64(text)) is not None:
            return _from_data(data)
        if len(text) > _MAX_URL_CHARS or not text.startswith(("https://", "http://")) or " " in text:
            return None
        address = _split(text)
        is_image = address.path.lower().endswith(_IMAGE_SUFFIXES)
        return (
            _from_url(text, _last_part(address.path) or address.netloc, "image")
            if is_image or is_surely_image
            else None
        )

    def _resolve_stored(self, value: dict[str, JsonValue]) -> MediaItem | None:
        key = value.get("key")
        if not isinstance(key, str):
            return None
        state = self._attachments.get(key)
        path = self._blobs.get(key)
        name = _text_of(value, "filename") or (state.filename if state is not None else None) or "attachment"
        content_type = _text_of(value, "content_type") or (state.content_type if state is not None else None) or ""
        return MediaItem(
            key=key,
            name=name,
            content_type=content_type,
            # what its first bytes say, where they were read; else what it is said to be
            kind=MediaKind(self._kinds[key]) if key in self._kinds else kind_of(content_type, name),
            size_bytes=state.size_bytes if state is not None else None,
            path=path,
            problem=None if path is not None else _why_missing(state),
        )

    def _resolve_external(self, value: dict[str, JsonValue]) -> MediaItem | None:
        url = value.get("url")
        if not isinstance(url, str):
            return None
        name = _text_of(value, "filename") or _last_part(_split(url).path) or url
        return _from_url(url, name, _text_of(value, "content_type") or "")


def may_hold_media(json_text: str) -> bool:
    """Tell at once where a JSON text surely names no media."""
    return any(hint in json_text for hint in _HINTS)


def kind_of(content_type: str, name: str) -> MediaKind:
    """Tell what a file is said to be by its declared type, else by its name's ending; its bytes may say otherwise."""
    known = expect_format(content_type, name)
    if known is not None:
        return known.kind
    declared = content_type.lower()
    for kind, start in ((MediaKind.IMAGE, "image"), (MediaKind.AUDIO, "audio/"), (MediaKind.VIDEO, "video/")):
        if declared.startswith(start):
            return kind
    return MediaKind.FILE


def _from_data(data: DataUrl) -> MediaItem:
    # the length and a stretch of the middle tell inline images apart without hashing megabytes on the UI thread
    middle = data.text[len(data.text) // 2 :][:4096] + data.text[-256:]
    mark = hashlib.sha1(f"{len(data.text)}{middle}".encode(errors="replace"), usedforsecurity=False).hexdigest()
    head = data.decode_head(HEAD_BYTES)
    return MediaItem(
        key=f"data:{mark}",
        name=f"inline {data.content_type.partition('/')[0]}",
        content_type=data.content_type,
        kind=sniff_format(head, data.content_type).kind if head else kind_of(data.content_type, ""),
        size_bytes=data.size_bytes,
        data=data,
    )


def _resolve_base64(source: dict[str, JsonValue]) -> MediaItem | None:
    content_type = source.get("media_type") or source.get("mime_type") or source.get("mimeType")
    data = source.get("data")
    if not isinstance(content_type, str) or not isinstance(data, str):
        return None
    found = find_data_url(f"data:{content_type};base64,{data}")
    return None if found is None else _from_data(found)


def _resolve_audio(part: dict[str, JsonValue]) -> MediaItem | None:
    """Read OpenAI's `{"data": <base64>, "format": "wav"}`."""
    kind, data = part.get("format"), part.get("data")
    if not isinstance(kind, str) or not isinstance(data, str):
        return None
    return _resolve_base64({"media_type": "audio/mpeg" if kind == "mp3" else f"audio/{kind}", "data": data})


def _resolve_genai(part: dict[str, JsonValue]) -> MediaItem | None:
    """Read a blob or an address of the GenAI conventions, or LangChain's image in base64."""
    content_type = _text_of(part, "mime_type") or ""
    if part.get("type") == "uri" and isinstance(uri := part.get("uri"), str):
        kind = content_type or ("image" if part.get("modality") == "image" else "")
        return _from_url(uri, _last_part(_split(uri).path) or uri, kind)
    return _resolve_base64({"mime_type": content_type, "data": part.get("content") or part.get("data")})


def _resolve_bedrock(part: dict[str, JsonValue]) -> MediaItem | None:
    """Read Bedrock's `{"image": {"format": "png", "source": {"bytes": <base64>}}}`, and its like."""
    for named, kind in _BEDROCK_PARTS.items():
        inner = part.get(named)
        source = inner.get("source") if isinstance(inner, dict) else None
        if not isinstance(inner, dict) or not isinstance(source, dict):
            continue
        ending = (_text_of(inner, "format") or "").lower()
        content_type = _BEDROCK_TYPES.get(ending) or f"{kind}/{ending}"
        place = source.get("s3Location")
        if isinstance(place, dict) and isinstance(uri := place.get("uri"), str):
            return _from_url(uri, _text_of(inner, "name") or _last_part(_split(uri).path) or uri, content_type)
        found = _resolve_base64({"mime_type": content_type, "data": source.get("bytes")})
        name = _text_of(inner, "name")
        return found if found is None or name is None else replace(found, name=name)
    return None


def _from_url(url: str, name: str, content_type: str) -> MediaItem:
    host = _split(url).netloc or url.partition(":")[0]
    return MediaItem(
        key=f"url:{url}",
        name=name,
        content_type="" if content_type == "image" else content_type,
        kind=kind_of(content_type, name),
        url=url,
        problem=f"Not fetched from {host}",
    )


def _why_missing(state: AttachmentRecord | None) -> str:
    if state is None:
        return "Its bytes have not arrived in this store"
    if state.state == "uploading":
        return "Still being written"
    if state.state == "error":
        return f"It could not be stored ({_without_number(state.error)})" if state.error else "It could not be stored"
    return "Its file is missing from this store"


def _without_number(fault: str) -> str:
    """Return what the system says of a fault without its number, which Python puts first, as a part of a sentence."""
    said = _ERROR_NUMBER.sub("", fault)
    return said[:1].lower() + said[1:] if said[1:2].islower() else said


def _split(url: str) -> _Address:
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an IPv6 host without its closing bracket
        return _Address("", "")
    return _Address(parts.netloc.rpartition("@")[2], parts.path)


@dataclass(frozen=True, slots=True)
class _Address:
    netloc: str
    path: str


def _last_part(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _text_of(value: dict[str, JsonValue], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) and found else None
