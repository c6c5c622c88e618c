"""Which rows and spans of a trace's earlier state are which of a later one; found beside the UI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spanglass_viewer.trace.arrays import np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_store.database.span_ids import SpanIds
    from spanglass_viewer.trace.layout import Bools, Ints, Longs
    from spanglass_viewer.trace.snapshot import TraceSnapshot


@dataclass(frozen=True, slots=True, eq=False)
class Succession:
    """The way from one snapshot, that of `generation`, to a later one of the same trace.

    There were `earlier_count` rows, and are `later_count`; `new_rows` are those of them that came in, rising.
    `only_grew`: no row went, and those that stayed keep their order.
    """

    generation: int
    earlier_count: int
    later_count: int
    new_rows: Ints
    only_grew: bool

    def find_new(self) -> Bools:
        """Return by later row whether it came in."""
        is_new = np.zeros(self.later_count, np.bool_)
        is_new[self.new_rows] = True
        return is_new


def find_succession(before: TraceSnapshot, after: TraceSnapshot) -> Succession:
    """Find each row of `before` in `after`. A few look-ups; up to 0.1 s for a million spans."""
    spans = match_spans(before.skeleton.span_id, after.skeleton.span_id)
    later = spans[before.layout.span]
    rows = np.where(later < 0, -1, after.layout.row_of_span[later]).astype(np.int32)
    ghosts, later_ghosts = np.flatnonzero(before.layout.is_ghost), np.flatnonzero(after.layout.is_ghost)
    if len(ghosts):
        later_keys = after.keys_of(later_ghosts)
        order = np.argsort(later_keys)
        places = _places_of(before.keys_of(ghosts), later_keys[order])
        rows[ghosts] = np.where(places < 0, -1, later_ghosts[order][places]) if len(later_ghosts) else -1
    is_new = np.ones(len(after.layout), np.bool_)
    is_new[rows[rows >= 0]] = False
    return Succession(
        generation=before.generation,
        earlier_count=len(rows),
        later_count=len(is_new),
        new_rows=np.flatnonzero(is_new).astype(np.int32),
        only_grew=bool((np.diff(rows, prepend=np.int32(-1)) > 0).all()),
    )


def match_spans(ids: SpanIds, later_ids: SpanIds) -> Ints:
    """Return which span each one is later, -1 for what is gone; looked up is only what follows the first difference."""
    keys, later_keys = ids.keys, later_ids.keys
    both = min(len(keys), len(later_keys))
    differs = keys[:both] != later_keys[:both]
    same = int(np.argmax(differs)) if differs.any() else both
    rest = later_keys[same:]
    order = np.argsort(rest)
    places = _places_of(keys[same:], rest[order])
    spans = np.arange(len(keys), dtype=np.int32)
    spans[same:] = np.where(places < 0, -1, same + order[places]) if len(rest) else -1
    return spans


def stand_still(before: TraceSnapshot) -> Succession:
    """Return the way to a later snapshot with the same spans in the same rows."""
    count = len(before.layout)
    return Succession(before.generation, count, count, new_rows=np.zeros(0, np.int32), only_grew=True)


def _places_of(keys: npt.NDArray[Any], ordered: npt.NDArray[Any]) -> Longs:
    """Return where keys stand among ordered ones, -1 for those that are not there."""
    if not len(ordered):
        return np.full(len(keys), -1, np.int64)
    places = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.where(ordered[places] == keys, places, -1)
