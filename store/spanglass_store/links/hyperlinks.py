"""Links in a terminal: OSC 8 makes a text clickable where the stream is a terminal that may know it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_watched(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal; None (pythonw has no stderr) and a closed one are not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def shows_hyperlinks(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a stream takes hyperlinks: a terminal does, unless it says that it is dumb.

    One that does not know OSC 8 shows the text alone, as the standard wants it.
    """
    return is_watched(stream) and environ.get("TERM") != "dumb"


def hyperlink(text: str, address: str) -> str:
    """Return `text` as a hyperlink. Both must be free of control characters; an address of ours is."""
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"
