"""The store thread: merges the journal, lists traces, lays traces out; only details are read beside it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from spanglass_store.faults import Interrupted, StoreBusy, StoreFault
from spanglass_store.upkeep.schedule import is_upkeep_due
from spanglass_viewer.backend.heap import give_memory_back
from spanglass_viewer.backend.newest_question import NewestQuestion
from spanglass_viewer.backend.requests import ListAnswer, ListRequest, TraceAnswer, TraceRequest
from spanglass_viewer.backend.trace_listing import read_page
from spanglass_viewer.trace.arrays import load_numpy

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from spanglass_store.database.connection import Cursor, Database
    from spanglass_store.database.merge import Merger
    from spanglass_store.database.records import ModelUsage, TraceSkeleton, TraceSummary
    from spanglass_store.database.recovery import Recovery
    from spanglass_store.upkeep.automatic import UpkeepReport
    from spanglass_viewer.backend.journal_watch import JournalWatch
    from spanglass_viewer.trace.prices import PriceBook
    from spanglass_viewer.trace.snapshot import TraceSnapshot

BUSY_POLL_MS = 50
ASLEEP_POLL_MS = 1000
RETRY_MS = 250
IDLE_AFTER_SECS = 1.0
LOOK_AFTER_MS = 1000  # after the list: a trace of a million spans takes a second or more
SPARE_AFTER_MS = 500  # after a trace was given to the window, which shows it by then
HOLD_AT_MOST_SECS = 3.0
GIVE_WAY_MS = 120  # a lock is not handed on in turn: one who waits looks every 10 ms, DuckDB itself not at all
_MERGE_BUDGET_SECS = 0.2


class StoreWorker(QObject):
    """Lives in its own thread; every slot is called by a queued signal, every answer goes out as one."""

    database_ready = Signal(object)  # Database
    merged = Signal(object)  # ChangeSet
    traces_listed = Signal(object)  # ListAnswer
    trace_loaded = Signal(object)  # TraceAnswer
    questions_dropped = Signal(object)  # StoreFault: for it what was asked stays without an answer
    fault_raised = Signal(object)  # StoreFault
    fault_cleared = Signal()
    recovered = Signal(object)  # Recovery: the tables were damaged, and are rebuilt
    upkeep_stepped = Signal(str)  # what is being done to the store; "" at its end
    pruned = Signal(object)  # UpkeepReport: the store pruned itself
    prices_loaded = Signal(str)  # which price list it is
    repetition_found = Signal()  # of a trace that was listed as if nothing were logged again in it
    _woken = Signal()

    def __init__(self, store: Path) -> None:
        super().__init__()
        self._store = store
        self._database: Database | None = None
        self._merger: Merger | None = None
        self._watch: JournalWatch | None = None
        self._poll: QTimer | None = None
        self._look_pause: QTimer | None = None
        self._prices: PriceBook | None = None
        self._spare_due: QTimer | None = None
        self._shown: TraceSnapshot | None = None  # what the window was given last
        self._left: TraceSnapshot | None = None  # what it showed before
        self._shown_sequence = -1  # of the tables, when `_shown` was read: whatever changes them counts it on
        self._waiting: dict[type[object], Callable[[], None]] = {}
        self._upkeep: Generator[str, None, UpkeepReport | None] | None = None
        self._recovery: Recovery | None = None
        self._left_out: StoreFault | None = None
        self.newest_trace = NewestQuestion()
        self._last_use = 0.0
        self._held_since: float | None = None
        self._is_asleep = False
        self._has_fault = False
        self._woken.connect(self._on_woken)

    @property
    def is_holding_file(self) -> bool:
        """Tell whether the database file is open; may be asked from any thread."""
        return self._database is not None and self._database.is_open

    @Slot()
    def start(self) -> None:
        """Load the heavy half of the store, here and not before the window is up, and begin to merge."""
        from spanglass_store.database.connection import Database, may_write  # noqa: PLC0415 - loads beside the window
        from spanglass_store.database.merge import Merger  # noqa: PLC0415 - as above
        from spanglass_viewer.backend.journal_watch import JournalWatch  # noqa: PLC0415 - as above

        self._database = Database(self._store, is_read_only=not may_write(self._store))
        if not self._database.is_read_only:
            self._merger = Merger(self._database, self._store)
        self._watch = JournalWatch(self._store / "journal", self._woken.emit)
        self._poll = QTimer(self, singleShot=True)
        self._poll.timeout.connect(self._on_poll)
        self._spare_due = QTimer(self, singleShot=True, interval=SPARE_AFTER_MS)
        self._spare_due.timeout.connect(self._spare_memory)
        self._look_pause = QTimer(self, singleShot=True)
        self._look_pause.timeout.connect(self._on_look_due)
        self.database_ready.emit(self._database)
        if self._merger is None:
            sentence = "The store may not be written here: it is shown as it is, and nothing new is merged."
            self.fault_raised.emit(StoreFault(sentence, self._store))
        self._last_use = time.monotonic()
        self._on_poll()

    @Slot()
    def stop(self) -> None:
        """Let go of everything; called by the worker's own thread when it ends."""
        for timer in (self._poll, self._look_pause, self._spare_due):
            if timer is not None:
                timer.stop()
        if self._watch is not None:
            self._watch.wake_up()
        if self._database is not None:
            self._database.close()

    def cancel(self) -> None:
        """Cancel what is being asked of the store, by whichever worker; may be called from any thread."""
        if self._database is not None:
            self._database.interrupt()

    @Slot(object)
    def list_traces(self, request: ListRequest) -> None:
        """Answer with one page of traces."""
        self._serve(ListRequest, lambda: self._list_traces(request))

    @Slot(object)
    def load_trace(self, request: TraceRequest) -> None:
        """Answer with one trace laid out."""
        self._serve(TraceRequest, lambda: self._load_trace(request))

    def _serve(self, kind: type[object], action: Callable[[], None]) -> None:
        """Do what is asked; where the store is in use elsewhere the latest of each kind is done later."""
        self._waiting[kind] = action
        if self._attempt(self._serve_waiting):
            self._schedule(BUSY_POLL_MS)
        else:
            self._schedule(RETRY_MS)

    def _serve_waiting(self) -> None:
        for kind, action in list(self._waiting.items()):
            action()
            del self._waiting[kind]
        self._note_use()

    def _list_traces(self, request: ListRequest) -> None:
        from spanglass_store.database.model_usage import list_model_usage  # noqa: PLC0415 - heavy half
        from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - as above

        began = time.perf_counter()
        with self._need_database().cursor() as cursor:
            cursor.repetitions.puts_off_large = True
            summaries, amounts = read_page(cursor, request, self._prices)
            usage = list_model_usage(cursor, summaries)
            totals = StoreReader(cursor).totals()
            self._plan_look(cursor)
        priced = self._price(summaries, usage)
        query_secs = time.perf_counter() - began
        lacks_prices = self._prices is None and bool(usage)
        self.traces_listed.emit(ListAnswer(request, priced, totals, query_secs, lacks_prices, amounts))

    def _price(self, summaries: list[TraceSummary], usage: list[ModelUsage]) -> tuple[TraceSummary, ...]:
        if self._prices is None or not usage:
            return tuple(summaries)
        from spanglass_viewer.trace.prices import add_estimates  # noqa: PLC0415 - loads beside the window

        return add_estimates(summaries, usage, self._prices)

    @Slot()
    def load_prices(self) -> None:
        """Load the price list: it takes a while, which neither the window nor the first list waits for."""
        from spanglass_viewer.trace.prices import PriceBook, describe_price_list  # noqa: PLC0415 - as above

        if self._prices is not None:
            return
        self._prices = PriceBook()
        self.prices_loaded.emit(describe_price_list(datetime.now(tz=UTC).date()))

    def _load_trace(self, request: TraceRequest) -> None:
        from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half

        if self.newest_trace.overtakes(request.number):
            return
        began = time.perf_counter()
        before = self._shown if self._shown is not None and self._shown.root_span_id == request.root_span_id else None
        with self._need_database().cursor() as cursor:
            # kept here until the window has left it: hundreds of MB would be given back in the UI thread
            self._left, self._shown = self._shown, None
            sequence = StoreReader(cursor).sequence()
            if before is not None and not before.has_running and sequence == self._shown_sequence:
                self._shown = self._price_again(before, request)  # to read it would take a second for a million spans
            else:
                self._shown = self._read_trace(cursor, request, before)
            self._shown_sequence = sequence
        lacks_prices = self._prices is None and self._shown is not None and _has_unpriced_calls(self._shown.skeleton)
        self.trace_loaded.emit(
            TraceAnswer(request, self._shown, time.perf_counter() - began, lacks_prices=lacks_prices)
        )
        if self._spare_due is not None:
            self._spare_due.start()
        if self._shown is not None:
            with self._need_database().cursor() as cursor:  # only now: of a million spans it takes a while
                if self._note_repeated(cursor, self._shown):
                    self.repetition_found.emit()
                else:
                    self._plan_look(cursor)

    @Slot()
    def _spare_memory(self) -> None:
        """Hold a large trace that grows once, not twice, for the seconds until it is read again."""
        self._left = None
        give_memory_back()

    def _read_trace(self, cursor: Cursor, request: TraceRequest, before: TraceSnapshot | None) -> TraceSnapshot | None:
        load_numpy()  # here, where the list is up and nobody else has a use for it yet
        from spanglass_store.database.skeleton import load_skeleton  # noqa: PLC0415 - heavy half
        from spanglass_viewer.trace.snapshot import build_snapshot  # noqa: PLC0415 - numpy loads beside the window

        skeleton = load_skeleton(cursor, request.root_span_id)
        now_us = time.time_ns() // 1000
        if not len(skeleton):
            return None
        return build_snapshot(skeleton, request.number, now_us, self._estimate(skeleton), before)

    def _plan_look(self, cursor: Cursor) -> None:
        if cursor.repetitions.put_off and self._look_pause is not None and not self._look_pause.isActive():
            self._look_pause.start(LOOK_AFTER_MS)

    @Slot()
    def _on_look_due(self) -> None:
        """Find what is repeated in a trace that a list did not wait for."""
        self._attempt(self._look_at_one)

    def _look_at_one(self) -> None:
        with self._need_database().cursor() as cursor:
            shown = self._shown
            if shown is None or not self._note_repeated(cursor, shown):
                put_off = cursor.repetitions.put_off
                root = next((root for root in put_off if not self._grows_in_sight(cursor, root)), None)
                if root is None:
                    return
                cursor.repetitions.look_at(cursor, root)
            self._plan_look(cursor)
        self.repetition_found.emit()

    def _grows_in_sight(self, cursor: Cursor, root: str) -> bool:
        """Tell whether a trace is shown in an older state: what is repeated in it is noted when it is read again."""
        from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half

        is_shown = self._shown is not None and self._shown.root_span_id == root
        return is_shown and self._shown_sequence != StoreReader(cursor).sequence()

    @staticmethod
    def _note_repeated(cursor: Cursor, shown: TraceSnapshot) -> bool:
        """Tell the lists what is repeated in the trace that is shown, where they did not wait for it."""
        if not cursor.repetitions.awaits(shown.root_span_id, len(shown.skeleton)):
            return False
        from spanglass_viewer.trace.repeated_sums import find_repeated  # noqa: PLC0415 - as above

        return cursor.repetitions.note(shown.root_span_id, len(shown.skeleton), *find_repeated(shown))

    def _price_again(self, before: TraceSnapshot, request: TraceRequest) -> TraceSnapshot:
        from spanglass_viewer.trace.snapshot import price_again  # noqa: PLC0415 - numpy loads beside the window

        return price_again(before, request.number, self._estimate(before.skeleton))

    def _estimate(self, skeleton: TraceSkeleton) -> npt.NDArray[np.float64] | None:
        if self._prices is None:
            return None
        from spanglass_viewer.trace.prices import estimate_span_costs  # noqa: PLC0415 - as above

        return estimate_span_costs(skeleton, self._prices)

    @Slot()
    def _on_poll(self) -> None:
        if self._is_asleep and not self._waiting and not self._has_news():
            self._need_database().let_go()  # a click may have opened it meanwhile
            self._schedule(ASLEEP_POLL_MS)
            return
        self._wake_up()
        self._need_watch().look()
        is_well = self._attempt(self._merge)
        if is_well and self._waiting:
            is_well = self._attempt(self._serve_waiting)
        if not is_well:
            self._schedule(RETRY_MS)
        elif self._upkeep is not None:
            self._take_upkeep_step(self._upkeep)
            self._schedule(GIVE_WAY_MS if self._let_others_in() else 0)
        elif self._merger is not None and self._is_idle() and is_upkeep_due(self._store):
            self._begin_upkeep()
            self._schedule(0)
        elif self._is_idle() and not self._tidy():
            self._schedule(GIVE_WAY_MS if self._let_others_in() else 0)
        elif self._is_idle():
            self._fall_asleep()
        else:
            self._schedule(GIVE_WAY_MS if self._let_others_in() else BUSY_POLL_MS)

    def _is_idle(self) -> bool:
        return time.monotonic() - self._last_use > IDLE_AFTER_SECS

    def _has_news(self) -> bool:
        """Tell whether the journal or the tables changed: other processes delete, too, and rebuild."""
        return self._need_watch().has_news() or self._need_database().is_changed_elsewhere()

    def _merge(self) -> None:
        if self._held_since is None:
            self._held_since = time.monotonic()
        merger = self._merger
        if merger is None:  # the store may not be written
            return
        changes = merger.merge_once(budget_secs=_MERGE_BUDGET_SECS)
        if merger.left_out is not self._left_out and merger.left_out is not None:
            self.fault_raised.emit(merger.left_out)
        self._left_out = merger.left_out
        recovery = self._need_database().recovery
        if recovery is not self._recovery and recovery is not None:
            self.recovered.emit(recovery)
        self._recovery = recovery
        if changes:
            self._note_use()
            self.merged.emit(changes)

    def _tidy(self) -> bool:
        """Compress what was merged, a part at a time; return whether nothing is left to do."""
        return self._merger is None or self._merger.tidy()

    def _attempt(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except Interrupted:
            return False  # the window is closing
        except StoreFault as fault:
            self._has_fault = True
            self.fault_raised.emit(fault)
            if not isinstance(fault, StoreBusy) and self._waiting:
                self._waiting.clear()
                self.questions_dropped.emit(fault)
            return False
        if self._has_fault:
            self._has_fault = False
            self.fault_cleared.emit()
        return True

    def _let_others_in(self) -> bool:
        """Under load, give the file away every few seconds: a second reader is waiting perhaps."""
        if self._held_since is None or time.monotonic() - self._held_since <= HOLD_AT_MOST_SECS:
            return False
        self._held_since = None
        return self._need_database().let_go()

    def _fall_asleep(self) -> None:
        self._held_since = None
        self._need_database().let_go()
        self._spare_memory()
        self._is_asleep = True
        watch = self._need_watch()
        watch.fall_asleep()
        if watch.has_news() or (self._merger is not None and self._merger.has_work()):
            # written, or its writer gone, between the last merge and the first event: no event will tell of it
            self._wake_up()
            self._note_use()
            self._schedule(0)
        else:
            self._schedule(ASLEEP_POLL_MS)

    def _begin_upkeep(self) -> None:
        from spanglass_store.upkeep.automatic import iter_upkeep  # noqa: PLC0415 - heavy half

        self._upkeep = iter_upkeep(self._need_database())

    def _take_upkeep_step(self, steps: Generator[str, None, UpkeepReport | None]) -> None:
        """Go one step on; merges and what the window asks for have their turn between the steps."""
        self._upkeep = None

        def take() -> None:
            try:
                text = next(steps)
            except StopIteration as end:
                if end.value is not None:
                    self.pruned.emit(end.value)
            else:
                self._upkeep = steps
                self.upkeep_stepped.emit(text)

        self._attempt(take)
        if self._upkeep is None:
            self.upkeep_stepped.emit("")

    def _wake_up(self) -> None:
        if self._is_asleep:
            self._is_asleep = False
            self._need_watch().wake_up()

    @Slot()
    def _on_woken(self) -> None:
        if self._is_asleep:
            self._wake_up()
            self._note_use()
            self._schedule(0)

    def _note_use(self) -> None:
        self._last_use = time.monotonic()

    def _schedule(self, delay_ms: int) -> None:
        assert self._poll is not None  # noqa: S101 - `start` has run before any poll
        self._poll.start(delay_ms)

    def _need_database(self) -> Database:
        assert self._database is not None  # noqa: S101 - `start` has run before any request
        return self._database

    def _need_watch(self) -> JournalWatch:
        assert self._watch is not None  # noqa: S101 - `start` has run before any poll
        return self._watch


def _has_unpriced_calls(skeleton: TraceSkeleton) -> bool:
    import numpy as np  # noqa: PLC0415 - loads beside the window

    has_tokens = (skeleton.prompt_tokens > 0) | (skeleton.completion_tokens > 0)
    return any(skeleton.models) and bool((has_tokens & np.isnan(skeleton.cost)).any())
