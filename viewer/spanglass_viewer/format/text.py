"""Untrusted text made fit for one line of a screen."""

from __future__ import annotations

import re
import unicodedata

from spanglass_store.database.records import UNNAMED

# bidirectional overrides can make a name read as another one (CVE-2021-42574)
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_SPACES = re.compile(r"\s+")
_UNSAFE_IN_FILES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def one_line(text: str, max_chars: int = 400) -> str:
    """Return text on one line: white space folded, control and direction characters replaced, cut at `max_chars`."""
    cut = text[: max_chars * 2 + 16]
    folded = _SPACES.sub(" ", _BIDI.sub("\ufffd", cut)).strip()
    shown = "".join("\ufffd" if unicodedata.category(char) in {"Cc", "Cs"} else char for char in folded)
    return shown if len(shown) <= max_chars else shown[: max_chars - 1] + "…"


def span_name(name: str, max_chars: int = 400) -> str:
    """Return the name of a span on one line, or what stands for it where there is none to see."""
    return one_line(name, max_chars) or UNNAMED


def file_name(text: str, max_chars: int) -> str:
    """Return text as the name of a file: without folders, control and reserved characters; "" where nothing is left."""
    return _UNSAFE_IN_FILES.sub("_", one_line(text)).strip(". ")[:max_chars]


def elide_middle(text: str, max_chars: int) -> str:
    """Return text with its middle left out where it is longer than `max_chars`; both ends tell names apart."""
    if len(text) <= max_chars:
        return text
    head = (max_chars - 1 + 1) // 2
    return f"{text[:head]}…{text[len(text) - (max_chars - 1 - head) :]}"
