"""Writing to a terminal or a pipe: colours only where they are wanted, and no data that a terminal would obey."""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING, TextIO

import orjson

from spanglass_store.links.addresses import BadAddress, format_address
from spanglass_store.links.hyperlinks import hyperlink, shows_hyperlinks
from spanglass_viewer.format.text import one_line, span_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.links.addresses import SpanAddress

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34"}

_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})  # marks on the character before, joiners, zero-width spaces

# CSI, OSC / DCS / PM / APC strings up to their end, then two-character escapes; C1 forms too
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
# what JSON lets stand raw in a string, though a terminal obeys it
_RAW_IN_JSON = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


def plain_line(text: str, max_chars: int = 400) -> str:
    """Return untrusted text as one line that only prints."""
    return one_line(_ESCAPES.sub("", text), max_chars)


def plain_name(name: str, max_chars: int = 400) -> str:
    """Return the untrusted name of a span as `plain_line` does, or what stands for it where there is none to see."""
    return span_name(_ESCAPES.sub("", name), max_chars)


def plain_block(text: str) -> str:
    """Return untrusted text with its lines kept: escape sequences go, other control characters are made visible."""
    return _CONTROLS.sub("\ufffd", _ESCAPES.sub("", text.replace("\r\n", "\n"))).expandtabs(4)


def display_width(text: str) -> int:
    """Return the columns that a text takes: wide characters two, combining and invisible ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(char) in _NO_WIDTH else 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
        for char in text
    )


def pad(text: str, width: int) -> str:
    """Return `text` filled up with spaces to `width` columns."""
    return text + " " * (width - display_width(text))


def pad_left(text: str, width: int) -> str:
    """Return `text` aligned to the right in `width` columns."""
    return " " * (width - display_width(text)) + text


def clip(text: str, width: int) -> str:
    """Return `text` in at most `width` columns, with "…" for what is left out."""
    if display_width(text) <= width:
        return text
    kept = text[: max(0, width - 1)]
    while kept and display_width(kept) >= width:
        kept = kept[:-1]
    return kept + "…" if width > 0 else ""


class Terminal:
    """A stream that text goes to, with or without colours, with or without line-drawing characters.

    `width` is how many columns it has, None for a pipe or a file, where lines may be as long as they like;
    `shows_links` tells whether a text can be a hyperlink in it.
    """

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        """Look at the stream once: colours need a terminal that wants them, drawing needs an encoding that has it."""
        self._stream = stream
        dumb = environment.get("TERM") == "dumb" or bool(environment.get("NO_COLOR"))
        is_watched = stream.isatty()
        self._is_coloured = is_watched and not dumb
        self.width = shutil.get_terminal_size().columns if is_watched else None
        self.shows_links = shows_hyperlinks(stream, environment)
        self.draws_lines = (stream.encoding or "").lower().replace("-", "").startswith("utf")

    def paint(self, text: str, *styles: str) -> str:
        """Return `text` in the named styles ("bold", "dim", "red", …), or as it is where colours are off."""
        if not self._is_coloured or not text or not styles:
            return text
        return f"\x1b[{';'.join(_STYLES[style] for style in styles)}m{text}\x1b[0m"

    def link(self, text: str, address: str) -> str:
        """Return `text` as a hyperlink to an address of ours, or as it is where the stream takes none."""
        return hyperlink(text, address) if self.shows_links else text

    def link_span(self, text: str, address: SpanAddress) -> str:
        """Return `text` as a hyperlink to a span, or as it is where the stream takes none, or no link can name it."""
        try:
            return self.link(text, format_address(address)) if self.shows_links else text
        except BadAddress:  # ids of others may hold any character
            return text

    def write_line(self, line: str = "") -> None:
        """Write one line; a character that the stream's encoding lacks becomes `?`."""
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")

    def write_json(self, value: object) -> None:
        """Write a value as indented JSON in which a terminal finds nothing to obey; what JSON lacks becomes text."""
        self._write_json_text(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2))

    def write_json_line(self, value: object) -> None:
        """Write a value as JSON on one line, as harmless as `write_json` does."""
        self._write_json_text(orjson.dumps(value, default=str))

    def _write_json_text(self, text: bytes) -> None:
        self.write_line(_RAW_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text.decode()))


def standard_output() -> Terminal:
    """Return the terminal of the process's own output, as it is now."""
    return Terminal(sys.stdout)


def complain(sentence: str) -> None:
    """Write a sentence to the standard error stream."""
    Terminal(sys.stderr).write_line(f"spanglass: {plain_block(sentence)}")
