"""What every decoder is to the process around it: a file that answers wishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from spanglass_viewer.decoders.answers import DecoderFault

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.values.decode import JsonValue

Wish = Mapping[str, "JsonValue"]

MAX_PIXELS = 150_000_000


class Document(Protocol):
    """An open file. `wishes` are the things that can be asked of it, by name."""

    @property
    def wishes(self) -> dict[str, Callable[[Wish], Answer]]:
        """Return what answers each wish; an answer may raise DecoderFault, and anything for a damaged file."""
        ...


def integer(wish: Wish, name: str, default: int = 0) -> int:
    """Return a whole number of a wish."""
    value = wish.get(name, default)
    return int(value) if isinstance(value, int | float) else default


def seconds(wish: Wish, name: str) -> float:
    """Return a time of a wish."""
    value = wish.get(name, 0.0)
    return max(0.0, float(value)) if isinstance(value, int | float) else 0.0


def fit(size: tuple[float, float], max_px: int) -> tuple[int, int]:
    """Return the size at which the longer side is `max_px` at most (0: as large as it may be), never below a pixel.

    Raises DecoderFault for a size with more pixels than are shown.
    """
    width, height = size
    scale = min(1.0, max_px / max(width, height, 1)) if max_px else 1.0
    fitted = max(1, round(width * scale)), max(1, round(height * scale))
    if fitted[0] * fitted[1] > MAX_PIXELS:
        raise DecoderFault(f"It has {width:,.0f} by {height:,.0f} pixels, more than can be shown")
    return fitted
