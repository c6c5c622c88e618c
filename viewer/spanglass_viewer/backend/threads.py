"""The threads beside the UI, started together and ended together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, Signal

from spanglass_viewer.backend.compare_worker import CompareWorker
from spanglass_viewer.backend.detail_worker import DetailWorker
from spanglass_viewer.backend.find_worker import FindWorker
from spanglass_viewer.backend.heap import keep_freed_memory
from spanglass_viewer.backend.store_worker import StoreWorker

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_viewer.backend.requests import (
        CompareRequest,
        DetailRequest,
        DiffRequest,
        ExperimentRequest,
        FindRequest,
        ListRequest,
        MediaRequest,
        NameRequest,
        TraceRequest,
    )

_STOP_MS = 10_000  # in all, for a disk that does not answer
_CANCEL_AFTER_MS = 200  # most of what runs is done by then
_CANCEL_EVERY_MS = 50  # a statement that is just beginning takes no note


class Backend(QObject):
    """Asks by queued signals; answers come as the workers' signals, in the UI thread where the slot is a QObject's."""

    _list_wanted = Signal(object)
    _trace_wanted = Signal(object)
    _detail_wanted = Signal(object)
    _vocabulary_wanted = Signal()
    _comparison_wanted = Signal(object)
    _diff_wanted = Signal(object)
    _find_wanted = Signal(object)
    _containers_wanted = Signal()
    _experiment_wanted = Signal(object)
    _media_wanted = Signal(object)
    _name_wanted = Signal(object)
    _ahead_wanted = Signal()
    _prices_wanted = Signal()

    def __init__(self, store: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        keep_freed_memory()  # before a thread has a heap of its own
        self.store_worker = StoreWorker(store)
        self.detail_worker = DetailWorker()
        self.compare_worker = CompareWorker()
        self.find_worker = FindWorker()
        self._threads: list[QThread] = []
        workers = {
            "store": self.store_worker,
            "details": self.detail_worker,
            "compare": self.compare_worker,
            "find": self.find_worker,
        }
        for name, worker in workers.items():
            thread = QThread(self)
            thread.setObjectName(f"spanglass {name}")
            worker.moveToThread(thread)
            # direct: a thread tells of its end from within itself, and timers can be stopped nowhere else
            thread.finished.connect(worker.stop, Qt.ConnectionType.DirectConnection)
            self._threads.append(thread)
        self._threads[0].started.connect(self.store_worker.start)
        for reader in (self.detail_worker, self.compare_worker, self.find_worker):
            self.store_worker.database_ready.connect(reader.use_database)
        self.store_worker.database_ready.connect(self._on_database_ready)
        self._ahead_wanted.connect(self.find_worker.load_ahead)
        self._comparison_wanted.connect(self.compare_worker.compare)
        self._diff_wanted.connect(self.compare_worker.diff)
        self._list_wanted.connect(self.store_worker.list_traces)
        self._trace_wanted.connect(self.store_worker.load_trace)
        self._prices_wanted.connect(self.store_worker.load_prices)
        self._detail_wanted.connect(self.detail_worker.read_span)
        self._find_wanted.connect(self.find_worker.find_in_trace)
        self._containers_wanted.connect(self.detail_worker.read_containers)
        self._experiment_wanted.connect(self.compare_worker.summarize)
        self._media_wanted.connect(self.detail_worker.list_media)
        self._name_wanted.connect(self.detail_worker.resolve_name)
        self._vocabulary_wanted.connect(self.detail_worker.read_vocabulary)

    @property
    def is_holding_file(self) -> bool:
        """Tell whether the database file is open here, and so shut to others."""
        return self.store_worker.is_holding_file

    def _on_database_ready(self) -> None:
        self._ahead_wanted.emit()  # by way of the UI thread, which has painted the window by then

    def start(self) -> None:
        """Begin to merge; requests made before are answered as soon as the store is open."""
        for thread in reversed(self._threads):
            thread.start()

    def stop(self) -> None:
        """End all threads and let go of the store; returns when they have ended. What takes long is cancelled."""
        deadline = QDeadlineTimer(_STOP_MS)
        for thread in reversed(self._threads):  # the store's last: the others read by its database
            thread.quit()
            wait_ms = _CANCEL_AFTER_MS
            while not thread.wait(wait_ms) and not deadline.hasExpired():
                self.store_worker.cancel()
                wait_ms = _CANCEL_EVERY_MS

    def list_traces(self, request: ListRequest) -> None:
        """Ask for a page of traces."""
        self._list_wanted.emit(request)

    def load_trace(self, request: TraceRequest) -> None:
        """Ask for a trace laid out; older questions that wait are not answered."""
        self.store_worker.newest_trace.note(request.number)
        self._trace_wanted.emit(request)

    def load_prices(self) -> None:
        """Ask for the price list; what was listed or shown without it can be asked for again then."""
        self._prices_wanted.emit()

    def read_span(self, request: DetailRequest) -> None:
        """Ask for a span's payload; older questions that wait are not answered."""
        self.detail_worker.newest_span.note(request.number)
        self._detail_wanted.emit(request)

    def list_media(self, request: MediaRequest) -> None:
        """Ask for the attachments of a trace."""
        self._media_wanted.emit(request)

    def read_vocabulary(self) -> None:
        """Ask for the words that a filter can be completed with."""
        self._vocabulary_wanted.emit()

    def read_containers(self) -> None:
        """Ask for the projects, experiments and scores of the store."""
        self._containers_wanted.emit()

    def summarize_experiment(self, request: ExperimentRequest) -> None:
        """Ask what an experiment comes to."""
        self._experiment_wanted.emit(request)

    def compare_traces(self, request: CompareRequest) -> None:
        """Ask for two traces aligned."""
        self._comparison_wanted.emit(request)

    def diff_spans(self, request: DiffRequest) -> None:
        """Ask how the values of two spans differ; older questions that wait are not answered."""
        self.compare_worker.newest_difference.note(request.number)
        self._diff_wanted.emit(request)

    def resolve_name(self, request: NameRequest) -> None:
        """Ask what a name stands for."""
        self._name_wanted.emit(request)

    def find_in_trace(self, request: FindRequest) -> None:
        """Ask for the spans of a trace that hold a text; a search that is still under way ends without an answer."""
        self.find_worker.cancel_before(request.number)
        self._find_wanted.emit(request)
