"""`data:` URLs: files written into a string."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from spanglass_viewer.format.quantities import format_bytes

_HEAD = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w.+-]+=[^;,]{0,64})*;base64,", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Za-z0-9+/_-]+")
_STRANGE = re.compile(r"[^A-Za-z0-9+/=_\s-]")
_TAIL_CHARS = 80
_LARGE_CHARS = 200_000  # longer texts are not counted on the UI thread
_URL_SAFE = str.maketrans("-_", "+/")
# the beginnings of files that are logged as base64 without a word on what they are
_BARE = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "R0lGOD": "image/gif", "UklGR": "image/webp",
         "JVBERi0": "application/pdf"}  # fmt: skip
_LEAST_BARE_CHARS = 64
_PROBED_CHARS = 256
_BARE_LETTERS = re.compile(r"[A-Za-z0-9+/\s]+")


@dataclass(frozen=True, slots=True)
class DataUrl:
    """Where a data URL's bytes begin in its text, what they are, and how many."""

    text: str
    content_type: str
    start: int
    size_bytes: int

    def decode(self) -> bytes:
        """Return the bytes. Raises ValueError where the text is no base64, or was cut off."""
        if self.is_cut:
            raise ValueError("the base64 text was cut off before its end")
        try:
            return base64.b64decode(self.text[self.start :].translate(_URL_SAFE))
        except binascii.Error as error:
            raise ValueError(f"the base64 text is damaged: {error}") from None

    def as_url(self) -> str:
        """Return the text as a data URL, which bare base64 is not yet."""
        return self.text if self.start else f"data:{self.content_type};base64,{self.text}"

    @property
    def is_cut(self) -> bool:
        """Tell whether somebody shortened the text: it ends in dots or words, or with a lone character of four."""
        if _STRANGE.search(self.text, max(self.start, len(self.text) - _TAIL_CHARS)) is not None:
            return True
        return len(self.text) - self.start < _LARGE_CHARS and self._count_letters() % 4 == 1

    def decode_head(self, size_bytes: int) -> bytes:
        """Return the first bytes, as far as they can be read: what a file is stands there."""
        chars = self.text[self.start : self.start + size_bytes * 4 // 3].translate(_URL_SAFE)
        letters = "".join(_LETTERS.findall(chars)).rstrip("=")
        whole = letters[:-1] if len(letters) % 4 == 1 else letters
        return base64.b64decode(whole + "=" * (-len(whole) % 4))

    def _count_letters(self) -> int:
        return sum(map(len, _LETTERS.findall(self.text, self.start)))


def find_data_url(text: str) -> DataUrl | None:
    """Tell whether a whole string is a base64 data URL."""
    if not text.startswith(("data:", "DATA:")) or (head := _HEAD.match(text, 0, 400)) is None:
        return None
    padding = text[-2:].count("=")
    return DataUrl(text, head[1].lower(), head.end(), (len(text) - head.end()) * 3 // 4 - padding)


def find_bare_base64(text: str) -> DataUrl | None:
    """Tell whether a whole string is the base64 of a picture or a PDF, by the first bytes alone."""
    mark = next((mark for mark in _BARE if text.startswith(mark)), None)
    if (
        mark is None
        or len(text) < _LEAST_BARE_CHARS
        or _BARE_LETTERS.fullmatch(text[:_PROBED_CHARS].rstrip("=")) is None
    ):
        return None
    found = DataUrl(text, _BARE[mark], 0, len(text) * 3 // 4 - text[-2:].count("="))
    if mark == "UklGR" and found.decode_head(12)[8:] != b"WEBP":
        return DataUrl(text, "audio/wav", 0, found.size_bytes) if found.decode_head(12)[8:] == b"WAVE" else None
    return found


def digest_data_urls(json_text: str) -> str:
    """Return a JSON text with each data URL's type, size and digest in its place: two of one size can be told apart."""
    parts: list[str] = []
    done = 0
    while (begin := json_text.find('"data:', done)) >= 0 and (end := json_text.find('"', begin + 1)) >= 0:
        parts.append(json_text[done : begin + 1])
        text = json_text[begin + 1 : end]
        found = find_data_url(text)
        if found is not None:
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
            text = f"{found.content_type}, {format_bytes(found.size_bytes)}, sha256 {digest}"
        parts.append(text)
        done = end
    return "".join([*parts, json_text[done:]])
