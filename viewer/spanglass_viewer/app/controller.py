"""What happens when: a merge, a choice or an answer comes in, and the right panes are asked to show it.

At most one question of a kind is on its way. What changes meanwhile is asked about when the answer is there, so that
a store that grows by thousands of spans a second costs a steady number of readings and no queue.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from spanglass_store.database.records import BY_START
from spanglass_store.search.expression import EVERYTHING
from spanglass_viewer.backend.requests import (
    DetailAnswer,
    DetailRequest,
    ListAnswer,
    ListRequest,
    TraceAnswer,
    TraceRequest,
)
from spanglass_viewer.format.quantities import format_score
from spanglass_viewer.format.text import one_line
from spanglass_viewer.models.trace_list import PAGE_LENGTH

if TYPE_CHECKING:
    from spanglass_store.database.records import ChangeSet, TraceOrder
    from spanglass_store.faults import StoreFault
    from spanglass_store.search.expression import Expression
    from spanglass_store.upkeep.automatic import UpkeepReport
    from spanglass_viewer.backend.threads import Backend
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.models.trace_list import TraceListModel
    from spanglass_viewer.panes.detail.detail_pane import DetailPane
    from spanglass_viewer.panes.trace_pane import TracePane
    from spanglass_viewer.trace.references import SpanRef

_LEAST_PAUSE_MS = 100
_MAX_SCORE_NAME_CHARS = 14
_RANKING_PAUSE_MS = 2000  # sorting otherwise than by start reads the whole store
_AFTER_FAULT_MS = 2000
_PRICES_AFTER_MS = 150  # in which the cards of the span are made and painted: loading prices would slow that down
_PAUSE_PER_LOAD = 3  # a live trace is read again at most a quarter of the time
# What a reading of the live list takes beyond this is followed by so many times as long a pause: beside a trace of a
# million spans, which is summed up for it, it takes 100 ms.
_QUICK_LIST_SECS, _PAUSE_PER_LIST, _MOST_LIST_PAUSE_MS = 0.02, 10, 2000


class WindowController(QObject):
    """Connects the backend, the selection and the panes; knows what is on its way and what is stale."""

    totals_changed = Signal(object, float)  # StoreTotals, seconds the query took
    filter_answered = Signal()  # what the filter lets through is in the model, as far as it was asked for
    span_shown = Signal(object)  # SpanDetail | None
    settled = Signal()
    trace_missing = Signal(str)  # root_span_id
    trace_shown = Signal(object)  # TraceSnapshot, after the panes show it and its wanted span is selected
    strayed = Signal(object)  # SpanRef | None: something else was chosen than what `open_trace` is still looking for

    def __init__(
        self,
        *,
        backend: Backend,
        selection: Selection,
        traces: TraceListModel,
        trace_pane: TracePane,
        detail_pane: DetailPane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._selection = selection
        self._traces = traces
        self._trace_pane = trace_pane
        self._detail_pane = detail_pane
        self._filter: Expression = EVERYTHING
        self._order = BY_START
        self._shown: tuple[Expression, TraceOrder] | None = None
        self._newest_root: str | None = None
        self._number = 0
        self._list_on_its_way: ListRequest | None = None
        self._wanted_page: tuple[tuple[int, str], int] | None = None  # as soon as the list can be asked again
        self._trace_on_its_way: TraceRequest | None = None
        self._detail_on_its_way: DetailRequest | None = None
        self._is_list_stale = False
        self._may_list_hold_deleted = False
        self._is_trace_stale = False
        self._is_detail_stale = False
        self._has_trace_to_open = False  # it could not be read when it was chosen
        self._is_paused = False
        self._is_following = True
        self._awaits_prices = False
        self._does_trace_lack_prices = False
        self._last_sequence: int | None = None
        self._wanted_span_id: str | None = None
        self._is_showing = False
        self._reload = QTimer(self, singleShot=True)
        self._reload.timeout.connect(self._on_reload_due)
        self._prices_due = QTimer(self, singleShot=True, interval=_PRICES_AFTER_MS)
        self._prices_due.timeout.connect(self._backend.load_prices)
        self._list_pause = QTimer(self, singleShot=True)
        self._list_pause.timeout.connect(self._on_reload_due)
        self._connect()

    @property
    def is_settled(self) -> bool:
        """Tell whether everything asked for has been answered, the first list included."""
        is_list_due = self._is_list_stale and self._list_pause.isActive()
        is_waiting = self._awaits_prices or self._reload.isActive() or is_list_due
        return self._number > 0 and not self._is_asking and not is_waiting

    @property
    def _is_asking(self) -> bool:
        return any((self._list_on_its_way, self._trace_on_its_way, self._detail_on_its_way))

    @property
    def is_opening(self) -> bool:
        """Tell whether a trace was chosen that is not there yet."""
        return self._trace_on_its_way is not None and self._trace_on_its_way.is_opening

    @property
    def is_following(self) -> bool:
        """Tell whether the newest trace opens by itself."""
        return self._is_following

    @property
    def newest_root(self) -> str | None:
        """The newest trace of the whole store when it was last listed without a filter, None where there is none."""
        return self._newest_root

    def start(self) -> None:
        """Ask for the first page."""
        self._trace_pane.show_blank()
        self._detail_pane.show_blank()
        self._ask_for_list()

    def set_filter(self, expression: Expression) -> None:
        """List other traces."""
        self._filter = expression
        self._ask_for_list()

    def set_order(self, order: TraceOrder) -> None:
        """Sort the traces otherwise."""
        self._order = order
        self._traces.clear_scores()
        self._ask_for_list()

    def set_paused(self, paused: bool) -> None:
        """Hold the panes still, or let them catch up; merging goes on."""
        self._is_paused = paused
        if not paused:
            self._refresh()

    def stop_following(self) -> None:
        """Leave the open trace open from here on; until then the newest one opens by itself."""
        self._is_following = False

    def follow_newest(self) -> bool:
        """Open the newest trace, and each that comes, until one is chosen; False where the list has another order."""
        self._is_following = self._order == BY_START
        self._open_newest_trace()
        return self._is_following

    def open_trace(self, root_span_id: str, span_id: str | None = None) -> None:
        """Open a trace, and in it a span (else its first error, or its root), as a link does."""
        self._is_following = False
        self._is_showing = True
        self._wanted_span_id = span_id
        if root_span_id != self._selection.root_span_id:
            self._selection.select_trace(root_span_id)
        elif (snapshot := self._trace_pane.snapshot) is not None and snapshot.root_span_id == root_span_id:
            if span_id is None:
                self._trace_pane.go_to_start()
            self._take_wanted_span()
            self.trace_shown.emit(snapshot)
        self._is_showing = False

    def forget_wanted_span(self) -> None:
        """Do not go to the span of `open_trace` any more, should it still come."""
        self._wanted_span_id = None

    def go_back_to(self, root_span_id: str | None, span_id: str | None) -> None:
        """Open what was open before a trace that is not there, or the newest."""
        self._wanted_span_id = span_id
        self._is_showing = True
        self._selection.select_trace(root_span_id)
        if root_span_id is None:
            self._open_newest_trace()
        self._is_showing = False

    def _connect(self) -> None:
        store, details = self._backend.store_worker, self._backend.detail_worker
        store.merged.connect(self._on_merged)
        store.traces_listed.connect(self._on_traces_listed)
        store.trace_loaded.connect(self._on_trace_loaded)
        store.prices_loaded.connect(self._on_prices_loaded)
        store.repetition_found.connect(self._on_repetition_found)
        store.pruned.connect(self._on_pruned)
        store.questions_dropped.connect(self._on_questions_dropped)
        details.span_read.connect(self._on_span_read)
        details.fault_raised.connect(self._on_detail_fault)
        self._traces.more_wanted.connect(self._on_more_wanted)
        self._selection.trace_changed.connect(self._on_trace_chosen)
        self._selection.span_changed.connect(self._on_span_chosen)

    # what is asked

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _ask_for_page(self, before: tuple[int, str], length: int) -> None:
        self._wanted_page = None
        number, held = self._next_number(), self._traces.rowCount()
        if self._order == BY_START:
            self._list_on_its_way = ListRequest(number, self._filter, length, before)
        else:
            self._list_on_its_way = ListRequest(number, self._filter, length, order=self._order, offset=held)
        self._backend.list_traces(self._list_on_its_way)

    def _ask_for_list(self) -> None:
        self._wanted_page = None
        held = self._traces.rowCount()
        number, order = self._next_number(), self._order
        # what is held is read again as a whole where any of it may have changed its place, or be gone
        is_read_whole = self._shown == (self._filter, order) and (order != BY_START or self._may_list_hold_deleted)
        limit = max(held, PAGE_LENGTH) if is_read_whole else PAGE_LENGTH
        self._list_on_its_way = ListRequest(number, self._filter, limit, order=order)
        self._is_list_stale = self._may_list_hold_deleted = False
        self._backend.list_traces(self._list_on_its_way)

    def _ask_for_trace(self, root_span_id: str, *, is_opening: bool) -> None:
        self._is_trace_stale = self._has_trace_to_open = False
        self._trace_on_its_way = TraceRequest(self._next_number(), root_span_id, is_opening)
        self._backend.load_trace(self._trace_on_its_way)

    def _ask_for_detail(self, ref: SpanRef) -> None:
        self._is_detail_stale = False
        self._detail_on_its_way = DetailRequest(self._next_number(), ref)
        self._backend.read_span(self._detail_on_its_way)

    # what is chosen

    def _on_more_wanted(self, before: tuple[int, str], length: int) -> None:
        if self._list_on_its_way is None:
            self._ask_for_page(before, length)
        else:
            self._wanted_page = before, length

    def _on_trace_chosen(self, root_span_id: str | None) -> None:
        if not self._is_showing:
            self._stray(None)
        self._reload.stop()
        if root_span_id is None:
            self._trace_on_its_way = None
            self._trace_pane.show_nothing()
            return
        self._trace_pane.show_loading(root_span_id)
        self._ask_for_trace(root_span_id, is_opening=True)

    def _on_span_chosen(self, ref: SpanRef | None) -> None:
        if ref is not None and not self._is_showing:
            self._stray(ref)
        if ref is None:
            self._detail_on_its_way = None
            if self.is_opening:
                self._detail_pane.show_loading("")  # the trace brings a span along
            else:
                self._detail_pane.show_nothing()
            self.span_shown.emit(None)
        else:
            self._detail_pane.show_loading(self._trace_pane.name_of(ref), self._trace_pane.path_to(ref))
            self._ask_for_detail(ref)

    def _stray(self, ref: SpanRef | None) -> None:
        self._is_following = False  # whichever way the user chose it: what was chosen stays open
        self._wanted_span_id = None
        self.strayed.emit(ref)

    # what changes

    def _on_merged(self, changes: ChangeSet) -> None:
        has_gap = changes.is_reset or self._last_sequence not in (None, changes.sequence - 1)
        self._last_sequence = changes.sequence
        self._is_list_stale = True
        self._may_list_hold_deleted |= has_gap
        if has_gap or self._selection.root_span_id in changes.root_span_ids:
            self._is_trace_stale = True
            self._is_detail_stale = True
        if changes.attachment_keys:
            self._is_detail_stale = True
        self._refresh()

    def _on_pruned(self, _report: UpkeepReport) -> None:
        self._is_list_stale = self._may_list_hold_deleted = self._is_trace_stale = True
        self._refresh()

    def _on_prices_loaded(self, price_list: str) -> None:
        self._awaits_prices = False
        self._trace_pane.show_price_list(price_list)
        self._is_list_stale = True
        self._is_trace_stale |= self._does_trace_lack_prices
        self._refresh()
        self._tell_if_settled()

    def _on_repetition_found(self) -> None:
        self._is_list_stale = True
        self._refresh()
        self._tell_if_settled()

    def _on_questions_dropped(self, fault: StoreFault) -> None:
        """Say why a trace cannot be opened, and ask again in a while: a disk may be full, or away, for a moment."""
        if self._list_on_its_way is not None:
            self._list_on_its_way, self._is_list_stale = None, True
            self._list_pause.start(_AFTER_FAULT_MS)
        if self._trace_on_its_way is not None:
            if self._trace_on_its_way.is_opening:
                self._trace_pane.show_fault(fault.sentence)
                self._detail_pane.show_blank()
                self._has_trace_to_open = True
            self._trace_on_its_way, self._is_trace_stale = None, True
            self._reload.start(_AFTER_FAULT_MS)

    def _refresh(self) -> None:
        if self._is_paused:
            return
        if self._is_list_stale and self._list_on_its_way is None and not self._list_pause.isActive():
            self._ask_for_list()
        root_span_id = self._selection.root_span_id
        if root_span_id is None:
            return
        if self._is_trace_stale and self._trace_on_its_way is None and not self._reload.isActive():
            self._ask_for_trace(root_span_id, is_opening=self._has_trace_to_open)
        if self._is_detail_stale and self._detail_on_its_way is None and self._selection.span is not None:
            self._ask_for_detail(self._selection.span)

    def _on_reload_due(self) -> None:
        self._refresh()
        self._tell_if_settled()

    # what is answered

    def _on_traces_listed(self, answer: ListAnswer) -> None:
        if self._list_on_its_way is None or answer.request.number != self._list_on_its_way.number:
            return
        self._list_on_its_way = None
        self._awaits_prices |= answer.lacks_prices
        asked = answer.request
        if (asked.filter, asked.order) != (self._filter, self._order):
            return
        if asked.is_first_page and (asked.filter, asked.order) == (EVERYTHING, BY_START):
            self._newest_root = answer.summaries[0].root_span_id if answer.summaries else None
        self._traces.set_scores(_score_texts(answer))
        self._traces.set_knows_prices(knows_prices=not answer.lacks_prices)
        if not asked.is_first_page:
            self._traces.append_page(answer.summaries, has_more=answer.has_more)
        elif self._shown != (asked.filter, asked.order):
            self._shown = (asked.filter, asked.order)
            self._traces.show_first_page(answer.summaries, has_more=answer.has_more)
        elif asked.order == BY_START:
            self._traces.update_newest(answer.summaries, has_more=answer.has_more)
            pause_ms = 1000 * _PAUSE_PER_LIST * (answer.query_secs - _QUICK_LIST_SECS)
            if pause_ms > 0:
                self._list_pause.start(min(round(pause_ms), _MOST_LIST_PAUSE_MS))
        else:
            self._traces.show_ranked(answer.summaries, has_more=answer.has_more)
        if asked.order != BY_START:
            self._list_pause.start(_RANKING_PAUSE_MS)
        self.totals_changed.emit(answer.totals, answer.query_secs)
        self.filter_answered.emit()
        self._open_newest_trace()
        if self._wanted_page is not None:
            self._ask_for_page(*self._wanted_page)
        self._refresh()
        self._tell_if_settled()

    def _open_newest_trace(self) -> None:
        """Open the newest trace, where none is open or nobody has chosen one yet."""
        if not self._traces.rowCount():
            if self._selection.root_span_id is None:
                self._trace_pane.show_nothing()
                self._detail_pane.show_nothing()
            return
        if self._selection.root_span_id is None or (self._is_following and self._order == BY_START):
            was_showing, self._is_showing = self._is_showing, True
            self._selection.select_trace(self._traces.summary_at(0).root_span_id)
            self._is_showing = was_showing

    def _on_trace_loaded(self, answer: TraceAnswer) -> None:
        if self._trace_on_its_way is None or answer.request.number != self._trace_on_its_way.number:
            return
        self._trace_on_its_way = None
        self._awaits_prices |= answer.lacks_prices
        self._does_trace_lack_prices = answer.lacks_prices
        if answer.snapshot is None:
            self._show_missing(answer.request)
        else:
            began = time.perf_counter()
            self._is_showing = True
            self._trace_pane.show_snapshot(answer.snapshot, opened=answer.request.is_opening)
            shown_secs = time.perf_counter() - began
            self._show_path()
            self._take_wanted_span()
            self.trace_shown.emit(answer.snapshot)
            self._is_showing = False
            pause_ms = 1000 * _PAUSE_PER_LOAD * (answer.query_secs + shown_secs)
            self._reload.start(max(_LEAST_PAUSE_MS, round(pause_ms)))
        self._tell_if_settled()

    def _show_missing(self, request: TraceRequest) -> None:
        if request.is_opening:
            self._trace_pane.show_deleted()  # it was chosen, or gone back to, and so was there once
            self._detail_pane.show_nothing()
            self.trace_missing.emit(request.root_span_id)
        else:
            self._trace_pane.show_deleted()
            self._selection.select_span(None)

    def _take_wanted_span(self) -> None:
        if self._wanted_span_id is not None and self._trace_pane.select_span_id(self._wanted_span_id):
            self._wanted_span_id = None

    def _on_span_read(self, answer: DetailAnswer) -> None:
        if self._detail_on_its_way is None or answer.request.number != self._detail_on_its_way.number:
            return
        self._detail_on_its_way = None
        if answer.detail is None:
            self._detail_pane.show_nothing()
        else:
            self._detail_pane.show_span(answer.detail, answer.readings)
            self._show_path()
        self.span_shown.emit(answer.detail)
        self._refresh()
        self._tell_if_settled()

    def _show_path(self) -> None:
        """Say which spans stand above the shown one: of a live trace they may come later than what is below."""
        detail = self._detail_pane.shown_detail
        if detail is not None and detail.ref == self._selection.span:
            self._detail_pane.show_path(self._trace_pane.path_to(detail.ref))

    def _on_detail_fault(self, fault: StoreFault) -> None:
        self._detail_on_its_way = None
        self._detail_pane.show_fault(str(fault))
        self._tell_if_settled()

    def _tell_if_settled(self) -> None:
        if self._awaits_prices and not self._is_asking and not self._prices_due.isActive():
            self._prices_due.start()
        if self.is_settled:
            self.settled.emit()


def _score_texts(answer: ListAnswer) -> dict[str, str]:
    """Return the scores that the traces of a page are sorted by, as texts."""
    order = answer.request.order
    if order.measure != "score":
        return {}
    name = one_line(order.score, _MAX_SCORE_NAME_CHARS)
    return {root: f"{name} {format_score(amount)}" for root, amount in answer.amounts.items()}
