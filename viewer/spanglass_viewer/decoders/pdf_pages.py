"""PDF by pdfium: pages as pictures, with the text and the place of each character; scripts are never run."""

from __future__ import annotations

import codecs
import ctypes
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

import pypdfium2 as _pypdfium2  # pyright: ignore[reportMissingTypeStubs] - there are none

from spanglass_viewer.decoders.answers import DecoderFault, Hits, Outline, Page, Picture
from spanglass_viewer.decoders.document import fit, integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish

pypdfium2: Any = _pypdfium2  # the package has no types that a checker could follow
_MAX_PAGES = 5000
_MAX_PAGE_CHARS = 40_000
_MAX_SEARCHED_PAGES = 500
_MAX_HITS = 1000
_MAX_SIDE_PX = 6000
_MAX_TITLE_CHARS = 200
_BOX = struct.Struct("<4f")


class PdfFile:
    """One PDF file."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:  # noqa: ARG002 - one signature for all
        try:
            self._pdf = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as fault:
            is_locked = "password" in str(fault).lower()
            raise DecoderFault("The document needs a password" if is_locked else "The document is damaged") from None
        self.wishes: dict[str, Callable[[Wish], Answer]] = {
            "picture": self._draw_first,
            "outline": self._outline,
            "page": self._draw_page,
            "find": self._find,
        }

    def _draw_first(self, wish: Wish) -> Picture:
        page = self._page(0)
        size = page.get_size()
        picture = _render(page, size, integer(wish, "max_px", 1024))
        return Picture(picture.width, picture.height, picture.pixels, _points(size), self._facts())

    def _outline(self, wish: Wish) -> Outline:  # noqa: ARG002 - as above
        count = min(len(self._pdf), _MAX_PAGES)
        note = f"Only the first {_MAX_PAGES:,} pages are shown" if len(self._pdf) > _MAX_PAGES else ""
        return Outline(self._facts(), tuple(self._pdf.get_page_size(number) for number in range(count)), note=note)

    def _draw_page(self, wish: Wish) -> Page:
        number = integer(wish, "number")
        page = self._page(number)
        size = page.get_size()
        picture = _render(page, size, min(_MAX_SIDE_PX, integer(wish, "max_px", 1024)))
        text, boxes = _text_with_boxes(page, picture.width, picture.height)
        return Page(picture, number, text, boxes)

    def _find(self, wish: Wish) -> Hits:
        wanted = wish.get("text")
        if not isinstance(wanted, str) or not wanted.strip():
            return Hits((), is_cut=False)
        places: list[tuple[int, int, int]] = []
        needle = wanted.lower()
        for number in range(min(len(self._pdf), _MAX_SEARCHED_PAGES)):
            text = _characters(self._page(number).get_textpage())
            haystack = text.lower() if len(text.lower()) == len(text) else text
            at = haystack.find(needle)
            while at >= 0 and len(places) < _MAX_HITS:
                places.append((number, at, len(needle)))
                at = haystack.find(needle, at + len(needle))
        return Hits(tuple(places), is_cut=len(places) >= _MAX_HITS or len(self._pdf) > _MAX_SEARCHED_PAGES)

    def _page(self, number: int) -> Any:
        if not 0 <= number < len(self._pdf):
            raise DecoderFault("The document has no such page")
        try:
            return self._pdf[number]
        except pypdfium2.PdfiumError:
            raise DecoderFault(f"Page {number + 1} is damaged") from None

    def _facts(self) -> tuple[str, ...]:
        count = len(self._pdf)
        title = self._pdf.get_metadata_dict().get("Title", "")
        return tuple(
            part for part in ("1 page" if count == 1 else f"{count:,} pages", title[:_MAX_TITLE_CHARS]) if part
        )


def load() -> None:
    """Load what pdfium's binding loads when it is first used: codecs of text."""
    for codec in ("utf_16_le", "utf_8", "latin_1", "ascii", "utf_16", "cp1252"):
        codecs.lookup(codec)


def _render(page: Any, size: tuple[float, float], max_px: int) -> Picture:
    longer = max(*size, 1.0)
    width, _ = fit((size[0] * max_px / longer, size[1] * max_px / longer), max_px)
    bitmap = page.render(scale=max(width / max(size[0], 1.0), 0.001), rev_byteorder=True, prefer_bgrx=True)
    # rows may be longer than their pixels, and a page's size in pixels is rounded up
    rows = memoryview(bitmap.buffer).cast("B")
    wide = bitmap.width * 4
    pixels = b"".join(bytes(rows[at : at + wide]) for at in range(0, bitmap.height * bitmap.stride, bitmap.stride))
    opaque = bytearray(pixels)
    opaque[3::4] = b"\xff" * (len(pixels) // 4)
    return Picture(bitmap.width, bitmap.height, bytes(opaque), _points(size))


def _points(size: tuple[float, float]) -> tuple[int, int]:
    return max(1, round(size[0])), max(1, round(size[1]))


def _characters(page: Any) -> str:
    """Return a page's text, one character for each that pdfium counts: what is none of Unicode's is a mark."""
    count = min(page.count_chars(), _MAX_PAGE_CHARS)
    codes = (pypdfium2.raw.FPDFText_GetUnicode(page, number) for number in range(count))
    return "".join(chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd" for code in codes)


def _text_with_boxes(page: Any, width: int, height: int) -> tuple[str, bytes]:
    words = page.get_textpage()
    text = _characters(words)
    boxes = bytearray()
    for number in range(len(text)):
        left, bottom, right, top = words.get_charbox(number, loose=True)
        # pdfium turns and crops as the page says
        one, other = (_to_pixels(page, (width, height), corner) for corner in ((left, top), (right, bottom)))
        boxes += _BOX.pack(*map(min, one, other), *map(max, one, other))
    return text, bytes(boxes)


def _to_pixels(page: Any, size: tuple[int, int], point: tuple[float, float]) -> tuple[int, int]:
    x, y = ctypes.c_int(), ctypes.c_int()
    pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, *size, 0, *point, x, y)
    return x.value, y.value
