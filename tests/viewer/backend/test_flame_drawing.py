from __future__ import annotations

from dataclasses import replace

import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton

from spanglass_viewer.backend.flame_drawing import BAR_PX, FlameRequest, paint_flame
from spanglass_viewer.theme.tokens import DARK
from spanglass_viewer.trace.flame import FlameWindow, index_flame
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot


def _trace_of_depths(spans: list[MadeSpan]) -> TraceSnapshot:
    """Return a trace with a lane a depth, as a large one has it."""
    snapshot = build_snapshot(make_skeleton(spans), 1, EPOCH_US)
    return replace(snapshot, stacked_lane=None, lanes=int(snapshot.layout.depth.max()) + 1)


@pytest.mark.usefixtures("_fonts")
def test_a_span_in_the_time_of_another_of_its_colour_has_edges() -> None:
    spans = [MadeSpan("one", (), 0, 20, "one", "task"), MadeSpan("two", (), 8, 12, "two", "task")]
    snapshot = _trace_of_depths(spans)
    window = FlameWindow(EPOCH_US, EPOCH_US + 20_000_000, 400, 0, 1)
    image = paint_flame(index_flame(snapshot), FlameRequest(snapshot, None, window, DARK, 1.0, EPOCH_US))
    colors = [image.pixelColor(x, BAR_PX - 2).name() for x in range(image.width())]
    assert [x for x in range(100, 300) if colors[x] == DARK.window] == [159, 239]
    assert colors[100] == colors[161] == colors[300] != DARK.window


@pytest.mark.usefixtures("_fonts")
def test_a_span_of_no_length_is_seen_where_a_longer_one_lies_over_it() -> None:
    spans = [MadeSpan("one", (), 0, 20, "one", "task"), MadeSpan("dot", (), 10, 10, "dot", "tool")]
    snapshot = _trace_of_depths(spans)
    window = FlameWindow(EPOCH_US, EPOCH_US + 20_000_000, 400, 0, 1)
    image = paint_flame(index_flame(snapshot), FlameRequest(snapshot, None, window, DARK, 1.0, EPOCH_US))
    colors = [image.pixelColor(x, BAR_PX - 2).name() for x in range(image.width())]
    assert colors[199] == colors[201] == DARK.window
    assert colors[198] == colors[202] != colors[200] != DARK.window
