"""The thread that searches the open trace: a search of seconds delays no click, and a newer search ends it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from spanglass_viewer.backend.loading_ahead import load_ahead
from spanglass_viewer.backend.reading_worker import ReadingWorker
from spanglass_viewer.backend.requests import FindAnswer, FindRequest

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor


class FindWorker(ReadingWorker):
    """Lives in its own thread, as all reading workers do; `cancel` alone may be called from any other."""

    trace_searched = Signal(object)  # FindAnswer

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()
        self._searching: Cursor | None = None
        self._wanted = 0

    @Slot()
    def load_ahead(self) -> None:
        """Load what another thread needs next: there is nothing to find yet."""
        load_ahead()

    def cancel_before(self, number: int) -> None:
        """End what is being searched for an older question than this one."""
        with self._guard:
            self._wanted = number
            if self._searching is not None:
                self._searching.interrupt()

    @Slot(object)
    def find_in_trace(self, request: FindRequest) -> None:
        """Answer with the spans of a trace that hold a text, unless something newer is wanted meanwhile."""
        self.serve("find", lambda cursor: self._find(cursor, request))

    def _find(self, cursor: Cursor, request: FindRequest) -> None:
        from spanglass_store.database.trace_search import find_in_trace  # noqa: PLC0415 - heavy half

        with self._guard:
            if request.number < self._wanted:
                return
            self._searching = cursor
        try:
            found = find_in_trace(cursor, request.root_span_id, request.text, request.limit)
        finally:
            with self._guard:
                self._searching = None
        self.trace_searched.emit(FindAnswer(request, tuple(found)))
