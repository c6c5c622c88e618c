from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spanglass_store.database.records import AttachmentRecord
from spanglass_viewer.values.data_urls import find_data_url
from spanglass_viewer.values.media import MediaResolver, kind_of, may_hold_media
from spanglass_viewer.values.media_formats import MediaKind

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def _resolver(state: str | None = None, *, path: Path | None = None, error: str | None = None) -> MediaResolver:
    attachments = {} if state is None else {"k": AttachmentRecord("k", "a.png", "image/png", state, None, 7, error)}
    return MediaResolver(attachments, {} if path is None else {"k": path})


def _stored(key: str = "k") -> JsonValue:
    return {"type": "braintrust_attachment", "key": key, "filename": "a.png", "content_type": "image/png"}


def test_a_stored_attachment_with_its_file() -> None:
    item = _resolver("done", path=Path("/blobs/ab")).resolve(_stored())
    assert item is not None
    assert (item.name, item.kind, item.size_bytes, item.has_bytes, item.problem) == (
        "a.png", MediaKind.IMAGE, 7, True, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "error", "problem"),
    [
        (None, None, "Its bytes have not arrived in this store"),
        ("uploading", None, "Still being written"),
        ("error", "disk full", "It could not be stored (disk full)"),
        (
            "error",
            "[Errno 2] No such file or directory: '/a.png'",
            "It could not be stored (no such file or directory: '/a.png')",
        ),
        ("error", "S3 is away", "It could not be stored (S3 is away)"),
        ("done", None, "Its file is missing from this store"),
    ],
)
def test_a_missing_blob_says_why(state: str | None, error: str | None, problem: str) -> None:
    item = _resolver(state, error=error).resolve(_stored())
    assert item is not None
    assert (item.problem, item.has_bytes) == (problem, False)


@pytest.mark.parametrize(
    "value",
    [
        PIXEL,
        {"type": "image_url", "image_url": {"url": PIXEL}},
        {"image_url": PIXEL},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        {"inline_data": {"mime_type": "image/png", "data": "iVBORw0KGgo="}},
        {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}},
        {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "iVBORw0KGgo="},
        {"type": "image", "source_type": "base64", "mime_type": "image/png", "data": "iVBORw0KGgo="},
    ],
)
def test_inline_images_in_all_their_shapes(value: JsonValue) -> None:
    item = _resolver().resolve(value)
    assert item is not None
    assert item.data is not None
    assert (item.kind, item.content_type, item.size_bytes) == (MediaKind.IMAGE, "image/png", 8)
    assert may_hold_media(json.dumps(value))
    assert item.data.decode() == b"\x89PNG\r\n\x1a\n"


def test_audio_in_messages() -> None:
    stored = _resolver("done").resolve({"type": "input_audio", "input_audio": _stored()})
    assert stored is not None
    assert stored.key == "k"
    value: JsonValue = {"type": "input_audio", "input_audio": {"data": "UklGRgAAAABXQVZF", "format": "wav"}}
    inline = _resolver().resolve(value)
    assert inline is not None
    assert (inline.kind, inline.content_type, inline.size_bytes) == (MediaKind.AUDIO, "audio/wav", 12)
    assert may_hold_media(json.dumps(value))


def test_an_image_url_may_hold_an_attachment() -> None:
    item = _resolver("done", path=Path("/blobs/ab")).resolve({"image_url": {"url": _stored()}})
    assert item is not None
    assert item.key == "k"
    assert item.has_bytes


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("https://cdn.example.com/a/b.png?x=1", "Not fetched from cdn.example.com"),
        ({"image_url": {"url": "https://user:secret@cdn.example.com/x"}}, "Not fetched from cdn.example.com"),
        (
            {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://a.example/x"},
            "Not fetched from a.example",
        ),
        (
            {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/k.png"}}}},
            "Not fetched from bucket",
        ),
        ({"type": "external_attachment", "filename": "k.png", "url": "s3://bucket/k.png"}, "Not fetched from bucket"),
    ],
)
def test_remote_media_is_named_and_not_fetched(value: JsonValue, problem: str) -> None:
    item = _resolver().resolve(value)
    assert item is not None
    assert (item.problem, item.has_bytes) == (problem, False)
    assert may_hold_media(json.dumps(value))


@pytest.mark.parametrize(
    "value",
    ["https://example.com/page", "plain", "data:image/png;base64", "http://[bad/a.txt",
     {"type": "braintrust_attachment"}, {"image_url": "x", "a": 1, "b": 2, "c": 3, "d": 4}, ["x"], None, 3],
)  # fmt: skip
def test_other_values_are_no_media(value: JsonValue) -> None:
    assert _resolver().resolve(value) is None


