"""Every decoder by what it answers, each in its own process as in the window."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import media_files as files
import pytest
from av.codec.codec import UnknownCodecError
from PIL import Image

from spanglass_assets.paths import get_media_path
from spanglass_viewer.backend.decoder_process import DecoderProcess
from spanglass_viewer.decoders.answers import (
    Animation,
    Answer,
    DecoderFault,
    Frame,
    Hits,
    Outline,
    Page,
    Peaks,
    Picture,
    Sound,
    TableHead,
    TextHead,
)
from spanglass_viewer.values.media_formats import sniff_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from spanglass_viewer.decoders.document import Wish

Decode = "Callable[..., list[Answer]]"


@pytest.fixture
def decode(tmp_path: Path) -> Iterator[Callable[..., list[Answer]]]:
    """Ask a decoder several things about bytes."""
    running: list[DecoderProcess] = []

    def ask(data: bytes, *wishes: Wish, content_type: str = "", name: str = "") -> list[Answer]:
        path = tmp_path / "blob"
        path.write_bytes(data)
        with path.open("rb") as file:
            process = DecoderProcess(file, sniff_format(data[:1024], content_type, name))
        running.append(process)
        return [process.ask(wish) for wish in wishes]

    yield ask
    for process in running:
        process.close()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF", "TIFF", "ICO"])
def test_pictures(decode: Callable[..., list[Answer]], kind: str) -> None:
    (picture,) = decode(files.encode_picture(kind, (200, 100)), {"do": "picture", "max_px": 50})
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height, picture.full) == (50, 25, (64, 32) if kind == "ICO" else (200, 100))
    assert picture.pixels[0] > 150, "red at the upper left"
    assert picture.pixels[2] < 120


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_picture_stands_upright(decode: Callable[..., list[Answer]], orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    (picture,) = decode(files.encode_picture("JPEG", (400, 200), exif=exif), {"do": "picture", "max_px": 100})
    assert isinstance(picture, Picture)
    expected = ((400, 200), (100, 50)) if orientation == 3 else ((200, 400), (50, 100))
    assert (picture.full, (picture.width, picture.height)) == expected


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_what_moves_has_frames(decode: Callable[..., list[Answer]], kind: str) -> None:
    (frames,) = decode(files.encode_animation(kind), {"do": "frames", "max_px": 0})
    assert isinstance(frames, Animation)
    assert (frames.width, frames.height, len(frames.durations_ms), frames.is_cut) == (160, 100, 4, False)
    assert all(duration == 80 for duration in frames.durations_ms)


def test_a_drawing_is_drawn_as_large_as_wanted(decode: Callable[..., list[Answer]]) -> None:
    (picture,) = decode(files.SVG, {"do": "picture", "max_px": 480})
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height, picture.full) == (480, 320, (240, 160))
    middle = (140 * 480 + 240) * 4
    assert tuple(picture.pixels[middle : middle + 4]) == (0x2F, 0x6B, 0xFF, 255)
    row = [picture.pixels[(272 * 480 + x) * 4] for x in range(190, 290)]
    assert min(row) < 100, "its text is drawn, with no font of the system in reach"


def test_a_drawing_reads_no_file(decode: Callable[..., list[Answer]], tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (50, 50), "#ff0000").save(secret)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="50" height="50">'
        f'<image width="50" height="50" href="{secret}"/><image width="50" height="50" x:href="file://{secret}"/></svg>'
    )
    (picture,) = decode(svg.encode(), {"do": "picture", "max_px": 50})
    assert isinstance(picture, Picture)
    assert not any(picture.pixels), "nothing was drawn"


def test_pdf_pages_with_their_text(decode: Callable[..., list[Answer]]) -> None:
    data = files.encode_pdf(["Refund policy", "Second page"])
    outline, first, hits = decode(
        data, {"do": "outline"}, {"do": "page", "number": 1, "max_px": 421}, {"do": "find", "text": "POLICY"}
    )
    assert isinstance(outline, Outline)
    assert (outline.facts, outline.sizes) == (("2 pages",), ((595.0, 842.0), (595.0, 842.0)))
    assert isinstance(first, Page)
    assert first.text.strip() == "Second page"
    assert first.picture.height in {421, 422}
    assert min(first.picture.pixels) < 60, "there is ink"
    assert isinstance(hits, Hits)
    assert hits.places == ((0, 7, 6),)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_the_boxes_of_characters_lie_on_their_ink(decode: Callable[..., list[Answer]], turned: int) -> None:
    (page,) = decode(files.encode_pdf(["HHHH"], turned), {"do": "page", "number": 0, "max_px": 842})
    assert isinstance(page, Page)
    picture = page.picture
    left, top, right, bottom = struct.unpack_from("<4f", page.boxes)
    inside = [
        picture.pixels[(y * picture.width + x) * 4]
        for y in range(int(top), int(bottom))
        for x in range(int(left), int(right))
    ]
    assert min(inside) < 60
    dark = [at for at in range(0, len(picture.pixels), 4) if picture.pixels[at] < 60]
    xs, ys = [at // 4 % picture.width for at in dark], [at // 4 // picture.width for at in dark]
    assert min(xs) - 12 <= left <= max(xs) + 12
    assert min(ys) - 12 <= top <= max(ys) + 12


def test_a_locked_or_damaged_pdf_is_told(decode: Callable[..., list[Answer]]) -> None:
    with pytest.raises(DecoderFault, match="damaged"):
        decode(b"%PDF-1.7\nnothing", {"do": "outline"})
    with pytest.raises(DecoderFault, match="no such page"):
        decode(files.encode_pdf(["a"]), {"do": "page", "number": 5})


def test_sound(decode: Callable[..., list[Answer]]) -> None:
    outline, peaks, sound, on, picture = decode(
        files.encode_wav(2.0),
        {"do": "outline"},
        {"do": "peaks", "count": 10},
        {"do": "sound", "at_secs": 0.5, "secs": 1},
        {"do": "sound", "at_secs": 1.5, "secs": 1},
        {"do": "picture", "max_px": 300},
    )
    assert isinstance(outline, Outline)
    assert (outline.length_secs, outline.has_sound, outline.has_pictures) == (2.0, True, False)
    assert outline.facts == ("0:02", "pcm_s16le", "8 kHz", "mono")
    assert isinstance(peaks, Peaks)
    assert sorted(peaks.levels) == list(peaks.levels), "it grows louder"
    assert isinstance(sound, Sound)
    assert len(sound.samples) / 4 / 48_000 == pytest.approx(1.0, abs=0.15)
    assert isinstance(on, Sound)
    assert on.is_end
    assert isinstance(picture, Picture)
    assert picture.is_mask


@pytest.mark.parametrize("name", files.SOUNDS)
def test_compressed_sound(decode: Callable[..., list[Answer]], name: str) -> None:
    codec, make = files.SOUNDS[name]
    data = make()
    assert sniff_format(data[:1024]).name == name.partition(" ")[0]
    outline, peaks, sound, picture = decode(
        data,
        {"do": "outline"},
        {"do": "peaks", "count": 10},
        {"do": "sound", "at_secs": 0.5, "secs": 0.25},
        {"do": "picture", "max_px": 300},
    )
    assert isinstance(outline, Outline)
    assert outline.facts == ("0:01", codec, "48 kHz", "stereo")
    assert outline.length_secs == pytest.approx(1.0, abs=0.05)
    assert isinstance(peaks, Peaks)
    assert min(peaks.levels) > 200, "it is as loud all the way"
    assert isinstance(sound, Sound)
    assert len(sound.samples) / 4 / 48_000 == pytest.approx(0.25, abs=0.05)
    assert any(sound.samples)
    assert isinstance(picture, Picture)
    assert picture.is_mask


def test_video_frame_by_frame(decode: Callable[..., list[Answer]]) -> None:
    data = get_media_path("unboxing.mp4").read_bytes()
    outline, at, following, end, poster = decode(
        data,
        {"do": "outline"},
        {"do": "frame", "at_secs": 1.0, "max_px": 240},
        {"do": "next_frame", "at_secs": 1.0},
        {"do": "next_frame", "at_secs": 99.0},
        {"do": "picture", "max_px": 240},
    )
    assert isinstance(outline, Outline)
    assert (outline.length_secs, outline.sizes, outline.has_pictures) == (3.0, ((480, 270),), True)
    assert isinstance(at, Frame)
    assert isinstance(following, Frame)
    assert isinstance(end, Frame)
    assert at.picture is not None
    assert (at.at_secs, at.picture.width) == (1.0, 240)
    assert following.at_secs == pytest.approx(1 + 1 / 24)
    assert end.picture is None
    assert isinstance(poster, Picture)
    assert poster.facts == ("0:03", "h264", "24 frames/s")


def _encode_av1(container_format: str) -> bytes:
    try:
        return files.encode_av1(container_format)
    except UnknownCodecError:
        pytest.skip("PyAV has no encoder of AV1 here: there is no sample to decode")


@pytest.mark.parametrize("kind", ["AVI", "AV1 in MP4", "AV1 in WebM"])
def test_video_of_other_codecs(decode: Callable[..., list[Answer]], kind: str) -> None:
    data = files.encode_film("avi", "mpeg4") if kind == "AVI" else _encode_av1(kind.rpartition(" ")[2].lower())
    assert sniff_format(data[:1024]).name == kind.rpartition(" ")[2]
    outline, at, following, poster = decode(
        data,
        {"do": "outline"},
        {"do": "frame", "at_secs": 0.5},
        {"do": "next_frame", "at_secs": 0.5},
        {"do": "picture", "max_px": 80},
    )
    assert isinstance(outline, Outline)
    assert outline.facts == ("0:01", "mpeg4" if kind == "AVI" else "av1", "24 frames/s")
    assert (outline.length_secs, outline.sizes, outline.has_sound) == (1.0, ((160, 96),), False)
    assert isinstance(at, Frame)
    assert at.picture is not None
    assert (at.at_secs, at.picture.width, at.picture.height) == (0.5, 160, 96)
    assert at.picture.pixels[0] > 150, "red at the upper left"
    assert at.picture.pixels[2] < 120
    assert isinstance(following, Frame)
    assert following.at_secs == pytest.approx(0.5 + 1 / 24, abs=0.001)
    assert isinstance(poster, Picture)
    assert (poster.width, poster.height) == (80, 48)


def test_a_video_without_a_decoder_is_told_and_its_sound_plays_still(
    decode: Callable[..., list[Answer]], tmp_path: Path
) -> None:
    with pytest.raises(DecoderFault, match="neither sound nor pictures that can be decoded here"):
        decode(files.encode_film("avi", "mpeg4").replace(b"FMP4", b"ZZZZ"), {"do": "outline"})
    heard = files.write_video(tmp_path / "a.webm", 0.5).replace(b"V_VP9", b"V_ZZZ")
    outline, sound, picture = decode(
        heard, {"do": "outline"}, {"do": "sound", "at_secs": 0.1, "secs": 0.1}, {"do": "picture", "max_px": 100}
    )
    assert isinstance(outline, Outline)
    assert (outline.has_sound, outline.has_pictures) == (True, False)
    assert outline.note == "Its pictures cannot be decoded here"
    assert isinstance(sound, Sound)
    assert any(sound.samples)
    assert isinstance(picture, Picture)
    assert picture.is_mask


def test_a_stream_without_anything_is_told(decode: Callable[..., list[Answer]]) -> None:
    with pytest.raises(DecoderFault, match="cannot be decoded here"):
        decode(b"\x1a\x45\xdf\xa3" + bytes(300), {"do": "outline"})
    with pytest.raises(DecoderFault, match="no sound"):
        decode(get_media_path("unboxing.mp4").read_bytes(), {"do": "sound", "at_secs": 0})


@pytest.mark.parametrize(
    ("data", "content_type", "expected", "encoding"),
    [
        (files.MARKDOWN, "text/markdown", files.MARKDOWN.decode(), "UTF-8"),
        (files.HTML, "text/html", files.HTML.decode(), "UTF-8"),
        ("grün".encode("utf-16"), "text/plain", "grün", "UTF-16"),
        (b'{"a":[1]}', "application/json", '{\n  "a": [\n    1\n  ]\n}', "UTF-8"),
        (b"{broken", "application/json", "{broken", "UTF-8"),
    ],
)
def test_texts(
    decode: Callable[..., list[Answer]], data: bytes, content_type: str, expected: str, encoding: str
) -> None:
    (text,) = decode(data, {"do": "text"}, content_type=content_type)
    assert isinstance(text, TextHead)
    assert (text.text, text.facts, text.is_cut) == (expected, (encoding,), False)


def test_a_long_text_is_cut(decode: Callable[..., list[Answer]]) -> None:
    (text,) = decode("ä".encode() * 2_100_000, {"do": "text"})
    assert isinstance(text, TextHead)
    assert text.is_cut
    assert set(text.text) == {"ä"}


def test_whatever_else_is_hex(decode: Callable[..., list[Answer]]) -> None:
    (text,) = decode(b"\x00\x01\xfe\xffabc" + bytes(5000), {"do": "text"})
    assert isinstance(text, TextHead)
    assert text.text.splitlines()[0] == ("00000000  00 01 fe ff 61 62 63 00  00 00 00 00 00 00 00 00  ····abc·········")
    assert text.is_cut
    assert len(text.text.splitlines()) == 256


def test_separated_values(decode: Callable[..., list[Answer]]) -> None:
    (table,) = decode(files.CSV, {"do": "table"}, content_type="text/csv")
    assert isinstance(table, TableHead)
    assert table.columns == ("name", "amount", "when")
    assert table.rows[1] == ("gift, wrapped", "4.10", "2026-11-21")
    assert table.facts == ("3 rows", "3 columns", "separated by commas")
    (wide,) = decode(b"a\tb\n1\t2\n" + b"3\t4\n" * 5000, {"do": "table"}, name="a.tsv")
    assert isinstance(wide, TableHead)
    assert (len(wide.rows), wide.is_cut, wide.facts[0]) == (1000, True, "more than 1,000 rows")


def test_parquet(decode: Callable[..., list[Answer]], tmp_path: Path) -> None:
    (table,) = decode(files.write_parquet(tmp_path / "a.parquet", 1500), {"do": "table"})
    assert isinstance(table, TableHead)
    assert (table.columns, table.types) == (("id", "name", "price"), ("bigint", "varchar", "decimal(21,1)"))
    assert table.rows[1] == ("1", "row 1", "1.5")
    assert (len(table.rows), table.facts, table.is_cut) == (1000, ("1,500 rows", "3 columns"), True)
    with pytest.raises(DecoderFault, match="cannot be read"):
        decode(b"PAR1" + bytes(100), {"do": "table"})


@pytest.mark.parametrize("mode", ["zip", "w", "w:gz", "w:xz", "w:bz2"])
def test_archives_are_listed(decode: Callable[..., list[Answer]], mode: str) -> None:
    data = files.encode_zip() if mode == "zip" else files.encode_tar(mode)
    assert sniff_format(data[:1024]).name == {"zip": "ZIP", "w": "tar"}.get(mode, "Compressed tar")
    (table,) = decode(data, {"do": "table"})
    assert isinstance(table, TableHead)
    assert [row[:2] for row in table.rows] == [("a.txt", "5"), ("folder/b.txt", "12")]
    assert table.columns == (("Name", "Size", "Packed") if mode == "zip" else ("Name", "Size"))
    assert table.facts == ("2 files", "17 bytes unpacked")


def test_a_wish_that_a_file_cannot_answer(decode: Callable[..., list[Answer]]) -> None:
    with pytest.raises(DecoderFault, match="Nothing of that kind"):
        decode(files.encode_zip(), {"do": "frame"})


def test_a_picture_without_colours_or_with_few(decode: Callable[..., list[Answer]]) -> None:
    for mode in ("1", "L", "P", "LA", "I;16"):
        buffer = io.BytesIO()
        Image.new(mode, (30, 20)).save(buffer, "PNG")
        (picture,) = decode(buffer.getvalue(), {"do": "picture", "max_px": 10})
        assert isinstance(picture, Picture)
        assert (picture.width, picture.height) == (10, 7)
