"""The JSON values of a file one by one: values over many lines, behind each other or in a list; never all at once."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.database.json_text import JsonText, dump_text
from spanglass_store.journal.lines import MAX_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_BYTES = 256 * 1024
_SPACES = " \t\n\r"
_NEAR_THE_END = 16  # characters: a number, a literal or an escape that goes on in what is not read yet
_SCANNER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def iter_json_values(file: BinaryIO, first: bytes = b"") -> Iterator[bytes]:
    """Yield each value of a file, on one line; of a list at the top its elements. `first` was read of it already.

    What is no JSON comes out as the line that it stands on, and the rest goes on behind it.
    """
    text = _Text(file, first)
    is_in_list = False
    while char := text.peek(_SPACES + ","):
        if char == "[" and not is_in_list:
            is_in_list = True
            text.skip()
        elif char == "]" and is_in_list:
            is_in_list = False
            text.skip()
        else:
            yield text.take_value() if is_in_list or char == "{" else text.take_line()


class _Text:
    """What is read of a file and not handed out yet."""

    def __init__(self, file: BinaryIO, first: bytes) -> None:
        self._file = file
        # bytes that are no UTF-8 go through as they are: whoever reads the line says so
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._buffer = self._decoder.decode(first)
        self._at = 0
        self._is_all = False

    def peek(self, skipped: str) -> str:
        """Return the next character that is none of these, and go there; "" at the end."""
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in skipped:
                    return self._buffer[self._at]
                self._at += 1
            if not self._read():
                return ""

    def skip(self) -> None:
        self._at += 1

    def take_value(self) -> bytes:
        """Return the value that begins here, or the line where none does."""
        while True:
            try:
                value, end = _SCANNER.raw_decode(self._buffer, self._at)
                is_open = end == len(self._buffer) and not isinstance(value, dict | list)
            except RecursionError:
                return self.take_line()
            except json.JSONDecodeError as error:
                is_open = error.pos >= len(self._buffer) - _NEAR_THE_END or error.msg.startswith("Unterminated")
                if not is_open or len(self._buffer) - self._at > MAX_LINE_BYTES or not self._read():
                    return self.take_line()
                continue
            if not is_open or not self._read():
                return self._take(end)

    def take_line(self) -> bytes:
        """Return the rest of the line."""
        while (end := self._buffer.find("\n", self._at)) < 0:
            if len(self._buffer) - self._at > MAX_LINE_BYTES or not self._read():
                end = len(self._buffer)
                break
        return self._take(end)

    def _take(self, end: int) -> bytes:
        text = self._buffer[self._at : end]
        self._at = end
        if "\n" in text or "\r" in text:
            text = _on_one_line(text)
        return text.encode("utf-8", "surrogateescape")

    def _read(self) -> bool:
        """Read on, as much again as is waiting; return whether there was more."""
        if self._is_all:
            return False
        self._buffer, self._at = self._buffer[self._at :], 0
        data = self._file.read(max(_CHUNK_BYTES, len(self._buffer)))
        self._is_all = not data
        more = self._decoder.decode(data, final=self._is_all)  # at the end, too: half a character
        self._buffer += more
        return bool(data or more)


def _on_one_line(text: str) -> str:
    try:
        return dump_text(JsonText(text).parse())
    except (TypeError, ValueError, RecursionError):
        return text.replace("\n", " ").replace("\r", " ")  # no string has one: they stand between the values
