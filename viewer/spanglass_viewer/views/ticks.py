"""Ticks along a strip of pixels: a thousand neighbours are painted as a few rectangles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass_viewer.trace.arrays import np

if TYPE_CHECKING:
    import numpy.typing as npt

TICK_PX = 2


def merge_ticks(places: npt.NDArray[np.floating[Any]]) -> list[tuple[int, int]]:
    """Return where ticks of `TICK_PX` at these places (pixels, in any order) begin and how long they are, merged."""
    if not len(places):
        return []
    pixels = np.sort(np.round(places).astype(np.int64))
    is_first = np.diff(pixels, prepend=pixels[0] - TICK_PX - 1) > TICK_PX
    begins, lasts = pixels[is_first], pixels[np.append(is_first[1:], True)]
    return list(zip(begins.tolist(), (lasts - begins + TICK_PX).tolist(), strict=True))
