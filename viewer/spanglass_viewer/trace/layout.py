"""A trace's DAG → the rows of its tree: preorder, depths, subtree sizes, ghosts, orphans, cut cycles.

Pointer doubling does the work: the 1st, 2nd, 4th, 8th … ancestors of all spans at once. It takes about
log2(depth) numpy steps, so a chain of 100,000 spans costs no more than a wide trace, and nothing recurses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO_PARENT = -1
MISSING_PARENT = -2


@dataclass(frozen=True, slots=True, eq=False)
class TraceLayout:
    """The rows of a trace, wholly unfolded. A span has one row of its own, and a ghost row under each further parent.

    By row: `span`, `depth`, `subtree_rows` (the row itself included, so a subtree is `row : row + subtree_rows`),
    `parent_row` (-1 for a root), `is_ghost`. By span: `row_of_span` (never a ghost), `is_orphan` (names only
    parents that are not there), `is_cut` (the edge to its parent closed a cycle; the span stands as a root),
    `has_ghosts` (has further parents).
    """

    span: Ints
    depth: Ints
    subtree_rows: Ints
    parent_row: Ints
    is_ghost: Bools
    row_of_span: Ints
    is_orphan: Bools
    is_cut: Bools
    has_ghosts: Bools

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.span)

    def subtree_sums(self, per_span: npt.NDArray[np.generic]) -> Longs:
        """Return, by span, the sum of a whole number over the span and all below it; ghosts are not counted again."""
        return self._sums_below(np.where(self.is_ghost, 0, per_span[self.span]), np.int64)

    def subtree_amounts(self, per_span: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the same of numbers that are not whole, off by as little as sums of them are."""
        return self._sums_below(np.where(self.is_ghost, 0.0, per_span[self.span]), np.float64)

    def _sums_below(self, by_row: npt.NDArray[Any], kind: type[np.generic]) -> npt.NDArray[Any]:
        running: npt.NDArray[Any] = np.zeros(len(self) + 1, kind)
        np.cumsum(by_row, out=running[1:])
        # row by row, as memory lies: by span each of these reads would be a leap
        return (running[np.arange(len(self)) + self.subtree_rows] - running[:-1])[self.row_of_span]


def lay_out(parent: Ints, extra_child: Ints, extra_parent: Ints) -> TraceLayout:
    """Lay out a trace whose spans are ordered by (start, span_id).

    `parent` is the row of each span's first parent (-1 none, -2 not there), `extra_child` / `extra_parent` are
    the further edges. Siblings keep the order of the spans; orphans follow the other roots.
    """
    parent, extra_child, extra_parent = _choose_parents(parent, extra_child, extra_parent)
    is_orphan = parent == MISSING_PARENT
    parent, is_cut = _cut_cycles(np.maximum(parent, NO_PARENT))
    node_span = np.concatenate([np.arange(len(parent), dtype=np.int32), extra_child])
    node_parent = np.concatenate([parent, extra_parent])
    node_row, depth, sizes = _number_rows(node_span, node_parent, is_orphan)
    order = np.empty(len(node_span), np.int32)
    order[node_row] = np.arange(len(node_span), dtype=np.int32)
    parent_of_row = node_parent[order]
    has_ghosts = np.zeros(len(parent), np.bool_)
    has_ghosts[extra_child] = True
    return TraceLayout(
        span=node_span[order],
        depth=depth[order],
        subtree_rows=sizes[order],
        parent_row=np.where(parent_of_row < 0, NO_PARENT, node_row[parent_of_row]).astype(np.int32),
        is_ghost=order >= len(parent),
        row_of_span=node_row[: len(parent)],
        is_orphan=is_orphan,
        is_cut=is_cut,
        has_ghosts=has_ghosts,
    )


