"""The formats of attachments, one table: how each is recognised, who decodes it, what is shown, within which limits.

The magic bytes decide, never the name: a name may only choose how text is presented. `docs/attachments.md` is made of
this table.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_BYTES = 1024
MEMORY_BYTES = 1_000_000_000  # what a decoder may allocate; the process ends that wants more
ANSWER_SECS = 15.0  # until a decoder has answered; the process is ended that takes longer
THUMBNAIL_SECS = 10.0

_MARK = "\ufeff"
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?>\s*)*<svg[\s>:]",
    re.DOTALL,
)


class MediaKind(enum.Enum):
    """What an attachment is; the value is its icon's name."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    PDF = "pdf"
    JSON = "json"
    TEXT = "text"
    TABLE = "table"
    ARCHIVE = "archive"
    FILE = "file"

    @property
    def word(self) -> str:
        """Return what people call it."""
        return self.name if self in {MediaKind.PDF, MediaKind.JSON} else self.name.title()


class Decoder(enum.Enum):
    """Who reads a format; but for `QT`, each is a part of the helper process."""

    QT = "qt"  # QImageReader in a thread of the window; too many pixels go to PICTURES
    PICTURES = "pictures"
    SVG = "svg"
    PDF = "pdf"
    STREAMS = "streams"
    TEXT = "text"
    SEPARATED = "separated"
    PARQUET = "parquet"
    ARCHIVES = "archives"
    BYTES = "bytes"
    VALUES = "values"  # of spans, too large for the window


@dataclass(frozen=True, slots=True)
class MediaFormat:
    """A format. `matches` tells it from the first `HEAD_BYTES` of a file; texts are for people."""

    name: str
    kind: MediaKind
    decoder: Decoder
    content_types: tuple[str, ...]
    endings: tuple[str, ...]
    matches: Callable[[bytes], bool]
    recognised_by: str
    thumbnail: str
    preview: str
    metadata: str
    limits: str
    is_animated: bool = False

    @property
    def has_thumbnail(self) -> bool:
        """Tell whether there is a picture of it."""
        return self.thumbnail != _NONE


_NONE = "none"
_PLAIN_LIMITS = "64 million pixels in the window, 150 million in the helper"
_HELPED_LIMITS = "150 million pixels"
_FRAMES = "the first 400 frames or 96 MB of them"
_PICTURE = "picture: fit, 1:1, zoom, pan, copy"
_PLAYING = "plays; picture as above"


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == kind


