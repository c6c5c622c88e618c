"""A trace as an icicle: time from left to right, lanes down; what fills each pixel, and which names have room.

What a picture costs depends on the lanes in sight and the pixels, and by little on the number of spans: they are
counted into the pixels (numpy), and only those with room for a name are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.trace.arrays import np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_viewer.trace.layout import Bools, Ints, Longs
    from spanglass_viewer.trace.snapshot import TraceSnapshot

EMPTY_CELL = 0
ERROR_CELL = 1
FIRST_COLOR_CELL = 2  # the cell of the colour c is c + 2
_LOOKED_AT = 65_536  # spans at once
_GAP_FROM_PX = 4  # spans of this width and more give up a pixel, so that neighbours stay apart


@dataclass(frozen=True, slots=True)
class FlameWindow:
    """What part of the icicle is drawn: a time (µs since the epoch) on `width_px` pixels, and some lanes."""

    first_us: float
    last_us: float
    width_px: int
    first_lane: int
    lanes: int

    @property
    def us_per_px(self) -> float:
        """How long a pixel is."""
        return max(self.last_us - self.first_us, 1.0) / max(self.width_px, 1)


@dataclass(frozen=True, slots=True)
class FlameLabel:
    """A span with room for its name: from `left_px` on `width_px` pixels are its own."""

    span: int
    lane: int
    left_px: float
    width_px: float


@dataclass(frozen=True, slots=True, eq=False)
class FlameIndex:
    """The spans of a trace by lane, then by start. `lane_ends[n]` is where lane n ends; a running span ends at -1."""

    spans: Ints
    start_us: Longs
    end_us: Longs
    type_code: Ints
    is_own_error: Bools
    lane_ends: Longs

    @property
    def lanes(self) -> int:
        """How many lanes there are."""
        return len(self.lane_ends)

    def lanes_at(self, places: Longs) -> Longs:
        """Return the lanes of places in the arrays."""
        return np.asarray(np.searchsorted(self.lane_ends, places, "right"), np.int64)

    def places(self, first_lane: int, lanes: int = 1) -> slice[int, int, None]:
        """Return where these lanes stand in the arrays; those that are not there are empty."""
        first_lane = min(max(first_lane, 0), self.lanes)
        end_lane = min(max(first_lane + lanes, first_lane), self.lanes)
        begin = int(self.lane_ends[first_lane - 1]) if first_lane else 0
        return slice(begin, int(self.lane_ends[end_lane - 1]) if end_lane else 0)

    def find_span(self, lane: int, first_us: float, last_us: float, now_us: int) -> int | None:
        """Return the span of a lane that lies in a stretch of time; of several the one that began last."""
        there = self.places(lane)
        starts, ends = self.start_us[there], self.end_us[there]
        until = int(np.searchsorted(starts, last_us, "right"))
        fits = np.flatnonzero(np.where(ends[:until] < 0, now_us, ends[:until]) >= first_us)
        return int(self.spans[there][fits[-1]]) if len(fits) and lane >= 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class FoldedLanes:
    """The lane of each span where those are left out that hold none of the kept ones, and how many are left."""

    lane: Ints
    lanes: int


def fold_lanes(snapshot: TraceSnapshot, is_kept: Bools | None) -> FoldedLanes | None:
    """Leave out the lanes in which none of the kept spans is stacked; None where every lane stays.

    A kept call of a hundred side by side would else stand far below its parent.
    """
    if is_kept is None or snapshot.stacked_lane is None:
        return None
    used = np.flatnonzero(np.bincount(snapshot.stacked_lane[is_kept]))
    return FoldedLanes(np.searchsorted(used, snapshot.stacked_lane).astype(np.int32), len(used))


def index_flame(snapshot: TraceSnapshot, is_kept: Bools | None = None) -> FlameIndex:
    """Order a trace's spans for its icicle; of those that are not kept the place stays empty, but for whole lanes."""
    spans = np.arange(len(snapshot), dtype=np.int32) if is_kept is None else np.flatnonzero(is_kept).astype(np.int32)
    folded = fold_lanes(snapshot, is_kept)
    lane, lanes = (snapshot.lanes_of(spans), snapshot.lanes) if folded is None else (folded.lane[spans], folded.lanes)
    order = spans[np.lexsort((snapshot.start_us[spans], lane))]
    return FlameIndex(
        spans=order,
        start_us=snapshot.start_us[order],
        end_us=snapshot.end_us[order],
        type_code=np.asarray(snapshot.skeleton.type_code, np.int32)[order],
        is_own_error=snapshot.errors.is_own[order],
        lane_ends=np.cumsum(np.bincount(lane, minlength=lanes)),
    )


