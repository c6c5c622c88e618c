"""In which lane of the icicle each span stands: below its parent, and below what of its siblings still goes on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from spanglass_viewer.trace.layout import Ints, Longs, TraceLayout

MOST_STACKED_SPANS = 5_000
MOST_LANES_BESIDE = 2_000  # siblings at the same time beyond these share lanes
_FOREVER = np.iinfo(np.int64).max
_ROOTS = -1


def stack_lanes(layout: TraceLayout, start_us: Longs, end_us: Longs) -> Ints | None:
    """Return each span's lane where siblings go on at the same time; None where its depth is its lane.

    Siblings that follow each other share a lane; of two at the same time the later one stands below all that is below
    the earlier one, so that none hides another. `start_us` and `end_us` are by span; a running span ends at -1, and
    what begins later is beside it. More than `MOST_STACKED_SPANS` are not stacked: they are counted into pixels.
    """
    if len(start_us) > MOST_STACKED_SPANS:
        return None
    ends = np.where(end_us < 0, _FOREVER, np.maximum(end_us, start_us + 1))  # what has no length can be hidden, too
    if not _goes_on_beside(layout, start_us, ends):
        return None
    first, last = start_us[layout.span].tolist(), ends[layout.span].tolist()
    parents: list[int] = layout.parent_row.tolist()
    rows: list[int] = np.flatnonzero(~layout.is_ghost).tolist()
    below = defaultdict[int, list[int]](list)
    for row in rows:
        below[parents[row]].append(row)
    height, step = [1] * len(layout), [1] * len(layout)
    for row in reversed(rows):  # all below a row come before it
        children = below.get(row)
        if children is not None:
            height[row] += _place_siblings(children, first, last, height, step)
            for child in children:
                first[row] = min(first[row], first[child])
                last[row] = max(last[row], last[child])
    _place_siblings(below[_ROOTS], first, last, height, step)
    lane = [_ROOTS] * (len(layout) + 1)  # the last one is the place above the roots
    for row in rows:
        lane[row] = lane[parents[row]] + step[row]
    return np.array(lane, np.int32)[layout.row_of_span]


def _goes_on_beside(layout: TraceLayout, start_us: Longs, end_us: Longs) -> bool:
    """Tell whether some span overlaps a sibling, or is not within the time of its parent."""
    parents = layout.parent_row[layout.row_of_span]
    order = np.argsort(parents, kind="stable")  # siblings by their start
    is_sibling = parents[order][1:] == parents[order][:-1]
    if (is_sibling & (start_us[order][1:] < end_us[order][:-1])).any():
        return True
    children = np.flatnonzero(parents >= 0)
    above = layout.span[parents[children]]
    return bool(((start_us[children] < start_us[above]) | (end_us[children] > end_us[above])).any())


def _place_siblings(siblings: list[int], first: list[int], last: list[int], height: list[int], step: list[int]) -> int:
    """Put into `step` how far below their parent siblings stand, `height` lanes each; return how many they take."""
    if len(siblings) == 1:
        return height[siblings[0]]
    free_from: list[int] = []  # by lane
    none_before = 0  # no lane is free earlier
    for row in sorted(siblings, key=first.__getitem__):
        begins, ends, tall, lanes = first[row], last[row], height[row], len(free_from)
        top = at = lanes if none_before > begins else 0
        while at < lanes and at < top + tall:
            if free_from[at] > begins:
                top = at + 1
            at += 1
        if top >= MOST_LANES_BESIDE:
            top = 0
            free_from.extend([begins] * (tall - lanes))
            free_from[:tall] = [max(ends, until) for until in free_from[:tall]]
        else:
            free_from[top : top + tall] = [ends] * tall
        if top == lanes:
            none_before = min(free_from)
        step[row] = top + 1
    return len(free_from)