def _brands(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and head[8:12] in brands


def _is_mpeg_audio(head: bytes) -> bool:
    if head.startswith(b"ID3"):
        return True
    # eleven bits of synchronisation, then version, layer and rates that are not the reserved ones
    if len(head) < 3 or head.startswith(b"\xff\xfe"):  # the mark of UTF-16
        return False
    is_frame = head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return (
        is_frame
        and head[1] & 0x18 != 0x08
        and head[1] & 0x06 != 0
        and head[2] & 0xF0 != 0xF0
        and head[2] & 0x0C != 0x0C
    )


def _is_svg(head: bytes) -> bool:
    return _SVG.match(head) is not None


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _is_never(head: bytes) -> bool:  # noqa: ARG001 - text has no mark of its own: see `sniff_format`
    return False


def _picture(
    name: str, matches: Callable[[bytes], bool], types: tuple[str, ...], endings: tuple[str, ...], mark: str,
    *, decoder: Decoder = Decoder.QT, is_animated: bool = False,
) -> MediaFormat:  # fmt: skip
    limits = _PLAIN_LIMITS if decoder is Decoder.QT else _HELPED_LIMITS
    return MediaFormat(
        name, MediaKind.IMAGE, decoder, types, endings, matches, mark, "picture",
        _PLAYING if is_animated else _PICTURE, "pixels", f"{limits}; {_FRAMES}" if is_animated else limits, is_animated,
    )  # fmt: skip


def _stream(
    name: str, kind: MediaKind, matches: Callable[[bytes], bool], types: tuple[str, ...], endings: tuple[str, ...],
    mark: str,
) -> MediaFormat:  # fmt: skip
    if kind is MediaKind.AUDIO:
        shown = ("waveform", "waveform, play, seek", "length, codec, rate, channels")
    else:
        shown = ("a frame", "poster, play, scrub, frame by frame", "length, codec, pixels, frame rate")
    return MediaFormat(name, kind, Decoder.STREAMS, types, endings, matches, mark, *shown, "waveform: the first hour")


def _text(name: str, types: tuple[str, ...], endings: tuple[str, ...], preview: str) -> MediaFormat:
    return MediaFormat(
        name, MediaKind.JSON if name == "JSON" else MediaKind.TEXT, Decoder.TEXT, types, endings, _is_never,
        "text; type or name choose", _NONE, preview, "encoding, size", "the first 4 MB",
    )  # fmt: skip


FORMATS = (
    _picture("PNG", _starts(b"\x89PNG\r\n\x1a\n"), ("image/png", "image/apng"), ("png", "apng"), "\\x89PNG",
             is_animated=True),
    _picture("JPEG", _starts(b"\xff\xd8\xff"), ("image/jpeg", "image/jpg"), ("jpg", "jpeg"), "FF D8 FF"),
    _picture("WebP", _riff(b"WEBP"), ("image/webp",), ("webp",), "RIFF…WEBP", is_animated=True),
    _picture("GIF", _starts(b"GIF87a", b"GIF89a"), ("image/gif",), ("gif",), "GIF87a, GIF89a", is_animated=True),
    _picture("BMP", _starts(b"BM"), ("image/bmp", "image/x-ms-bmp"), ("bmp",), "BM"),
    _picture("AVIF", _brands(b"avif", b"avis"), ("image/avif",), ("avif",), "ftyp avif", decoder=Decoder.PICTURES,
             is_animated=True),
    _picture("TIFF", _starts(b"II*\0", b"MM\0*"), ("image/tiff",), ("tif", "tiff"), "II*, MM*",
             decoder=Decoder.PICTURES),
    _picture("ICO", _starts(b"\0\0\1\0"), ("image/x-icon", "image/vnd.microsoft.icon"), ("ico",), "00 00 01 00",
             decoder=Decoder.PICTURES),
    MediaFormat("SVG", MediaKind.IMAGE, Decoder.SVG, ("image/svg+xml",), ("svg",), _is_svg, "an <svg> element first",
                "picture", _PICTURE, "pixels", "no file, no address and no script is followed; 20 MB"),
    MediaFormat("PDF", MediaKind.PDF, Decoder.PDF, ("application/pdf",), ("pdf",), _starts(b"%PDF-"), "%PDF-",
                "first page", "pages, zoom, text selection and search", "pages, title",
                "5,000 pages; search: the first 500; no JavaScript"),
    _stream("WAV", MediaKind.AUDIO, _riff(b"WAVE"), ("audio/wav", "audio/x-wav", "audio/wave"), ("wav",), "RIFF…WAVE"),
    _stream("MP3", MediaKind.AUDIO, _is_mpeg_audio, ("audio/mpeg", "audio/mp3"), ("mp3", "aac"), "ID3 or a frame"),
    _stream("Ogg", MediaKind.AUDIO, _starts(b"OggS"), ("audio/ogg", "audio/opus"), ("ogg", "oga", "opus"), "OggS"),
    _stream("FLAC", MediaKind.AUDIO, _starts(b"fLaC"), ("audio/flac", "audio/x-flac"), ("flac",), "fLaC"),
    _stream("AIFF", MediaKind.AUDIO, _starts(b"FORM"), ("audio/aiff", "audio/x-aiff"), ("aif", "aiff"), "FORM"),
    _stream("M4A", MediaKind.AUDIO, _brands(b"M4A ", b"M4B "), ("audio/mp4", "audio/x-m4a"), ("m4a",), "ftyp M4A"),
    _stream("MP4", MediaKind.VIDEO, _brands(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1",
            b"dash", b"M4V ", b"MSNV", b"qt  ", b"3gp4", b"3gp5", b"av01"), ("video/mp4", "video/quicktime"),
            ("mp4", "mov", "m4v"), "ftyp isom, mp42, qt …"),
    _stream("WebM", MediaKind.VIDEO, _starts(b"\x1a\x45\xdf\xa3"), ("video/webm", "video/x-matroska", "audio/webm"),
            ("webm", "mkv"), "1A 45 DF A3"),
    _stream("AVI", MediaKind.VIDEO, _riff(b"AVI "), ("video/x-msvideo",), ("avi",), "RIFF…AVI"),
    MediaFormat("Parquet", MediaKind.TABLE, Decoder.PARQUET, ("application/vnd.apache.parquet",), ("parquet",),
                _starts(b"PAR1"), "PAR1", _NONE, "table", "rows, columns and their types", "1,000 rows, 200 columns"),
    MediaFormat("ZIP", MediaKind.ARCHIVE, Decoder.ARCHIVES, ("application/zip",), ("zip",),
                _starts(b"PK\3\4", b"PK\5\6"), "PK", _NONE, "list of names and sizes", "files, size",
                "5,000 names; nothing is unpacked"),
    MediaFormat("tar", MediaKind.ARCHIVE, Decoder.ARCHIVES, ("application/x-tar",), ("tar",), _is_tar, "ustar at 257",
                _NONE, "list of names and sizes", "files, size", "5,000 names; nothing is unpacked"),
    MediaFormat("Compressed tar", MediaKind.ARCHIVE, Decoder.ARCHIVES, ("application/gzip",),
                ("gz", "tgz", "bz2", "xz"), _starts(b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"), "1F 8B, BZh, FD 7zXZ", _NONE,
                "list of names and sizes", "files, size", "5,000 names within the first 256 MB unpacked"),
    _text("JSON", ("application/json", "application/x-ndjson"), ("json", "jsonl", "ndjson", "ipynb"),
          "coloured, indented"),
    _text("Markdown", ("text/markdown",), ("md", "markdown"), "source; rendered on demand, without images and links"),
    _text("HTML", ("text/html", "application/xhtml+xml"), ("html", "htm"), "source"),
    MediaFormat("CSV", MediaKind.TABLE, Decoder.SEPARATED, ("text/csv", "text/tab-separated-values"), ("csv", "tsv"),
                _is_never, "text; type or name choose", _NONE, "table", "rows, columns, separator",
                "1,000 rows, 200 columns, 2,000 characters a cell"),
    _text("Text", ("text/plain",), ("txt", "log"), "text"),
    MediaFormat("Other", MediaKind.FILE, Decoder.BYTES, (), (), _is_never, "whatever is left", _NONE, "type, size, hex",
                "size", "the first 4 kB"),
)  # fmt: skip

# no attachment: the JSON text of a value that is too large for the window
LOGGED_VALUE = MediaFormat(
    "Logged value", MediaKind.JSON, Decoder.VALUES, (), (), _is_never, "never", _NONE, "", "", ""
)

_BY_NAME = {known.name: known for known in (*FORMATS, LOGGED_VALUE)}
_TEXT, _OTHER = _BY_NAME["Text"], _BY_NAME["Other"]
_TEXTUAL = tuple(known for known in FORMATS if known.matches is _is_never and known is not _OTHER)
_BY_TYPE = {content_type: known for known in FORMATS for content_type in known.content_types}
_BY_ENDING = {ending: known for known in FORMATS for ending in known.endings}


def get_format(name: str) -> MediaFormat:
    """Return the format of this name. Raises KeyError."""
    return _BY_NAME[name]


def sniff_format(head: bytes, content_type: str = "", name: str = "") -> MediaFormat:
    """Tell a file's format from its first `HEAD_BYTES`; type and name only choose how text is presented."""
    for known in FORMATS:
        if known.matches(head):
            return known
    if not is_text(head):
        return _OTHER
    declared = expect_format(content_type, name)
    return declared if declared in _TEXTUAL else _TEXT


def expect_format(content_type: str, name: str) -> MediaFormat | None:
    """Return the format that a declared type, else a name's ending promises; None where neither is known."""
    declared = content_type.lower().partition(";")[0].strip()
    if declared not in {"", "application/octet-stream"}:
        if (known := _BY_TYPE.get(declared)) is not None:
            return known
        if declared.endswith(("/json", "+json")):
            return _BY_NAME["JSON"]
        return _TEXT if declared.startswith("text/") else None
    return _BY_ENDING.get(name.lower().rpartition(".")[2])


def is_text(head: bytes) -> bool:
    """Tell whether bytes read as text: no zeros (but in UTF-16 with its mark), and UTF-8 but for a cut end."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as fault:
        return len(head) - fault.start < 4 and len(head) >= HEAD_BYTES
    return True
