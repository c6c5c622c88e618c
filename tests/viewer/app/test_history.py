from __future__ import annotations

from spanglass_viewer.app.history import MAX_PLACES, History, Place

A, B, C = Place("trace 1", "a"), Place("trace 1", "b"), Place("trace 2", "c")


def visited(*places: Place) -> History:
    history = History()
    for place in places:
        history.visit(place)
    return history


def test_back_and_forward_lead_through_what_was_visited() -> None:
    history = visited(A, B, C)
    assert [history.go(-1), history.go(-1), history.go(-1)] == [B, A, None]
    assert [history.go(1), history.go(1), history.go(1)] == [B, C, None]


def test_an_empty_history_leads_nowhere() -> None:
    assert not History().can_go_back
    assert not History().can_go_forward
    assert History().go(-1) is None


def test_what_lay_ahead_is_gone_after_another_way() -> None:
    history = visited(A, B)
    history.go(-1)
    history.visit(A)
    history.visit(C)
    assert not history.can_go_forward
    assert history.go(-1) == A


def test_a_place_that_stays_is_one_place() -> None:
    assert not visited(A, A).can_go_back


def test_the_span_that_a_trace_opens_with_is_no_place_on_the_way_back() -> None:
    history = visited(A, C)
    assert history.go(-1) == A
    history.visit(B)  # the trace opens on its first error …
    history.visit(A)  # … and then goes to the span that was asked for
    assert history.go(1) == C


def test_a_place_that_never_comes_does_not_stop_the_history() -> None:
    history = visited(A, C)
    history.go(-1)
    history.visit(C)
    assert history.go(-1) == A


def test_it_is_bounded() -> None:
    history = visited(*(Place("trace", str(number)) for number in range(MAX_PLACES + 10)))
    steps = 0
    while history.go(-1) is not None:
        steps += 1
    assert steps == MAX_PLACES - 1
