"""Two traces side by side: their trees aligned by name, type and order, and what changed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from spanglass_viewer.trace.sequences import merge_in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spanglass_viewer.trace.layout import Ints
    from spanglass_viewer.trace.snapshot import TraceSnapshot

Key = tuple[str, str]
NOWHERE = -1


class Change(enum.IntEnum):
    """What became of a span from one trace to the other."""

    SAME = 0
    CHANGED = 1  # its input, its output, or whether it failed
    ADDED = 2
    REMOVED = 3


@dataclass(frozen=True, slots=True)
class SpanTree:
    """What alignment needs of a trace: by span its key and its children; `roots` are those without a parent."""

    keys: Sequence[Key]
    children: Sequence[Sequence[int]]
    roots: Sequence[int]


@dataclass(frozen=True, slots=True)
class AlignedSpan:
    """A row of two aligned trees; -1 where the span is in one of them alone."""

    before: int
    after: int
    depth: int


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two traces, aligned. By row: the span in each (-1 for none), the depth, and a `Change`."""

    before: TraceSnapshot
    after: TraceSnapshot
    before_span: Ints
    after_span: Ints
    depth: Ints
    change: Ints

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.change)

    def rows_with_changes(self) -> Ints:
        """Return the rows that changed, with those above them; none where all is the same."""
        is_kept = self.change != Change.SAME
        above: list[int] = []  # rows from the outermost inwards
        depths: list[int] = self.depth.tolist()
        for row, depth in enumerate(depths):
            del above[depth:]
            above.append(row)
            if is_kept[row]:
                is_kept[above] = True
        return np.flatnonzero(is_kept).astype(np.int32)

    def count(self, change: Change) -> int:
        """Return how many rows changed so."""
        return int(np.count_nonzero(self.change == change))


def align(before: SpanTree, after: SpanTree) -> list[AlignedSpan]:
    """Return the rows of both trees in one, from top to bottom; every span of either stands in one row.

    Spans are paired where their parents are, by key and in order; what hangs below an unpaired span is unpaired too.
    """
    rows: list[AlignedSpan] = []
    waiting = _pair(before, after, before.roots, after.roots, 0)
    while waiting:
        row = waiting.pop()
        rows.append(row)
        lower_before = before.children[row.before] if row.before >= 0 else ()
        lower_after = after.children[row.after] if row.after >= 0 else ()
        if lower_before or lower_after:
            waiting += _pair(before, after, lower_before, lower_after, row.depth + 1)
    return rows


def compare_traces(
    before: TraceSnapshot,
    after: TraceSnapshot,
    before_digests: Mapping[str, int],
    after_digests: Mapping[str, int],
) -> Comparison:
    """Align two traces; `…_digests` stand for the spans' values, by span id."""
    rows = align(read_tree(before), read_tree(after))
    before_span = np.array([row.before for row in rows], np.int32)
    after_span = np.array([row.after for row in rows], np.int32)
    change = np.where(before_span < 0, Change.ADDED, np.where(after_span < 0, Change.REMOVED, Change.SAME))
    paired = np.flatnonzero(change == Change.SAME)
    one, other = before_span[paired], after_span[paired]
    digests_before = [before_digests.get(span_id) for span_id in before.skeleton.span_id.texts(one.tolist())]
    digests_after = [after_digests.get(span_id) for span_id in after.skeleton.span_id.texts(other.tolist())]
    differs = np.array([a != b for a, b in zip(digests_before, digests_after, strict=True)], np.bool_)
    differs |= before.skeleton.is_error[one] != after.skeleton.is_error[other]
    change[paired[differs]] = Change.CHANGED
    depth = np.array([row.depth for row in rows], np.int32)
    return Comparison(before, after, before_span, after_span, depth, change.astype(np.int32))


def read_tree(snapshot: TraceSnapshot) -> SpanTree:
    """Return a trace as alignment needs it; a span with several parents stands under its first."""
    skeleton, layout = snapshot.skeleton, snapshot.layout
    name_codes: list[int] = skeleton.name_code.tolist()
    type_codes: list[int] = skeleton.type_code.tolist()
    keys = [(skeleton.names[name], skeleton.types[kind]) for name, kind in zip(name_codes, type_codes, strict=True)]
    own = np.flatnonzero(~layout.is_ghost)
    parent_rows = layout.parent_row[own]
    parents = np.where(parent_rows < 0, NOWHERE, layout.span[parent_rows])
    children: list[list[int]] = [[] for _ in keys]
    roots: list[int] = []
    spans: list[int] = layout.span[own].tolist()
    for span, parent in zip(spans, cast("list[int]", parents.tolist()), strict=True):
        siblings = children[parent] if parent >= 0 else roots
        siblings.append(span)
    return SpanTree(keys, children, roots)


def _pair(
    before: SpanTree, after: SpanTree, before_spans: Sequence[int], after_spans: Sequence[int], depth: int
) -> list[AlignedSpan]:
    """Return siblings paired, the last first: they are taken from the end."""
    places = merge_in_order([before.keys[span] for span in before_spans], [after.keys[span] for span in after_spans])
    return [
        AlignedSpan(before_spans[one] if one >= 0 else NOWHERE, after_spans[other] if other >= 0 else NOWHERE, depth)
        for one, other in reversed(places)
    ]
