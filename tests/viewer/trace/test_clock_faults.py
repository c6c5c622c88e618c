from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_traces import MadeSpan, make_skeleton

from spanglass_viewer.trace.clock_faults import CLOCK_FAULTS, ClockFault
from spanglass_viewer.trace.snapshot import TraceSnapshot, build_snapshot


def _faults(*spans: MadeSpan) -> dict[str, ClockFault]:
    snapshot = build_snapshot(make_skeleton([MadeSpan("root", (), 1.0, 5.0), *spans]), 1, 0)
    return _by_id(snapshot)


def _by_id(snapshot: TraceSnapshot) -> dict[str, ClockFault]:
    codes = snapshot.clock_faults.tolist()
    return {str(name): CLOCK_FAULTS[code] for name, code in zip(snapshot.skeleton.span_id, codes, strict=True)}


def test_a_child_that_begins_outside_its_parents_time_is_marked() -> None:
    faults = _faults(
        MadeSpan("early", ("root",), 0.5, 2.0),
        MadeSpan("late", ("root",), 5.5, 6.0),
        MadeSpan("inside", ("root",), 2.0, 3.0),
        MadeSpan("left behind", ("root",), 4.0, 9.0),
        MadeSpan("rounded", ("root",), 0.9995, 2.0),
    )
    assert faults.pop("early") is ClockFault.EARLY
    assert faults.pop("late") is ClockFault.LATE
    assert set(faults.values()) == {ClockFault.NONE}


def test_a_span_that_ends_before_it_begins_is_marked_and_an_empty_one_is_not() -> None:
    faults = _faults(MadeSpan("backward", ("root",), 3.0, 2.0), MadeSpan("empty", ("root",), 3.0, 3.0))
    assert faults["backward"] is ClockFault.BACKWARD
    assert faults["empty"] is ClockFault.NONE


def test_what_joins_several_spans_may_begin_after_them() -> None:
    faults = _faults(
        MadeSpan("one", ("root",), 1.0, 2.0),
        MadeSpan("other", ("root",), 1.0, 2.5),
        MadeSpan("join", ("one", "other"), 3.0, 4.0),
    )
    assert faults["join"] is ClockFault.NONE


def test_nothing_is_late_under_a_parent_that_runs() -> None:
    snapshot = build_snapshot(
        make_skeleton([MadeSpan("root", (), 0.0, None), MadeSpan("child", ("root",), 50.0, 60.0)]), 1, 0
    )
    assert set(_by_id(snapshot).values()) == {ClockFault.NONE}


_moments = st.integers(0, 8)


@given(st.lists(st.tuples(_moments, _moments, st.integers(0, 99)), min_size=1, max_size=20))
def test_a_fault_is_what_the_times_say(spans: list[tuple[int, int, int]]) -> None:
    made = [
        MadeSpan(f"s{number}", (f"s{pick % number}",) if number else (), float(start), float(end))
        for number, (start, end, pick) in enumerate(spans)
    ]
    faults = _by_id(build_snapshot(make_skeleton(made), 1, 0))
    by_id = {span.span_id: span for span in made}
    for span in made:
        parent = by_id[span.parents[0]] if span.parents else None
        end = span.end
        assert end is not None
        expected = ClockFault.NONE
        if parent is not None and parent.end is not None and span.start > max(parent.end, parent.start):
            expected = ClockFault.LATE
        if parent is not None and span.start < parent.start:
            expected = ClockFault.EARLY
        if end < span.start:
            expected = ClockFault.BACKWARD
        assert faults[span.span_id] is expected
