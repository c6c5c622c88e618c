from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Signal
from trace_summaries import make_summary

from spanglass_store.database.records import ChangeSet, StoreTotals
from spanglass_store.faults import StoreFault
from spanglass_store.search.expression import HasError
from spanglass_viewer.app import controller
from spanglass_viewer.app.controller import WindowController
from spanglass_viewer.backend.requests import (
    DetailAnswer,
    DetailRequest,
    ListAnswer,
    ListRequest,
    TraceAnswer,
    TraceRequest,
)
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import PAGE_LENGTH, PRICES_ROLE, TraceListModel
from spanglass_viewer.trace.references import SpanRef

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication
    from pytestqt.qtbot import QtBot

TOTALS = StoreTotals(traces=2, spans=6, size_bytes=1000)
ONE, TWO = make_summary(1), make_summary(2)


class FakeWorker(QObject):
    merged = Signal(object)
    traces_listed = Signal(object)
    trace_loaded = Signal(object)
    pruned = Signal(object)
    prices_loaded = Signal(str)
    questions_dropped = Signal(object)
    repetition_found = Signal()
    span_read = Signal(object)
    fault_raised = Signal(object)


class FakeBackend:
    """Keeps what is asked; the test answers."""

    def __init__(self) -> None:
        self.store_worker = FakeWorker()
        self.detail_worker = FakeWorker()
        self.asked: list[Any] = []
        self.list_traces = self.load_trace = self.read_span = self.asked.append
        self.price_loads = 0

    def load_prices(self) -> None:
        self.price_loads += 1

    def take(self, kind: type[Any]) -> Any:
        (found,) = [request for request in self.asked if isinstance(request, kind)]
        self.asked.remove(found)
        return found

    def answer_list(self, *summaries: Any, secs: float = 0.001) -> None:
        request = self.take(ListRequest)
        self.store_worker.traces_listed.emit(ListAnswer(request, summaries, TOTALS, secs))

    def answer_trace(self, snapshot: Any) -> TraceRequest:
        request = self.take(TraceRequest)
        self.store_worker.trace_loaded.emit(TraceAnswer(request, snapshot, 0.001))
        return request


class FakePane:
    """Writes down what it was told to show."""

    def __init__(self) -> None:
        self.shown: list[tuple[Any, ...]] = []

    def show_snapshot(self, snapshot: Any, *, opened: bool) -> None:
        self.shown.append(("opened" if opened else "updated", snapshot))

    def show_loading(self, what: str, path: tuple[str, ...] = ()) -> None:
        self.shown.append(("loading", what, *path))

    def show_blank(self) -> None:
        self.shown.append(("blank", None))

    @property
    def shown_detail(self) -> Any:
        return next((shown[1] for shown in reversed(self.shown) if shown[0] == "span"), None)

    def name_of(self, ref: SpanRef) -> str:
        return f"name of {ref.span_id}"

    def show_price_list(self, price_list: str) -> None:
        self.shown.append(("prices", price_list))

    def show_nothing(self) -> None:
        self.shown.append(("nothing", None))

    def show_deleted(self) -> None:
        self.shown.append(("deleted", None))

    def path_to(self, ref: SpanRef) -> tuple[str, ...]:
        return (f"above {ref.span_id}",)

    def show_path(self, steps: tuple[str, ...]) -> None:
        self.shown.append(("path", steps))

    def show_span(self, detail: Any, _readings: Any) -> None:
        self.shown.append(("span", detail))

    def show_fault(self, sentence: str) -> None:
        self.shown.append(("fault", sentence))

    def select_span_id(self, span_id: str) -> bool:
        self.shown.append(("selected", span_id))
        return True


@pytest.fixture
def window(qapp: QCoreApplication) -> SimpleNamespace:  # noqa: ARG001 - signals and timers need one
    backend, selection, traces = FakeBackend(), Selection(), TraceListModel()
    trace_pane, detail_pane = FakePane(), FakePane()
    controller = WindowController(
        backend=backend,  # pyright: ignore[reportArgumentType] - a stand-in
        selection=selection,
        traces=traces,
        trace_pane=trace_pane,  # pyright: ignore[reportArgumentType] - a stand-in
        detail_pane=detail_pane,  # pyright: ignore[reportArgumentType] - a stand-in
    )
    return SimpleNamespace(
        backend=backend, selection=selection, traces=traces, trace=trace_pane, detail=detail_pane, controller=controller
    )


