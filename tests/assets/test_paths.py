from __future__ import annotations

import re

import pytest

from spanglass_assets.paths import get_icon_path, get_media_path, list_font_paths, list_icon_names

COLOURED = {"spanglass"}
MAX_MEDIA_BYTES = 150_000
MAX_FONTS_BYTES = 1_000_000


def test_the_fonts_are_small_and_have_their_licences_beside_them() -> None:
    fonts = list_font_paths()
    assert {path.stem.split("-")[0] for path in fonts} == {"Inter", "JetBrainsMono"}
    assert sum(path.stat().st_size for path in fonts) < MAX_FONTS_BYTES
    for family in ("Inter", "JetBrainsMono"):
        assert "SIL OPEN FONT LICENSE" in (fonts[0].parent / f"OFL-{family}.txt").read_text()


@pytest.mark.parametrize("name", sorted(set(list_icon_names()) - COLOURED))
def test_an_icon_is_of_the_family(name: str) -> None:
    text = get_icon_path(name).read_text()
    assert 'viewBox="0 0 16 16"' in text
    assert 'stroke="currentColor"' in text
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', text)) <= {"none", "currentColor"}


@pytest.mark.parametrize("kind", ["llm", "tool", "function", "task", "eval", "score", "span", "facet", "review"])
def test_every_span_type_has_an_icon(kind: str) -> None:
    assert get_icon_path(kind).is_file()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(KeyError):
        get_icon_path("no-such-icon")
    with pytest.raises(KeyError):
        get_media_path("../__init__.py/x")


@pytest.mark.parametrize(
    ("name", "magic"),
    [
        ("receipt.jpg", b"\xff\xd8\xff"),
        ("damage.png", b"\x89PNG"),
        ("refund-policy.pdf", b"%PDF-1.4"),
        ("voice-message.mp3", b"ID3"),
        ("unboxing.mp4", b"\x00\x00\x00 ftyp"),
    ],
)
def test_the_media_are_small_and_what_they_say(name: str, magic: bytes) -> None:
    data = get_media_path(name).read_bytes()
    assert data.startswith(magic)
    assert len(data) < MAX_MEDIA_BYTES
