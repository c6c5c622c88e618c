"""A trace at one moment, ready to be shown: the skeleton's columns and all that is derived from them.

Built in a worker thread, handed to the window, never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from spanglass_store.database.one_value import fold_one_value
from spanglass_store.database.span_ids import SpanIds
from spanglass_viewer.trace.clock_faults import find_clock_faults
from spanglass_viewer.trace.errors import ErrorIndex, index_errors
from spanglass_viewer.trace.growth import grow_layout
from spanglass_viewer.trace.lanes import stack_lanes
from spanglass_viewer.trace.layout import Bools, Ints, Longs, TraceLayout, lay_out
from spanglass_viewer.trace.overview import Overview, draw_overview
from spanglass_viewer.trace.references import SpanRef
from spanglass_viewer.trace.rollups import Rollups, roll_up
from spanglass_viewer.trace.succession import Succession, find_succession, stand_still

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt

    from spanglass_store.database.records import TraceSkeleton

_GHOST_FACTOR = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True, slots=True, eq=False)
class TraceSnapshot:
    """One trace. Arrays are by span, in the skeleton's order, but for those of `layout`, which are by row.

    `start_us` always has a value. `end_us` is -1 for a running span; for one whose process died it is the last
    sign of life below it. `first_us` to `last_us` is what is known of the trace's extent; a running trace goes
    on to now. `has_running`: some span has not ended, and its process lives; `has_interrupted`: one's process died;
    `failed_count` spans have an error. `stacked_lane` is where a span stands in the icicle of `lanes` lanes; None
    where that is as deep as in the tree. `succession` leads here from the snapshot before, where there was one.
    """

    generation: int
    skeleton: TraceSkeleton
    layout: TraceLayout
    errors: ErrorIndex
    rollups: Rollups
    overview: Overview
    start_us: Longs
    end_us: Longs
    is_running: Bools
    clock_faults: npt.NDArray[np.uint8]  # places in `CLOCK_FAULTS`
    first_us: int
    last_us: int
    has_running: bool
    has_interrupted: bool
    failed_count: int
    lanes: int
    stacked_lane: Ints | None
    succession: Succession | None = None

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.start_us)

    @property
    def root_span_id(self) -> str:
        """The trace's id."""
        return self.skeleton.root_span_id

    def name_of(self, span: int) -> str:
        """Return a span's name, as logged."""
        code = int(self.skeleton.name_code[span])
        return self.skeleton.names[code]

    @property
    def root_span(self) -> int:
        """The span that gives the trace its id; where that one is not there (yet), the span of the first row."""
        found = self.find_span(self.root_span_id)
        return int(self.layout.span[0]) if found is None else found

    @property
    def backward_us(self) -> int | None:
        """How long the root took by its own times where it ends before it begins, below 0; None where it does not."""
        took_us = int(self.skeleton.end_us[self.root_span]) - int(self.start_us[self.root_span])
        return took_us if took_us < 0 <= int(self.skeleton.end_us[self.root_span]) else None

    def root_took_us(self, last_us: int) -> int:
        """Return how long the trace took as lists of traces say it: its root's time; up to `last_us` while it runs.

        What died without an end took as long as there are signs of the trace.
        """
        root = self.root_span
        if self.backward_us is not None and not self.has_running:
            return self.backward_us
        has_ended = int(self.skeleton.end_us[root]) >= 0 and not self.has_running
        return (int(self.end_us[root]) if has_ended else last_us) - int(self.start_us[root])

    def lanes_of(self, spans: Ints) -> Ints:
        """Return in which lane of the icicle these spans stand."""
        if self.stacked_lane is not None:
            return self.stacked_lane[spans]
        return self.layout.depth[self.layout.row_of_span[spans]]

    def find_span(self, span_id: str) -> int | None:
        """Return the span with this id, or None."""
        return self.skeleton.span_id.find(span_id)

    def find_spans(self, span_ids: Collection[str]) -> Ints:
        """Return the spans with these ids, in the order of the ids; those that are not there are left out."""
        found = self.skeleton.span_id.find_all(SpanIds.of_texts([*span_ids]))
        return found[found >= 0]

    def keys_of(self, rows: npt.NDArray[np.integer[Any]]) -> Longs:
        """Return a number for each of these rows by which it is told again in every snapshot.

        It is the key of the span and, for a ghost, of its parent, too.
        """
        layout, span_keys = self.layout, self.skeleton.span_id.keys
        keys = span_keys[layout.span[rows]]
        ghosts = np.flatnonzero(layout.is_ghost[rows])
        parents = span_keys[layout.span[layout.parent_row[rows[ghosts]]]]
        keys[ghosts] = keys[ghosts] * _GHOST_FACTOR ^ parents
        return keys.view(np.int64)

    def find_row(self, key: int) -> int | None:
        """Return the row with this key, or None."""
        span = int(self.skeleton.span_id.find_keys(np.array([key]).view(np.uint64))[0])
        if span >= 0:
            return int(self.layout.row_of_span[span])
        ghosts = np.flatnonzero(self.layout.is_ghost)
        found = ghosts[self.keys_of(ghosts) == key]
        return int(found[0]) if len(found) else None

    def spans_above(self, span: int, most: int) -> list[int]:
        """Return the spans above one, from its root down; of more than `most`, its root and the nearest."""
        layout, above = self.layout, list[int]()
        row = int(layout.row_of_span[span])
        while (row := int(layout.parent_row[row])) >= 0:
            if len(above) == most - 1:
                row = int(np.flatnonzero(layout.depth[: row + 1] == 0)[-1])
            above.append(int(layout.span[row]))
        return above[::-1]

    def ref(self, span: int) -> SpanRef:
        """Return what other panes need to know to find the span."""
        skeleton = self.skeleton
        return SpanRef(
            root_span_id=skeleton.root_span_id,
            span_id=skeleton.span_id[span],
            created_us=int(skeleton.created_us[span]),
        )