def open_newest(window: SimpleNamespace) -> None:
    window.controller.start()
    window.backend.answer_list(TWO, ONE)
    window.backend.answer_trace("snapshot 1")


def test_the_newest_trace_opens_by_itself(window: SimpleNamespace) -> None:
    open_newest(window)
    assert window.selection.root_span_id == TWO.root_span_id
    assert window.trace.shown == [("blank", None), ("loading", TWO.root_span_id), ("opened", "snapshot 1")]


def test_no_trace_is_said_to_be_missing_before_the_list_is_there(window: SimpleNamespace) -> None:
    window.controller.start()
    assert [window.trace.shown, window.detail.shown] == [[("blank", None)]] * 2
    window.backend.answer_list()
    assert [window.trace.shown[-1], window.detail.shown[-1]] == [("nothing", None)] * 2


def test_a_trace_and_a_span_that_are_on_their_way_are_said_to_be(window: SimpleNamespace) -> None:
    open_newest(window)
    assert window.detail.shown == [("blank", None), ("loading", "")], "the trace brings a span along"
    window.selection.select_span(SpanRef(TWO.root_span_id, "s", 1))
    assert window.detail.shown[-1] == ("loading", "name of s", "above s")
    window.selection.select_span(None)
    assert window.detail.shown[-1] == ("nothing", None)


def test_a_merge_of_the_open_trace_reads_it_again_in_place(window: SimpleNamespace, qtbot: QtBot) -> None:
    open_newest(window)
    change = ChangeSet(sequence=1, spans_changed=1, root_span_ids=frozenset({TWO.root_span_id}))
    window.backend.store_worker.merged.emit(change)
    qtbot.waitUntil(lambda: any(isinstance(request, TraceRequest) for request in window.backend.asked))
    assert not window.backend.answer_trace("snapshot 2").is_opening
    assert window.trace.shown[-1] == ("updated", "snapshot 2")


def test_a_merge_of_another_trace_leaves_the_open_one_alone(window: SimpleNamespace) -> None:
    open_newest(window)
    window.backend.store_worker.merged.emit(ChangeSet(1, 1, 0, frozenset({ONE.root_span_id})))
    assert [type(request) for request in window.backend.asked] == [ListRequest]


def test_a_gap_in_the_sequence_reads_the_open_trace_again(window: SimpleNamespace, qtbot: QtBot) -> None:
    open_newest(window)
    for sequence in (1, 3):
        window.backend.store_worker.merged.emit(ChangeSet(sequence, 1, 0, frozenset({ONE.root_span_id})))
    qtbot.waitUntil(lambda: any(isinstance(request, TraceRequest) for request in window.backend.asked))


def test_a_thousand_merges_ask_for_one_list_at_a_time(window: SimpleNamespace) -> None:
    open_newest(window)
    for sequence in range(1, 1001):
        window.backend.store_worker.merged.emit(ChangeSet(sequence, 1, 0, frozenset({ONE.root_span_id})))
    assert len(window.backend.asked) == 1
    window.backend.answer_list(TWO, ONE)
    assert [type(request) for request in window.backend.asked] == [ListRequest], "once more, for what came meanwhile"
    window.backend.answer_list(TWO, ONE)
    assert window.backend.asked == []


@pytest.mark.parametrize("secs", [0.005, 0.05])
def test_a_live_list_that_takes_long_is_read_again_after_a_pause(
    window: SimpleNamespace, qtbot: QtBot, secs: float
) -> None:
    open_newest(window)
    window.backend.store_worker.merged.emit(ChangeSet(1, 1, 0, frozenset({"elsewhere"})))
    began = time.monotonic()  # before the pause does: what this thread loses in between would shorten it
    window.backend.answer_list(TWO, ONE, secs=secs)
    window.backend.store_worker.merged.emit(ChangeSet(2, 1, 0, frozenset({"elsewhere"})))
    is_quick = secs < 0.02
    assert [type(request) for request in window.backend.asked] == ([ListRequest] if is_quick else [])
    assert not window.controller.is_settled
    qtbot.waitUntil(lambda: [type(request) for request in window.backend.asked] == [ListRequest])
    assert is_quick or time.monotonic() - began > 5 * secs
    window.controller.set_filter(HasError())
    assert window.backend.asked[-1].filter == HasError(), "what the user asks for waits for no pause"


def test_an_answer_to_an_older_question_is_dropped(window: SimpleNamespace) -> None:
    open_newest(window)
    window.selection.select_trace(ONE.root_span_id)
    stale = window.backend.take(TraceRequest)
    window.selection.select_trace(TWO.root_span_id)
    window.backend.store_worker.trace_loaded.emit(TraceAnswer(stale, "stale", 0.0))  # pyright: ignore[reportArgumentType] - a stand-in
    assert ("opened", "stale") not in window.trace.shown