@pytest.mark.parametrize(
    ("part", "kind", "name", "content_type"),
    [
        ({"document": {"format": "pdf", "name": "policy", "source": {"bytes": "JVBERi0xLjc="}}},
         MediaKind.PDF, "policy", "application/pdf"),
        ({"document": {"format": "md", "name": "note", "source": {"bytes": "IyBBIG5vdGU="}}},
         MediaKind.TEXT, "note", "text/markdown"),
        ({"type": "blob", "mime_type": "audio/wav", "modality": "audio", "content": "UklGRgAAAABXQVZF"},
         MediaKind.AUDIO, "inline audio", "audio/wav"),
    ],
)  # fmt: skip
def test_files_of_bedrock_and_the_genai_conventions(
    part: JsonValue, kind: MediaKind, name: str, content_type: str
) -> None:
    item = _resolver().resolve(part)
    assert item is not None
    assert (item.kind, item.name, item.content_type) == (kind, name, content_type)
    assert may_hold_media(json.dumps(part))


@pytest.mark.parametrize("part", [{"image": "a.png"}, {"image": {"source": {"bytes": 3}}}, {"document": {"name": "x"}},
                                  {"type": "blob"}, {"type": "uri", "uri": 3}])  # fmt: skip
def test_what_only_looks_like_them_is_no_media(part: JsonValue) -> None:
    assert _resolver().resolve(part) is None


def test_media_is_found_anywhere_in_order_and_once() -> None:
    value: JsonValue = {"a": [_stored("x"), {"deep": PIXEL}], "b": _stored("x"), "c": {"d": [[_stored("y")]]}}
    keys = [item.key for item in _resolver().iter_media(value)]
    assert [key.partition(":")[0] for key in keys] == ["x", "data", "y"]


@pytest.mark.parametrize(
    ("content_type", "name", "kind"),
    [
        ("image/svg+xml", "a.png", MediaKind.IMAGE),
        ("image/x-unheard-of", "a", MediaKind.IMAGE),
        ("", "photo.JPG", MediaKind.IMAGE),
        ("audio/mpeg", "a", MediaKind.AUDIO),
        ("application/pdf", "a", MediaKind.PDF),
        ("application/json; charset=utf-8", "a", MediaKind.JSON),
        ("text/plain", "a.png", MediaKind.TEXT),
        ("application/x-unheard-of", "a.png", MediaKind.FILE),
    ],
)
def test_kinds(content_type: str, name: str, kind: MediaKind) -> None:
    assert kind_of(content_type, name) is kind


def test_what_the_first_bytes_said_wins() -> None:
    resolver = MediaResolver({}, {"k": Path("/blobs/ab")}, {"k": "pdf"})
    item = resolver.resolve(_stored())
    assert item is not None
    assert item.kind is MediaKind.PDF


@pytest.mark.parametrize(
    ("beginning", "kind", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n", MediaKind.IMAGE, "image/png"),
        (b"\xff\xd8\xff\xe0", MediaKind.IMAGE, "image/jpeg"),
        (b"GIF89a", MediaKind.IMAGE, "image/gif"),
        (b"RIFF\0\0\0\0WEBP", MediaKind.IMAGE, "image/webp"),
        (b"RIFF\0\0\0\0WAVE", MediaKind.AUDIO, "audio/wav"),
        (b"%PDF-1.7\n", MediaKind.PDF, "application/pdf"),
    ],
)
def test_bare_base64_is_known_by_its_first_bytes(beginning: bytes, kind: MediaKind, content_type: str) -> None:
    text = base64.b64encode(beginning + bytes(200)).decode()
    assert may_hold_media(json.dumps({"a": text}))
    item = _resolver().resolve(text)
    assert item is not None
    assert (item.kind, item.content_type, item.size_bytes) == (kind, content_type, len(beginning) + 200)
    assert item.data is not None
    assert item.data.decode().startswith(beginning)


@pytest.mark.parametrize("text", ["/9j/ is how it begins, and then come words, which are no base64 at all, and more",
                                  "iVBORw0KGgo=", "UklGR" + "A" * 200])  # fmt: skip
def test_text_that_only_begins_like_base64_stays_text(text: str) -> None:
    assert _resolver().resolve(text) is None


@pytest.mark.parametrize(
    "value",
    [
        {"type": "input_image", "image_url": PIXEL},
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjc="}},
        {"type": "image", "source": {"type": "url", "url": "https://a.example/x"}},
        {"type": "image_url", "image_url": "https://a.example/x"},
    ],
)
def test_more_shapes(value: JsonValue) -> None:
    assert _resolver().resolve(value) is not None
    assert may_hold_media(json.dumps(value))


@pytest.mark.parametrize("tail", ["...", "…", "<truncated>", "[1234 more characters]", "A"])
def test_base64_that_was_cut_off_is_said_to_be(tail: str) -> None:
    found = find_data_url("data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" * 30).decode() + tail)
    assert found is not None
    assert found.is_cut
    with pytest.raises(ValueError, match="cut off"):
        found.decode()


def test_a_damaged_data_url_is_told() -> None:
    found = find_data_url("data:image/png;charset=utf-8;base64,A")
    assert found is not None
    with pytest.raises(ValueError, match="cut off"):
        found.decode()
