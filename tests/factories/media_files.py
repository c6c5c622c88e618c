"""Small files of every kind that attachments come in, made on the spot."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import wave
import zipfile
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE = 8000


def make_picture(size: tuple[int, int] = (320, 200), hue: int = 0) -> Image.Image:
    """Return a picture that tells up from down and left from right."""
    image = Image.new("RGB", size, "#f4efe6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 3, size[1] // 2), fill=("#c0392b", "#2e86c1", "#27ae60", "#8e44ad")[hue % 4])
    draw.ellipse((size[0] // 2, size[1] // 3, size[0] - 8, size[1] - 8), outline="#333333", width=4)
    return image


def encode_picture(kind: str, size: tuple[int, int] = (320, 200), **options: object) -> bytes:
    """Return a picture as a file."""
    buffer = io.BytesIO()
    make_picture(size).save(buffer, kind, **options)
    return buffer.getvalue()


def encode_animation(kind: str, frames: int = 4, size: tuple[int, int] = (160, 100)) -> bytes:
    """Return a GIF, WEBP, PNG or AVIF that moves."""
    buffer = io.BytesIO()
    first, *others = [make_picture(size, hue) for hue in range(frames)]
    first.save(buffer, kind, save_all=True, append_images=others, duration=80, loop=0)
    return buffer.getvalue()


def encode_wav(secs: float = 1.0) -> bytes:
    """Return a tone that grows louder."""
    count = int(RATE * secs)
    samples = [int(30000 * at / count * (1 if at // 10 % 2 else -1)) for at in range(count)]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{count}h", *samples))
    return buffer.getvalue()


def encode_pdf(pages: list[str], turned: int = 0) -> bytes:
    """Return a PDF with a line of text a page; `turned` by so many degrees."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids: list[int] = []
    for text in pages:
        stream = f"BT /F1 24 Tf 60 700 Td ({text}) Tj ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> /Rotate %d >>" % (len(objects), turned)
        )
        kids.append(len(objects))
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    return join_pdf(objects)


def join_pdf(objects: list[bytes]) -> bytes:
    """Return a PDF of these objects, numbered from 1; the first one is its catalogue."""
    data = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(data)


def encode_zip(names: tuple[str, ...] = ("a.txt", "folder/b.txt")) -> bytes:
    """Return a ZIP of files with their own names in them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, name)
    return buffer.getvalue()


def encode_tar(mode: str = "w:gz", names: tuple[str, ...] = ("a.txt", "folder/b.txt")) -> bytes:
    """Return a tar of files with their own names in them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # pyright: ignore[reportCallIssue, reportArgumentType] - the mode is the test's
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()))
    return buffer.getvalue()


SVG = b"""<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" width="240" height="160" viewBox="0 0 240 160">
  <rect width="240" height="160" rx="12" fill="#eaf2ff"/><circle cx="120" cy="70" r="40" fill="#2f6bff"/>
  <text x="120" y="140" text-anchor="middle" font-size="20" font-family="sans-serif">drawn</text>
</svg>"""
MARKDOWN = b"""# A note

Some **bold** words, a list:

- one
- two

![a picture](file:///etc/passwd) and <img src="file:///dev/zero">
"""
HTML = b"<!doctype html><html><body onload='alert(1)'><img src=x onerror=alert(1)><h1>Hello</h1></body></html>"
CSV = 'name,amount,when\nmug,25.80,2026-11-21\n"gift, wrapped",4.10,2026-11-21\nümlaut,13,2026-11-22\n'.encode()
JSON = json.dumps({"order": {"id": 7, "lines": [{"name": "mug", "price": 25.8}], "note": "two\nlines"}}).encode()


def write_parquet(path: Path, rows: int = 5) -> bytes:
    """Write a Parquet file of a few columns, and return its bytes."""
    import duckdb  # noqa: PLC0415 - only the tests that need it load it

    with duckdb.connect() as connection:
        connection.sql(f"SELECT i AS id, 'row ' || i AS name, i * 1.5 AS price FROM range({rows}) t(i)").write_parquet(  # noqa: S608 - a number
            str(path)
        )
    return path.read_bytes()