def test_a_pause_holds_still_and_its_end_catches_up(window: SimpleNamespace) -> None:
    open_newest(window)
    window.controller.set_paused(True)
    window.backend.store_worker.merged.emit(ChangeSet(1, 1, 0, frozenset({ONE.root_span_id})))
    assert window.backend.asked == []
    window.controller.set_paused(False)
    assert [type(request) for request in window.backend.asked] == [ListRequest]


def test_what_a_fault_leaves_without_an_answer_is_said_and_asked_again(
    window: SimpleNamespace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "_AFTER_FAULT_MS", 50)
    open_newest(window)
    window.backend.store_worker.merged.emit(ChangeSet(1, 1, 0, frozenset({"elsewhere"})))
    window.selection.select_trace(ONE.root_span_id)
    window.backend.asked.clear()
    window.backend.store_worker.questions_dropped.emit(StoreFault("The disk is away.", "/a/path"))
    assert window.trace.shown[-1] == ("fault", "The disk is away.")
    assert window.detail.shown[-1] == ("blank", None)
    assert not window.controller.is_opening
    qtbot.waitUntil(lambda: len(window.backend.asked) == 2)
    window.backend.answer_list(TWO, ONE)
    request = window.backend.answer_trace("snapshot of one")
    assert (request.root_span_id, request.is_opening) == (ONE.root_span_id, True)
    assert ("opened", "snapshot of one") in window.trace.shown


def test_a_link_opens_its_span_when_the_trace_is_there(window: SimpleNamespace) -> None:
    window.controller.start()
    window.controller.open_trace(ONE.root_span_id, "00aa")
    window.backend.answer_list(TWO, ONE)
    assert window.selection.root_span_id == ONE.root_span_id
    window.backend.answer_trace("snapshot")
    assert window.trace.shown[-1] == ("selected", "00aa")


def test_a_trace_that_is_not_there_is_said(window: SimpleNamespace, qtbot: QtBot) -> None:
    window.controller.start()
    with qtbot.waitSignal(window.controller.trace_missing) as missing:
        window.controller.open_trace("ff" * 16)
        window.backend.answer_trace(None)
    assert missing.args == ["ff" * 16]


def test_a_selected_span_is_read_and_shown(window: SimpleNamespace) -> None:
    open_newest(window)
    ref = SpanRef(TWO.root_span_id, "00aa", 5)
    window.selection.select_span(ref)
    request = window.backend.take(DetailRequest)
    assert request.ref == ref
    detail: Any = SimpleNamespace(ref=ref)
    window.backend.detail_worker.span_read.emit(DetailAnswer(request, detail))
    assert window.detail.shown[-2:] == [("span", detail), ("path", ("above 00aa",))]
    window.detail.shown[-1] = ("path", ())  # a parent comes later than what is below it
    window.controller._ask_for_trace(TWO.root_span_id, is_opening=False)
    window.backend.answer_trace("snapshot 2")
    assert window.detail.shown[-1] == ("path", ("above 00aa",))


def test_it_is_settled_when_nothing_is_on_its_way(window: SimpleNamespace, qtbot: QtBot) -> None:
    assert not window.controller.is_settled
    with qtbot.waitSignal(window.controller.settled):
        open_newest(window)
    assert window.controller.is_settled


def test_another_filter_shows_another_list(window: SimpleNamespace) -> None:
    open_newest(window)
    window.controller.set_filter(HasError())
    window.backend.answer_list(ONE)
    assert window.traces.rowCount() == 1


def test_an_answered_filter_is_told_when_its_traces_are_in_the_model(window: SimpleNamespace) -> None:
    open_newest(window)
    rows: list[int] = []
    window.controller.filter_answered.connect(lambda: rows.append(window.traces.rowCount()))
    window.controller.set_filter(HasError())
    before = window.backend.take(ListRequest)
    window.controller.set_filter(HasError())
    window.backend.store_worker.traces_listed.emit(ListAnswer(before, (TWO,), TOTALS, 0.001))
    assert rows == [], "to a question that was taken back"
    window.backend.answer_list(ONE)
    assert rows == [1]


