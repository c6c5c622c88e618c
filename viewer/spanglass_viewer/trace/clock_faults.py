"""Spans whose times cannot be: they begin outside their parent's time, or end before they begin.

Clocks of two machines differ, or somebody logged times by hand. Such a span is drawn where it says it was, and marked.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from spanglass_viewer.trace.arrays import np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_viewer.trace.layout import Longs, TraceLayout

_TOLERANCE_US = 1_000  # times are logged as decimal seconds, by calls that take a moment


class ClockFault(enum.Enum):
    """What is odd about a span's times; the value is how it is said."""

    NONE = ""
    EARLY = "begins before its parent"
    LATE = "begins after its parent ended"
    BACKWARD = "ends before it begins"


CLOCK_FAULTS = tuple(ClockFault)


def find_clock_faults(
    layout: TraceLayout, start_us: Longs, end_us: Longs, logged_end_us: Longs
) -> npt.NDArray[np.uint8]:
    """Return by span the place of its fault in `CLOCK_FAULTS`.

    `end_us` is -1 for what runs, and never before the start; `logged_end_us` is as it was logged, -1 where it was not.
    A span that outlives its parent is none: what a parent leaves behind may go on.
    """
    parent_row = layout.parent_row[layout.row_of_span]
    parent = layout.span[np.maximum(parent_row, 0)]
    has_parent = parent_row >= 0
    is_early = has_parent & (start_us < start_us[parent] - _TOLERANCE_US)
    parent_end_us = end_us[parent]
    has_ended = has_parent & (parent_end_us >= 0) & ~layout.has_ghosts  # what joins several follows them
    is_late = has_ended & (start_us > parent_end_us + _TOLERANCE_US)
    is_backward = (logged_end_us >= 0) & (logged_end_us < start_us)
    faults = np.zeros(len(start_us), np.uint8)
    for found, fault in ((is_late, ClockFault.LATE), (is_early, ClockFault.EARLY), (is_backward, ClockFault.BACKWARD)):
        faults[found] = CLOCK_FAULTS.index(fault)
    return faults
