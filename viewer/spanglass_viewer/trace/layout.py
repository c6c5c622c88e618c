"""A trace's DAG → the rows of its tree: preorder, depths, subtree sizes, ghosts, orphans, cut cycles.

Pointer doubling does the work: the 1st, 2nd, 4th, 8th … ancestors of all spans at once. It takes about
log2(depth) numpy steps, so a chain of 100,000 spans costs no more than a wide trace, and nothing recurses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanglass_store.database.one_value import fold_one_value

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


def lay_out(parent: Ints, extra_child: Ints, extra_parent: Ints) -> TraceLayout:
    """Lay out a trace whose spans are ordered by (start, span_id).

    `parent` is the row of each span's first parent (-1 none, -2 not there), `extra_child` / `extra_parent` are
    the further edges. Siblings keep the order of the spans; orphans follow the other roots.
    """
    parent, extra_child, extra_parent = _choose_parents(parent, extra_child, extra_parent)
    is_orphan = parent == MISSING_PARENT
    parent = np.maximum(parent, NO_PARENT)
    is_cut = np.zeros(len(parent), np.bool_)
    if (parent >= np.arange(len(parent), dtype=np.int32)).any():  # no cycle leads through earlier spans alone
        parent, is_cut = _cut_cycles(parent)
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
        is_ghost=fold_one_value(order >= len(parent)),
        row_of_span=node_row[: len(parent)],
        is_orphan=fold_one_value(is_orphan),
        is_cut=fold_one_value(is_cut),
        has_ghosts=fold_one_value(has_ghosts),
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
    is_caught = last != count
    if is_caught.any():
        on_cycles = np.unique(last[is_caught])
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
    on_path = _path_sums(np.ones(count, np.int32), jumps)
    sizes = _descendant_counts(count, jumps)
    group = np.where(node_parent < 0, count, node_parent)
    place = group.copy()
    place[: len(is_orphan)] += is_orphan  # behind the other roots
    by_span = np.argsort(node_span, kind="stable") if count > len(is_orphan) else np.arange(count)
    order = by_span[_argsort_places(place[by_span])]
    ordered, groups = sizes[order], group[order]
    before = np.cumsum(ordered, dtype=np.int64) - ordered
    first_of_group = np.flatnonzero(np.append(True, groups[1:] != groups[:-1])[:count])
    lengths = np.diff(first_of_group, append=count)
    older_siblings = np.empty(count, np.int32)
    older_siblings[order] = before - np.repeat(before[first_of_group], lengths)
    return _path_sums(older_siblings + np.int32(1), jumps) - np.int32(1), on_path - np.int32(1), sizes


def _argsort_places(places: Ints) -> Longs:
    """Return the stable order of numbers from 0 on: two passes by 16 bits take a third of numpy's own sort."""
    digits = places.astype(np.uint32)
    order = np.argsort(digits.astype(np.uint16), kind="stable")
    return order[np.argsort((digits >> 16).astype(np.uint16)[order], kind="stable")]


def _path_sums(values: Ints, jumps: list[Ints]) -> Ints:
    """Return, by node, the sum of the values on the path from its root down to it."""
    sums = np.append(values, np.int32(0))
    for jump in jumps:
        sums = sums + sums[jump]
    return sums[:-1]


def _descendant_counts(count: int, jumps: list[Ints]) -> Ints:
    """Return, by node, how many nodes its subtree has.

    Those nearer than 2k below it are those nearer than k, and those nearer than k below its k-th descendants.
    """
    sizes = np.append(np.ones(count), 0.0)
    for jump in jumps:
        sizes += np.bincount(jump, sizes, count + 1)
        sizes[count] = 0.0
    return sizes[:-1].astype(np.int32)