def find_beside(snapshot: TraceSnapshot, is_kept: Bools | None, span: int, step: int) -> int | None:
    """Return the span that begins next (1) or before (-1) of those as deep as this one, None where there is none."""
    layout = snapshot.layout
    depth = layout.depth[layout.row_of_span[span]]
    for begin in range(span + 1, len(snapshot), _LOOKED_AT) if step > 0 else range(span, 0, -_LOOKED_AT):
        spans = slice(begin, begin + _LOOKED_AT) if step > 0 else slice(max(begin - _LOOKED_AT, 0), begin)
        is_beside = layout.depth[layout.row_of_span[spans]] == depth
        if is_kept is not None:
            is_beside &= is_kept[spans]
        if is_beside.any():
            return spans.start + int(np.flatnonzero(is_beside)[0 if step > 0 else -1])
    return None


def fill_cells(
    index: FlameIndex, window: FlameWindow, color_of_type: npt.NDArray[np.uint8], now_us: int
) -> npt.NDArray[np.uint8]:
    """Return what fills each pixel of each lane (lanes x width, uint8).

    An error wins its pixel, else the colour that most spans of the pixel have. `color_of_type` gives a small number
    for each type code; running spans last until `now_us`.
    """
    lanes, width = window.lanes, window.width_px
    lane, first, last, there = _place_spans(index, window, now_us)
    cell = np.where(index.is_own_error[there], ERROR_CELL, color_of_type[index.type_code[there]] + FIRST_COLOR_CELL)
    kinds = int(cell.max(initial=ERROR_CELL)) + 1
    where = (lane * kinds + cell) * (width + 1)
    size = lanes * kinds * (width + 1)
    steps = np.bincount(where + first, minlength=size) - np.bincount(where + last + 1, minlength=size)
    cover = np.cumsum(steps.reshape(lanes, kinds, width + 1), axis=2)[:, :, :width]
    cells = np.argmax(cover, axis=1).astype(np.uint8)
    cells[cover.max(axis=1) == 0] = EMPTY_CELL
    cells[cover[:, ERROR_CELL] > 0] = ERROR_CELL
    return cells


def list_labels(index: FlameIndex, window: FlameWindow, least_px: float, now_us: int) -> list[FlameLabel]:
    """Return the spans with at least `least_px` to themselves; one that begins later takes the rest from another."""
    there = index.places(window.first_lane, window.lanes)
    ends = np.where(index.end_us[there] < 0, now_us, index.end_us[there])
    left = np.maximum((index.start_us[there] - window.first_us) / window.us_per_px, 0.0)
    right = np.minimum((ends - window.first_us) / window.us_per_px, window.width_px)
    wide = np.flatnonzero(right - left >= least_px)
    left, right = left[wide], right[wide]
    lane = index.lanes_at(wide + there.start)
    follows = np.append(lane[1:] == lane[:-1], False)[: len(lane)]
    right = np.where(follows, np.minimum(right, np.append(left[1:], 0.0)[: len(left)]), right)
    fits = right - left >= least_px
    columns = (index.spans[there][wide][fits], lane[fits], left[fits], (right - left)[fits])
    return [FlameLabel(*label) for label in zip(*(column.tolist() for column in columns), strict=True)]


def list_moments(index: FlameIndex, window: FlameWindow, labels: list[FlameLabel]) -> list[FlameLabel]:
    """Return the spans of no length that lie where a name is painted over them, one a pixel; `labels` as listed."""
    there = index.places(window.first_lane, window.lanes)
    found = np.flatnonzero(index.end_us[there] == index.start_us[there])
    if not len(found) or not labels:
        return []
    left = np.floor((index.start_us[there][found] - window.first_us) / window.us_per_px)
    lane = index.lanes_at(found + there.start)
    in_sight = (left >= 0) & (left < window.width_px)
    found, left, lane = found[in_sight], left[in_sight], lane[in_sight]
    keys, kept = np.unique(lane * (window.width_px + 1) + left, return_index=True)
    begins = np.array([label.lane * (window.width_px + 1) + label.left_px for label in labels])
    widths = np.array([label.width_px for label in labels])
    over = np.searchsorted(begins, keys, "right") - 1
    kept = kept[(over >= 0) & (keys < begins[over] + widths[over])]
    columns = (index.spans[there][found[kept]], lane[kept], left[kept])
    places = zip(*(column.tolist() for column in columns), strict=True)
    return [FlameLabel(span, at_lane, at_px, 1.0) for span, at_lane, at_px in places]


def _place_spans(index: FlameIndex, window: FlameWindow, now_us: int) -> tuple[Longs, Longs, Longs, Longs]:
    """Return lane, first and last pixel of the spans in sight, and where they stand in the index."""
    there = index.places(window.first_lane, window.lanes)
    starts, ends = index.start_us[there], np.where(index.end_us[there] < 0, now_us, index.end_us[there])
    seen = np.flatnonzero((starts <= window.last_us) & (ends >= window.first_us))
    most = window.width_px - 1
    first = np.clip((starts[seen] - window.first_us) / window.us_per_px, 0, most).astype(np.int64)
    last = np.clip((ends[seen] - window.first_us) / window.us_per_px - 1, first, most).astype(np.int64)
    last -= (last - first >= _GAP_FROM_PX) & (ends[seen] <= window.last_us)
    seen += there.start
    return index.lanes_at(seen) - window.first_lane, first, last, seen
