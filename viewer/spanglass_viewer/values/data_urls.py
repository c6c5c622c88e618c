"""`data:` URLs: files written into a string."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_HEAD = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w.+-]+=[^;,]{0,64})*;base64,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DataUrl:
    """Where a data URL's bytes begin in its text, what they are, and how many."""

    text: str
    content_type: str
    start: int
    size_bytes: int

    def decode(self) -> bytes:
        """Return the bytes. Raises ValueError where the text is no base64."""
        try:
            return base64.b64decode(self.text[self.start :])
        except binascii.Error as error:
            raise ValueError(f"the base64 text is damaged: {error}") from None


def find_data_url(text: str) -> DataUrl | None:
    """Tell whether a whole string is a base64 data URL."""
    if not text.startswith(("data:", "DATA:")) or (head := _HEAD.match(text, 0, 400)) is None:
        return None
    padding = text[-2:].count("=")
    return DataUrl(text, head[1].lower(), head.end(), (len(text) - head.end()) * 3 // 4 - padding)
