"""Two traces side by side: their trees aligned, and what changed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from spanglass_viewer.trace.alignment import NOWHERE, SpanTree, align

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.database.comparing import PayloadDigest
    from spanglass_viewer.trace.layout import Ints
    from spanglass_viewer.trace.snapshot import TraceSnapshot


class Change(enum.IntEnum):
    """What became of a span from one trace to the other."""

    SAME = 0
    CHANGED = 1  # its name, its input, its output or its error
    ADDED = 2
    REMOVED = 3


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


def compare_traces(
    before: TraceSnapshot,
    after: TraceSnapshot,
    before_digests: Mapping[str, PayloadDigest],
    after_digests: Mapping[str, PayloadDigest],
) -> Comparison:
    """Align two traces; `…_digests` stand for the spans' values, by span id."""
    earlier, later = read_tree(before, before_digests), read_tree(after, after_digests)
    rows = align(earlier, later)
    before_span = np.array([row.before for row in rows], np.int32)
    after_span = np.array([row.after for row in rows], np.int32)
    change = np.where(before_span < 0, Change.ADDED, np.where(after_span < 0, Change.REMOVED, Change.SAME))
    paired = np.flatnonzero(change == Change.SAME)
    one, other = before_span[paired], after_span[paired]
    digests_before = [before_digests.get(span_id) for span_id in before.skeleton.span_id.texts(one.tolist())]
    digests_after = [after_digests.get(span_id) for span_id in after.skeleton.span_id.texts(other.tolist())]
    differs = np.array([a != b for a, b in zip(digests_before, digests_after, strict=True)], np.bool_)
    differs |= before.skeleton.is_error[one] != after.skeleton.is_error[other]
    pairs = zip(cast("list[int]", one.tolist()), cast("list[int]", other.tolist()), strict=True)
    differs |= np.array([earlier.keys[left] != later.keys[right] for left, right in pairs], np.bool_)
    change[paired[differs]] = Change.CHANGED
    depth = np.array([row.depth for row in rows], np.int32)
    return Comparison(before, after, before_span, after_span, depth, change.astype(np.int32))


def read_tree(snapshot: TraceSnapshot, digests: Mapping[str, PayloadDigest]) -> SpanTree:
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
    values = [digests.get(span_id) for span_id in skeleton.span_id.texts(list(range(len(keys))))]
    return SpanTree(keys, children, roots, [None if value is None else value.input for value in values])
