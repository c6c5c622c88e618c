"""A trace at one moment, ready to be shown: the skeleton's columns and all that is derived from them.

Built in a worker thread, handed to the window, never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from spanglass_store.database.span_ids import SpanIds, keys_of
from spanglass_viewer.trace.clock_faults import find_clock_faults
from spanglass_viewer.trace.errors import ErrorIndex, index_errors
from spanglass_viewer.trace.layout import Bools, Ints, Longs, TraceLayout, lay_out
from spanglass_viewer.trace.overview import Overview, draw_overview
from spanglass_viewer.trace.references import SpanRef
from spanglass_viewer.trace.rollups import Rollups, roll_up
from spanglass_viewer.trace.succession import Succession, find_succession

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
    on to now. `row_keys` tells a row again in the next snapshot; of a span's own row it is the span's key, and
    `span_keys` are those in order, each with its span in `spans_by_key`. `succession` leads here from the snapshot
    before, where there was one.
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
    row_keys: Longs
    span_keys: Longs
    spans_by_key: Ints
    succession: Succession | None = None

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.start_us)

    @property
    def root_span_id(self) -> str:
        """The trace's id."""
        return self.skeleton.root_span_id

    @property
    def has_running(self) -> bool:
        """Whether any span has not ended, and its process lives."""
        return bool(self.is_running.any())

    def name_of(self, span: int) -> str:
        """Return a span's name, as logged."""
        code = int(self.skeleton.name_code[span])
        return self.skeleton.names[code]

    @property
    def root_span(self) -> int:
        """The span that gives the trace its id; where that one is not there (yet), the span of the first row."""
        found = self.find_span(self.root_span_id)
        return int(self.layout.span[0]) if found is None else found

    def find_span(self, span_id: str) -> int | None:
        """Return the span with this id, or None."""
        key = keys_of([span_id]).view(np.int64).item()
        at = int(np.searchsorted(self.span_keys, key))
        while at < len(self.span_keys) and self.span_keys[at] == key:
            span = int(self.spans_by_key[at])
            if self.skeleton.span_id[span] == span_id:
                return span
            at += 1
        return None

    def find_spans(self, span_ids: Collection[str]) -> Ints:
        """Return the spans with these ids, in the order of the ids; those that are not there are left out."""
        texts = [*span_ids]
        asked = SpanIds.of_texts(texts)
        keys = asked.keys.view(np.int64)
        places = np.minimum(np.searchsorted(self.span_keys, keys), len(self) - 1)
        found = self.spans_by_key[places]
        is_it = self.span_keys[places] == keys
        is_hashed = np.isin(found, self.skeleton.span_id.other_places)
        is_hashed[asked.other_places] = True
        for at in np.flatnonzero(is_it & is_hashed).tolist():  # two ids may have one hash
            span = self.find_span(texts[at])
            found[at], is_it[at] = (-1, False) if span is None else (span, True)
        return found[is_it]

    def find_row(self, key: int) -> int | None:
        """Return the row with this key, or None."""
        at = int(np.searchsorted(self.span_keys, key))
        if at < len(self.span_keys) and self.span_keys[at] == key:
            return int(self.layout.row_of_span[self.spans_by_key[at]])
        ghosts = np.flatnonzero(self.layout.is_ghost)
        found = ghosts[self.row_keys[ghosts] == key]
        return int(found[0]) if len(found) else None

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
    layout = lay_out(skeleton.parent, skeleton.extra_child, skeleton.extra_parent)
    start_us, end_us, is_running = _times(skeleton, layout)
    errors = index_errors(skeleton.is_error, skeleton.errors, layout)
    first_us = int(start_us.min())
    last_us = int(max(start_us.max(), end_us.max()))
    shown_last_us = max(last_us, now_us) if is_running.any() else last_us
    span_keys = skeleton.span_id.keys.view(np.int64)
    spans_by_key = np.argsort(span_keys).astype(np.int32)
    snapshot = TraceSnapshot(
        generation=generation,
        skeleton=skeleton,
        layout=layout,
        errors=errors,
        rollups=roll_up(layout, errors, skeleton, cost_estimates),
        overview=draw_overview(
            start_us=start_us,
            end_us=np.where(is_running, shown_last_us, end_us),
            depth=layout.depth[layout.row_of_span],
            type_code=skeleton.type_code,
            is_own_error=errors.is_own,
            extent_us=(first_us, shown_last_us),
        ),
        start_us=start_us,
        end_us=end_us,
        is_running=is_running,
        clock_faults=find_clock_faults(layout, start_us, end_us, np.asarray(skeleton.end_us, np.int64)),
        first_us=first_us,
        last_us=last_us,
        row_keys=_row_keys(layout, span_keys),
        span_keys=span_keys[spans_by_key],
        spans_by_key=spans_by_key,
    )
    return snapshot if before is None else replace(snapshot, succession=find_succession(before, snapshot))


def _times(skeleton: TraceSkeleton, layout: TraceLayout) -> tuple[Longs, Longs, Bools]:
    """Return start, end and whether it runs, by span."""
    logged_start, logged_end = np.asarray(skeleton.start_us, np.int64), np.asarray(skeleton.end_us, np.int64)
    start_us = np.where(logged_start >= 0, logged_start, np.asarray(skeleton.created_us, np.int64))
    is_open = logged_end < 0
    is_running = is_open & ~np.asarray(skeleton.is_interrupted, np.bool_)
    end_us = np.where(is_open, -1, np.maximum(logged_end, start_us))
    died = is_open & ~is_running
    if died.any():
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


def _row_keys(layout: TraceLayout, span_keys: Longs) -> Longs:
    """Return a number for each row that it has in every snapshot: of its span and, for a ghost, of its parent."""
    keys = span_keys[layout.span]
    ghosts = np.flatnonzero(layout.is_ghost)
    parents = span_keys[layout.span[layout.parent_row[ghosts]]].view(np.uint64)
    keys[ghosts] = (keys[ghosts].view(np.uint64) * _GHOST_FACTOR ^ parents).view(np.int64)
    return keys