def build_snapshot(
    skeleton: TraceSkeleton,
    generation: int,
    now_us: int,
    cost_estimates: npt.NDArray[np.float64] | None = None,
    before: TraceSnapshot | None = None,
) -> TraceSnapshot:
    """Derive all that a trace's pane shows; `generation` numbers the answers, `now_us` is the time of the reading.

    `cost_estimates` are US dollars by span, NaN where a cost was logged or none is known (`trace.prices`). `before` is
    the same trace as it was read last.

    Raises ValueError for a skeleton without spans.
    """
    if not len(skeleton):
        raise ValueError("a trace has at least one span")
    _ = skeleton.span_id.by_key  # found here and kept: the window looks spans up
    growth = None if before is None else grow_layout(before, skeleton)
    layout = lay_out(skeleton.parent, skeleton.extra_child, skeleton.extra_parent) if growth is None else growth.layout
    start_us, end_us, is_running = _times(skeleton, layout)
    errors = index_errors(skeleton.is_error, skeleton.errors, layout)
    first_us = int(start_us.min())
    last_us = int(max(start_us.max(), end_us.max()))
    shown_last_us = max(last_us, now_us) if is_running.any() else last_us
    depth, stacked = layout.depth[layout.row_of_span], stack_lanes(layout, start_us, end_us)
    snapshot = TraceSnapshot(
        generation=generation,
        skeleton=skeleton,
        layout=layout,
        errors=errors,
        rollups=roll_up(layout, errors, skeleton, cost_estimates),
        overview=draw_overview(
            start_us=start_us,
            end_us=np.where(is_running, shown_last_us, end_us),
            depth=depth,
            type_code=skeleton.type_code,
            is_own_error=errors.is_own,
            extent_us=(first_us, shown_last_us),
        ),
        start_us=start_us,
        end_us=end_us,
        is_running=fold_one_value(is_running),
        clock_faults=fold_one_value(find_clock_faults(layout, start_us, end_us, np.asarray(skeleton.end_us, np.int64))),
        first_us=first_us,
        last_us=last_us,
        has_running=bool(is_running.any()),
        has_interrupted=bool(np.asarray(skeleton.is_interrupted).any()),
        failed_count=int(np.count_nonzero(skeleton.is_error)),
        lanes=int((depth if stacked is None else stacked).max()) + 1,
        stacked_lane=stacked,
    )
    if before is None:
        return snapshot
    return replace(snapshot, succession=find_succession(before, snapshot) if growth is None else growth.succession)


def price_again(
    before: TraceSnapshot, generation: int, cost_estimates: npt.NDArray[np.float64] | None
) -> TraceSnapshot:
    """Return the same state of a trace with other estimates of what its calls cost."""
    rollups = roll_up(before.layout, before.errors, before.skeleton, cost_estimates)
    return replace(before, generation=generation, rollups=rollups, succession=stand_still(before))


def _times(skeleton: TraceSkeleton, layout: TraceLayout) -> tuple[Longs, Longs, Bools]:
    """Return start, end and whether it runs, by span."""
    start_us: Longs = np.asarray(skeleton.start_us, np.int64)
    end_us: Longs = np.asarray(skeleton.end_us, np.int64)
    is_open = end_us < 0
    is_running = is_open & ~np.asarray(skeleton.is_interrupted, np.bool_)
    if (start_us < 0).any():
        start_us = np.where(start_us >= 0, start_us, np.asarray(skeleton.created_us, np.int64))
    if ((end_us < start_us) & (end_us != -1)).any():  # else they are the skeleton's own: a copy takes 8 MB a million
        end_us = np.where(is_open, -1, np.maximum(end_us, start_us))
    died = is_open & ~is_running
    if died.any():
        end_us = end_us.copy()
        end_us[died] = _last_signs(layout, np.maximum(start_us, end_us))[died]
    return start_us, end_us, is_running


def _last_signs(layout: TraceLayout, known_us: Longs) -> Longs:
    """Return, by span, the latest time that is known of it or of anything below it."""
    latest = known_us[layout.span].tolist()
    parents = layout.parent_row.tolist()
    for row in range(len(latest) - 1, 0, -1):
        parent = parents[row]
        if parent >= 0 and latest[row] > latest[parent]:
            latest[parent] = latest[row]
    return np.array(latest, np.int64)[layout.row_of_span]
