"""Text, JSON, Markdown and HTML as text; whatever else as hex; separated values as a table."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
from typing import TYPE_CHECKING, BinaryIO

from spanglass_viewer.decoders.answers import DecoderFault, TableHead, TextHead

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish

MAX_ROWS = 1000
MAX_COLUMNS = 200
MAX_CELL_CHARS = 2000
_MAX_BYTES = 4_000_000
_MAX_INDENTED_BYTES = 1_000_000
_HEX_BYTES = 4096
_HEX_A_ROW = 16
_SNIFFED_CHARS = 8192
_PRINTABLE = range(0x20, 0x7F)


class TextFile:
    """One text; JSON that can be read whole is indented."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:
        self._file = file
        self._is_json = format_name == "JSON"
        self.wishes: dict[str, Callable[[Wish], Answer]] = {"text": self._read}

    def _read(self, wish: Wish) -> TextHead:  # noqa: ARG002 - one signature for all
        text, encoding, is_cut = read_text(self._file)
        if self._is_json and not is_cut and len(text) <= _MAX_INDENTED_BYTES:
            text = _indent(text)
        return TextHead(text, (encoding,), is_cut)


class SeparatedFile:
    """One file of values separated by commas, tabs, semicolons or bars."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:  # noqa: ARG002 - as above
        self._file = file
        self.wishes: dict[str, Callable[[Wish], Answer]] = {"table": self._read, "text": self._read_text}

    def _read_text(self, wish: Wish) -> TextHead:  # noqa: ARG002 - as above
        text, encoding, is_cut = read_text(self._file)
        return TextHead(text, (encoding,), is_cut)

    def _read(self, wish: Wish) -> TableHead:  # noqa: ARG002 - as above
        text, _, is_cut = read_text(self._file)
        csv.field_size_limit(_MAX_BYTES)
        separator = _separator(text[:_SNIFFED_CHARS])
        try:
            lines = list(itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), MAX_ROWS + 2))
        except csv.Error as fault:
            raise DecoderFault(f"It cannot be read as a table ({fault})") from None
        if not lines:
            raise DecoderFault("The table is empty")
        wide = max(map(len, lines))
        shown = min(wide, MAX_COLUMNS)
        rows = tuple(
            tuple(cell[:MAX_CELL_CHARS] for cell in (line + [""] * shown)[:shown]) for line in lines[1 : MAX_ROWS + 1]
        )
        columns = tuple(cell[:MAX_CELL_CHARS] for cell in (lines[0] + [""] * shown)[:shown])
        more = "more than " if is_cut or len(lines) > MAX_ROWS + 1 else ""
        name = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}[separator]
        facts = (f"{more}{len(rows):,} rows", f"{wide:,} columns", f"separated by {name}")
        return TableHead(columns, (), rows, facts, bool(more) or wide > shown)


class ByteFile:
    """One file of which nothing is known: its first bytes, in hex and as far as they are letters."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:  # noqa: ARG002 - as above
        self._file = file
        self.wishes: dict[str, Callable[[Wish], Answer]] = {"text": self._read}

    def _read(self, wish: Wish) -> TextHead:  # noqa: ARG002 - as above
        self._file.seek(0)
        head = self._file.read(_HEX_BYTES + 1)
        rows = [_hex_row(at, head[at : at + _HEX_A_ROW]) for at in range(0, min(len(head), _HEX_BYTES), _HEX_A_ROW)]
        return TextHead("\n".join(rows), ("hex",), len(head) > _HEX_BYTES)


def load() -> None:
    """Load the codecs of text."""
    for codec in ("utf_8", "utf_8_sig", "utf_16", "utf_16_le", "utf_16_be", "latin_1", "ascii"):
        codecs.lookup(codec)


def read_text(file: BinaryIO) -> tuple[str, str, bool]:
    """Return the beginning of a file as text, the name of its encoding, and whether it goes on."""
    file.seek(0)
    data = file.read(_MAX_BYTES + 1)
    is_cut = len(data) > _MAX_BYTES
    data = data[:_MAX_BYTES]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), "UTF-16", is_cut
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig", "replace"), "UTF-8", is_cut
    try:
        return data.decode(), "UTF-8", is_cut
    except UnicodeDecodeError as fault:
        if is_cut and len(data) - fault.start < 4:
            return data.decode(errors="ignore"), "UTF-8", is_cut
        return data.decode("latin-1"), "Latin-1", is_cut


def _indent(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",\t;|", key=first.count)


def _hex_row(at: int, data: bytes) -> str:
    shown = "".join(chr(byte) if byte in _PRINTABLE else "·" for byte in data)
    return f"{at:08x}  {data[:8].hex(' '):23}  {data[8:].hex(' '):23}  {shown}"