def test_the_newest_trace_is_followed_until_the_user_has_chosen(window: SimpleNamespace) -> None:
    window.controller.start()
    window.backend.answer_list(ONE)
    assert window.selection.root_span_id == ONE.root_span_id
    window.backend.store_worker.merged.emit(ChangeSet(1, 1, 0, frozenset({TWO.root_span_id})))
    window.backend.answer_list(TWO, ONE)
    assert window.selection.root_span_id == TWO.root_span_id
    window.controller.stop_following()
    three = make_summary(3)
    window.backend.store_worker.merged.emit(ChangeSet(2, 1, 0, frozenset({three.root_span_id})))
    window.backend.answer_list(three, TWO, ONE)
    assert window.selection.root_span_id == TWO.root_span_id


def test_what_was_answered_without_prices_is_asked_again_with_them(window: SimpleNamespace, qtbot: QtBot) -> None:
    window.controller.start()
    request = window.backend.take(ListRequest)
    window.backend.store_worker.traces_listed.emit(ListAnswer(request, (ONE,), TOTALS, 0.001, lacks_prices=True))
    assert not window.controller.is_settled
    assert window.traces.index(0).data(PRICES_ROLE) is False, "what has no cost may get one"
    window.backend.answer_trace("snapshot 1")
    window.backend.store_worker.prices_loaded.emit("genai-prices 9")
    window.backend.answer_list(ONE)
    assert window.traces.index(0).data(PRICES_ROLE) is True
    qtbot.waitUntil(lambda: window.controller.is_settled)


def test_prices_are_loaded_once_the_first_span_is_shown(window: SimpleNamespace, qtbot: QtBot) -> None:
    due = window.controller._prices_due
    window.controller.start()
    request = window.backend.take(ListRequest)
    window.backend.store_worker.traces_listed.emit(ListAnswer(request, (ONE,), TOTALS, 0.001, lacks_prices=True))
    assert not due.isActive(), "the trace is still to come"
    window.selection.select_span(SpanRef(ONE.root_span_id, "00aa", 5))
    window.backend.answer_trace("snapshot 1")
    assert not due.isActive(), "its span is still to come"
    detail = window.backend.take(DetailRequest)
    window.backend.detail_worker.span_read.emit(DetailAnswer(detail, None))
    assert due.isActive()
    qtbot.waitUntil(lambda: window.backend.price_loads == 1)
    assert not window.controller.is_settled, "they are still to come"


def test_what_was_listed_as_if_nothing_were_repeated_is_listed_again(window: SimpleNamespace) -> None:
    open_newest(window)
    window.backend.asked.clear()
    window.backend.store_worker.repetition_found.emit()
    window.backend.take(ListRequest)
    assert window.backend.asked == [], "the trace itself is as it was"


def test_a_fault_of_the_disk_is_said_where_the_span_would_stand(window: SimpleNamespace) -> None:
    open_newest(window)
    window.selection.select_span(SpanRef(TWO.root_span_id, "00aa", 5))
    window.backend.detail_worker.fault_raised.emit(StoreFault("The disk is gone."))
    assert window.detail.shown[-1] == ("fault", "The disk is gone.")


def test_after_a_gap_all_that_is_held_is_read_again_and_what_is_gone_leaves(window: SimpleNamespace) -> None:
    open_newest(window)
    window.traces.append_page([make_summary(number, start_us=number) for number in range(500, 100, -1)], has_more=True)
    window.backend.store_worker.merged.emit(ChangeSet(sequence=7, is_reset=True))
    assert window.backend.asked[0].limit == 402
    window.backend.answer_list(TWO)
    assert (window.traces.rowCount(), window.traces.has_more) == (1, False)
    window.backend.store_worker.merged.emit(ChangeSet(8, 1, 0, frozenset({ONE.root_span_id})))
    assert window.backend.take(ListRequest).limit == PAGE_LENGTH, "without a gap the newest page is enough"


def test_the_open_trace_that_was_deleted_says_so(window: SimpleNamespace, qtbot: QtBot) -> None:
    open_newest(window)
    window.controller.stop_following()
    window.selection.select_span(SpanRef(TWO.root_span_id, "00aa", 5))
    window.backend.store_worker.merged.emit(ChangeSet(sequence=7, is_reset=True))
    qtbot.waitUntil(lambda: any(isinstance(request, TraceRequest) for request in window.backend.asked))
    window.backend.answer_trace(None)
    window.backend.answer_list(ONE)
    assert window.trace.shown[-1] == ("deleted", None)
    assert window.detail.shown[-1] == ("nothing", None)
    assert window.selection.root_span_id == TWO.root_span_id, "no other trace opens by itself"
