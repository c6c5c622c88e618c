"""A trace's layout from its earlier state: where spans only came in, they are put between rows that are known already.

That takes a tenth of the time of laying out all anew, and a live trace is laid out again every few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spanglass_store.database.one_value import fold_one_value
from spanglass_viewer.trace.layout import TraceLayout, lay_out
from spanglass_viewer.trace.succession import Succession, match_spans, stand_still

if TYPE_CHECKING:
    from spanglass_store.database.records import TraceSkeleton
    from spanglass_viewer.trace.layout import Ints, Longs
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_NO_EDGES = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """The layout of a later state, as `lay_out` would give it, and the way there."""

    layout: TraceLayout
    succession: Succession


@dataclass(frozen=True, slots=True, eq=False)
class _Arrivals:
    """What came in, by row, in the order of the rows.

    `places` are the earlier rows before which they stand, `upper_rows` the earlier rows that they hang below, be it
    by others that came in, `depths` those of `upper_rows`. `inner` is the layout of what came in alone, `inner_rows`
    are the rows there.
    """

    spans: Ints
    places: Longs
    upper_rows: Ints
    depths: Ints
    inner: TraceLayout
    inner_rows: Longs


def grow_layout(before: TraceSnapshot, skeleton: TraceSkeleton) -> Growth | None:
    """Lay out a later state of a trace; None where more happened than that spans came in below others.

    Nor is that told where spans have several parents, or go round.
    """
    earlier = before.layout
    if len(skeleton.extra_child) or len(earlier) != len(before) or earlier.is_cut.any():
        return None
    spans = match_spans(before.skeleton.span_id, skeleton.span_id)
    if not (np.diff(spans, prepend=np.int32(-1)) > 0).all():
        return None
    known = before.skeleton.parent
    if not np.array_equal(skeleton.parent[spans], np.where(known < 0, known, spans[np.maximum(known, 0)])):
        return None
    is_added = np.ones(len(skeleton), np.bool_)
    is_added[spans] = False
    added = np.flatnonzero(is_added).astype(np.int32)
    if not len(added):
        return Growth(earlier, stand_still(before))
    parents = skeleton.parent[added]
    if ((parents < 0) | (parents >= added)).any():  # a root, an orphan, or perhaps a cycle
        return None
    arrivals = _place_arrivals(earlier, spans, added, skeleton.parent)
    return _put_between(before, spans, arrivals)


def _place_arrivals(earlier: TraceLayout, spans: Ints, added: Ints, parent: Ints) -> _Arrivals:
    """Find where spans belong that came in; `spans` are what the earlier ones are now."""
    parents = parent[added]
    at = np.minimum(np.searchsorted(added, parents), len(added) - 1)
    inner = lay_out(np.where(added[at] == parents, at, -1).astype(np.int32), _NO_EDGES, _NO_EDGES)
    tops = np.flatnonzero(inner.depth == 0)
    top_spans = added[inner.span[tops]]
    upper_rows = earlier.row_of_span[np.searchsorted(spans, parent[top_spans])]
    places = _find_places(earlier, spans, parent, top_spans, upper_rows)
    depths = earlier.depth[upper_rows]
    order = np.lexsort((top_spans, -depths, places))  # at one place what hangs deeper comes first
    sizes = inner.subtree_rows[tops[order]]
    inner_rows = np.repeat(tops[order] - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(added))
    return _Arrivals(
        spans=added[inner.span[inner_rows]],
        places=np.repeat(places[order], sizes),
        upper_rows=np.repeat(upper_rows[order], sizes),
        depths=np.repeat(depths[order], sizes),
        inner=inner,
        inner_rows=inner_rows,
    )


def _find_places(earlier: TraceLayout, spans: Ints, parent: Ints, top_spans: Ints, upper_rows: Ints) -> Longs:
    """Return before which earlier row each span comes: that of its next sibling, or behind all below its parent.

    `top_spans` rise.
    """
    places = upper_rows.astype(np.int64) + earlier.subtree_rows[upper_rows]
    first_later = int(np.searchsorted(spans, top_spans[:1])[0])
    is_asked = np.zeros(len(parent), np.bool_)
    is_asked[parent[top_spans]] = True
    upper = parent[spans[first_later:]]
    siblings = np.flatnonzero((upper >= 0) & is_asked[upper]) + first_later
    if len(siblings):
        keys = parent[spans[siblings]].astype(np.int64) * len(parent) + spans[siblings]
        order = np.argsort(keys)
        wanted = parent[top_spans].astype(np.int64) * len(parent)
        following = np.minimum(np.searchsorted(keys[order], wanted + top_spans), len(keys) - 1)
        found = keys[order][following]
        is_sibling = (found > wanted + top_spans) & (found < wanted + len(parent))
        places[is_sibling] = earlier.row_of_span[siblings[order][following[is_sibling]]]
    return places


def _put_between(before: TraceSnapshot, spans: Ints, arrivals: _Arrivals) -> Growth:
    earlier, inner = before.layout, arrivals.inner
    count = len(spans) + len(arrivals.spans)
    come_before = np.cumsum(np.bincount(arrivals.places, minlength=len(spans) + 1), dtype=np.int32)
    rows = np.arange(len(spans), dtype=np.int32) + come_before[:-1]
    new_rows = (arrivals.places + np.arange(len(arrivals.spans))).astype(np.int32)
    row_of_inner = np.empty(len(new_rows), np.int32)
    row_of_inner[arrivals.inner_rows] = new_rows
    upper_inner = inner.parent_row[arrivals.inner_rows]

    def merge(known: Ints, new: Ints) -> Ints:
        merged = np.empty(count, np.int32)
        merged[rows] = known
        merged[new_rows] = new
        return merged

    span = merge(spans[earlier.span], arrivals.spans)
    row_of_span = np.empty(count, np.int32)
    row_of_span[span] = np.arange(count, dtype=np.int32)
    is_orphan = np.zeros(count, np.bool_)
    is_orphan[spans] = earlier.is_orphan
    nothing = fold_one_value(np.zeros(count, np.bool_))
    layout = TraceLayout(
        span=span,
        depth=merge(earlier.depth, arrivals.depths + 1 + inner.depth[arrivals.inner_rows]),
        subtree_rows=merge(
            earlier.subtree_rows + _count_below(earlier, come_before, arrivals),
            inner.subtree_rows[arrivals.inner_rows],
        ),
        parent_row=merge(
            np.where(earlier.parent_row < 0, np.int32(-1), rows[earlier.parent_row]),
            np.where(upper_inner < 0, rows[arrivals.upper_rows], row_of_inner[upper_inner]),
        ),
        is_ghost=nothing,
        row_of_span=row_of_span,
        is_orphan=fold_one_value(is_orphan),
        is_cut=nothing,
        has_ghosts=nothing,
    )
    return Growth(layout, Succession(before.generation, len(spans), count, new_rows, only_grew=True))


def _count_below(earlier: TraceLayout, come_before: Ints, arrivals: _Arrivals) -> Ints:
    """Return by earlier row how many spans came in below it."""
    ends = np.arange(len(earlier), dtype=np.int32) + earlier.subtree_rows
    below = come_before[ends - 1] - come_before[:-1]
    is_place = np.zeros(len(earlier) + 1, np.bool_)
    is_place[arrivals.places] = True
    ending = np.flatnonzero(is_place[ends])  # what comes at the end of a subtree belongs to it, or to what is above it
    step = int(earlier.depth.max()) + 1
    keys = arrivals.places * step - arrivals.depths
    wanted = ends[ending].astype(np.int64)
    up_to = np.searchsorted(keys, wanted * step - earlier.depth[ending], "right")
    below[ending] += (up_to - np.searchsorted(arrivals.places, wanted)).astype(np.int32)
    return below
