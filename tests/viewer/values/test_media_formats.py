"""What the table of formats promises, beside what holds in the decoders: `docs/attachments.md` is made of it."""

from __future__ import annotations

import re

import pytest

from spanglass_viewer.backend import images
from spanglass_viewer.decoders import (
    archives,
    document,
    drawings,
    parquet_tables,
    pdf_pages,
    pictures,
    plain_text,
    streams,
)
from spanglass_viewer.decoders.__main__ import DECODER_MODULES
from spanglass_viewer.values.media_formats import FORMATS, Decoder, MediaFormat

_FRAMES = {pictures._MAX_FRAMES, pictures._MAX_FRAMES_BYTES // 1_000_000}
_MILLION = 1_000_000
_HOLDS = {
    Decoder.QT: {images._MAX_PIXELS // _MILLION, document.MAX_PIXELS // _MILLION},
    Decoder.PICTURES: {document.MAX_PIXELS // _MILLION},
    Decoder.SVG: {drawings._MAX_BYTES // _MILLION},
    Decoder.PDF: {pdf_pages._MAX_PAGES, pdf_pages._MAX_SEARCHED_PAGES},
    Decoder.STREAMS: set[int](),  # "the first hour" is no figure
    Decoder.TEXT: {plain_text._MAX_BYTES // _MILLION},
    Decoder.SEPARATED: {plain_text.MAX_ROWS, plain_text.MAX_COLUMNS, plain_text.MAX_CELL_CHARS},
    Decoder.PARQUET: {parquet_tables.MAX_ROWS, parquet_tables.MAX_COLUMNS},
    Decoder.ARCHIVES: {archives._MAX_NAMES},
    Decoder.BYTES: {plain_text._HEX_BYTES // 1024},
}


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_the_limits_that_are_told_are_those_that_hold(known: MediaFormat) -> None:
    held = set(_HOLDS[known.decoder])
    if known.is_animated:
        held |= _FRAMES
    if known.name == "Compressed tar":
        held.add(archives._MAX_UNPACKED_BYTES // _MILLION)
    assert {int(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*", known.limits)} == held


def test_an_hour_is_an_hour() -> None:
    assert streams._MAX_PEAKS_SECS == 3600


def test_every_decoder_but_the_windows_own_has_a_module() -> None:
    assert {known.decoder for known in FORMATS} <= DECODER_MODULES.keys()