def _choose_parents(parent: Ints, extra_child: Ints, extra_parent: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the parents and the further edges without doubles; a span whose first parent is missing takes the next."""
    parent = np.array(parent, np.int32)
    child, other = np.asarray(extra_child, np.int32), np.asarray(extra_parent, np.int32)
    is_real = (child >= 0) & (other >= 0) & (child != other)
    child, other = child[is_real], other[is_real]
    if not len(child):
        return parent, child, other
    _, first_seen = np.unique(child.astype(np.int64) * len(parent) + other, return_index=True)
    first_seen.sort()
    child, other = child[first_seen], other[first_seen]
    children, first_edge = np.unique(child, return_index=True)
    is_promoted = parent[children] < 0
    parent[children[is_promoted]] = other[first_edge[is_promoted]]
    is_further = parent[child] != other
    return parent, child[is_further], other[is_further]


def _cut_cycles(parent: Ints) -> tuple[Ints, Bools]:
    """Return the parents with one edge of each cycle taken out (that of its earliest span), and which ones were."""
    count = len(parent)
    is_cut = np.zeros(count, np.bool_)
    jumps, last = _ancestors(parent)
    on_cycles = np.unique(last[last != count])
    if len(on_cycles):
        earliest = np.arange(count + 1, dtype=np.int32)
        for jump in jumps:
            earliest = np.minimum(earliest, earliest[jump])
        is_cut[on_cycles[earliest[on_cycles] == on_cycles]] = True
        parent = np.where(is_cut, NO_PARENT, parent).astype(np.int32)
    return parent, is_cut


def _ancestors(parent: Ints) -> tuple[list[Ints], Ints]:
    """Return the 1st, 2nd, 4th … ancestors, and where the walk ends: at `len(parent)`, or on a cycle for ever."""
    count = len(parent)
    jump = np.append(np.where(parent < 0, count, parent), count).astype(np.int32)
    jumps: list[Ints] = []
    while (jump != count).any() and len(jumps) <= count.bit_length():
        jumps.append(jump)
        jump = jump[jump]
    return jumps, jump


def _number_rows(node_span: Ints, node_parent: Ints, is_orphan: Bools) -> tuple[Ints, Ints, Ints]:
    """Return the row, the depth and the subtree size of each node (a span or a ghost)."""
    count = len(node_span)
    jumps, _ = _ancestors(node_parent)
    on_path = _path_sums(np.ones(count, np.int64), jumps)
    sizes = _descendant_counts(count, jumps)
    group = np.where(node_parent < 0, count, node_parent).astype(np.int64)
    comes_late = np.zeros(count, np.bool_)
    comes_late[: len(is_orphan)] = is_orphan
    order = np.argsort((group * 2 + comes_late) * max(count, 1) + node_span)
    ordered = sizes[order]
    before = np.cumsum(ordered) - ordered
    starts_group = np.append(True, np.diff(group[order]) != 0)[:count]
    first_of_group = np.maximum.accumulate(np.where(starts_group, np.arange(count), 0))
    older_siblings = np.empty(count, np.int64)
    older_siblings[order] = before - before[first_of_group]
    rows = _path_sums(older_siblings + 1, jumps) - 1
    return rows.astype(np.int32), (on_path - 1).astype(np.int32), sizes.astype(np.int32)


def _path_sums(values: Longs, jumps: list[Ints]) -> Longs:
    """Return, by node, the sum of the values on the path from its root down to it."""
    sums = np.append(values, 0)
    for jump in jumps:
        sums = sums + sums[jump]
    return sums[:-1]


def _descendant_counts(count: int, jumps: list[Ints]) -> Longs:
    """Return, by node, how many nodes its subtree has.

    Those nearer than 2k below it are those nearer than k, and those nearer than k below its k-th descendants.
    """
    sizes = np.append(np.ones(count), 0.0)
    for jump in jumps:
        sizes = sizes + np.bincount(jump, sizes, count + 1)
        sizes[count] = 0.0
    return sizes[:-1].astype(np.int64)