def write_video(path: Path, secs: float = 2.0) -> bytes:
    """Write a WebM with pictures that change and a tone, and return its bytes."""
    import av  # noqa: PLC0415 - only the tests that need it load it

    rate = 24
    with av.open(str(path), "w", format="webm") as container:
        video = container.add_stream("libvpx-vp9", rate=rate)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("libopus", rate=48_000)
        for number in range(int(secs * rate)):
            frame = av.VideoFrame.from_image(make_picture((320, 180), number // rate))
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        samples = struct.pack("<960h", *(8000 if at // 48 % 2 else -8000 for at in range(960)))
        for number in range(int(secs * 50)):
            tone = av.AudioFrame(format="s16", layout="mono", samples=960)
            tone.planes[0].update(samples)
            tone.sample_rate, tone.pts = 48_000, number * 960
            container.mux(audio.encode(tone))
        container.mux(audio.encode(None))
    return path.read_bytes()


def encode_sound(container_format: str, codec: str, secs: float = 1.0, rate: int = 48_000, **options: str) -> bytes:
    """Return a tone in a container, compressed by a codec; `options` are the codec's."""
    import av  # noqa: PLC0415 - only the tests that need it load it

    buffer = io.BytesIO()
    length = 960
    with av.open(buffer, "w", format=container_format) as container:
        audio = container.add_stream(codec, rate=rate, options=options)
        audio.layout = "stereo"
        resampler = av.AudioResampler(audio.format, "stereo", rate, audio.frame_size or length)
        samples = struct.pack(f"<{length}h", *(8000 if at // 48 % 2 else -8000 for at in range(length)))
        for number in range(int(secs * rate / length)):
            tone = av.AudioFrame(format="s16", layout="mono", samples=length)
            tone.planes[0].update(samples)
            tone.sample_rate, tone.pts = rate, number * length
            for part in resampler.resample(tone):
                container.mux(audio.encode(part))
        for part in resampler.resample(None):
            container.mux(audio.encode(part))
        container.mux(audio.encode(None))
    return buffer.getvalue()


def encode_film(container_format: str, codec: str, secs: float = 1.0, **options: str) -> bytes:
    """Return 24 pictures a second in a container, compressed by a codec; `options` are the codec's."""
    import av  # noqa: PLC0415 - only the tests that need it load it

    rate = 24
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container_format) as container:
        video = container.add_stream(codec, rate=rate, options=options)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        for number in range(int(secs * rate)):
            container.mux(video.encode(av.VideoFrame.from_image(make_picture((160, 96), number // rate))))
        container.mux(video.encode(None))
    return buffer.getvalue()


def encode_av1(container_format: str = "mp4") -> bytes:
    """Return a film as AV1. Raises av.codec.codec.UnknownCodecError where it cannot be made."""
    return encode_film(container_format, "libsvtav1", preset="12")


# by format: what the outline calls it, and how it is made
SOUNDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "Ogg": ("vorbis", lambda: encode_sound("ogg", "vorbis", strict="experimental")),
    "Ogg Opus": ("opus", lambda: encode_sound("ogg", "libopus")),
    "FLAC": ("flac", lambda: encode_sound("flac", "flac")),
    "AIFF": ("pcm_s16be", lambda: encode_sound("aiff", "pcm_s16be")),
    "M4A": ("aac", lambda: encode_sound("ipod", "aac")),
}


def every_kind(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Return a file of each kind by its name, with its content type."""
    return {
        "photo.png": (encode_picture("PNG"), "image/png"),
        "turned.jpg": (encode_picture("JPEG", (400, 200)), "image/jpeg"),
        "moving.gif": (encode_animation("GIF"), "image/gif"),
        "moving.png": (encode_animation("PNG"), "image/png"),
        "moving.webp": (encode_animation("WEBP"), "image/webp"),
        "photo.avif": (encode_picture("AVIF"), "image/avif"),
        "scan.tiff": (encode_picture("TIFF"), "image/tiff"),
        "old.bmp": (encode_picture("BMP"), "image/bmp"),
        "site.ico": (encode_picture("ICO", (64, 64)), "image/x-icon"),
        "drawing.svg": (SVG, "image/svg+xml"),
        "policy.pdf": (encode_pdf(["Refund policy", "Second page", "Third page"]), "application/pdf"),
        "tone.wav": (encode_wav(3.0), "audio/wav"),
        "clip.webm": (write_video(folder / "clip.webm"), "video/webm"),
        "note.md": (MARKDOWN, "text/markdown"),
        "page.html": (HTML, "text/html"),
        "order.json": (JSON, "application/json"),
        "lines.csv": (CSV, "text/csv"),
        "lines.parquet": (write_parquet(folder / "lines.parquet", 40), "application/vnd.apache.parquet"),
        "bundle.zip": (encode_zip(), "application/zip"),
        "bundle.tar.gz": (encode_tar(), "application/gzip"),
        "weights.bin": (bytes(range(256)) * 8, "application/octet-stream"),
    }
