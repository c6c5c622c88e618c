"""A whole trace in one small picture: time in bins, a lane a depth, what fills each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.trace.arrays import np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_viewer.trace.layout import Bools, Ints, Longs

BINS = 2048
MAX_LANES = 8
_GAP_BINS = 3
EMPTY_CELL = 0
ERROR_CELL = 1
FIRST_TYPE_CELL = 2  # the cell of type code c is c + 2


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """What fills each cell of the picture.

    `cells` (lanes x bins, uint8) are codes; `error_bins` are the bins in which own errors began; `last_us` is where
    the last bin ends, in µs since the epoch.
    """

    cells: npt.NDArray[np.uint8]
    error_bins: Ints
    last_us: int


def draw_overview(
    *, start_us: Longs, end_us: Longs, depth: Ints, type_code: Ints, is_own_error: Bools, extent_us: tuple[int, int]
) -> Overview:
    """Bin the spans of a trace; arrays by span, `extent_us` is the time from the first start to the last end.

    An error wins its cell, else the type that most spans of the cell have. More than 254 types share the last cell.
    """
    scale = BINS / max(extent_us[1] - extent_us[0], 1)
    first = np.clip((start_us - extent_us[0]) * scale, 0, BINS - 1).astype(np.int64)
    last = np.clip((end_us - extent_us[0]) * scale - 1, first, BINS - 1).astype(np.int64)
    # neighbours stay apart where they are long enough to lose a little; what lasts to the end may go on running
    last -= np.where((last - first >= 4 * _GAP_BINS) & (last < BINS - 2), _GAP_BINS, 0)
    deepest = int(depth.max(initial=0))
    lanes = min(deepest + 1, MAX_LANES)
    lane = depth.astype(np.int64) * lanes // (deepest + 1)
    cell = np.where(is_own_error, ERROR_CELL, np.minimum(type_code.astype(np.int64), 253) + FIRST_TYPE_CELL)
    kinds = int(cell.max(initial=0)) + 1
    where = (lane * kinds + cell) * (BINS + 1)
    size = lanes * kinds * (BINS + 1)
    steps = np.bincount(where + first, minlength=size) - np.bincount(where + last + 1, minlength=size)
    cover = np.cumsum(steps.reshape(lanes, kinds, BINS + 1), axis=2)[:, :, :BINS]
    cells = np.argmax(cover, axis=1)
    cells[cover.max(axis=1) == 0] = EMPTY_CELL
    if kinds > ERROR_CELL:
        cells[cover[:, ERROR_CELL] > 0] = ERROR_CELL
    # numpy's `unique` would load masked arrays, which takes as long as to read a small trace
    error_bins = np.flatnonzero(np.bincount(first[is_own_error], minlength=BINS)).astype(np.int32)
    return Overview(cells.astype(np.uint8), error_bins, extent_us[1])
