"""The filmstrip below the trace: asks for the attachments when a trace opens or grows, hides where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject

from spanglass_viewer.backend.requests import MediaAnswer, MediaRequest, TraceAnswer
from spanglass_viewer.turns.sliced_work import SlicedWork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

    from spanglass_store.database.records import ChangeSet
    from spanglass_viewer.app.preferences import Preferences
    from spanglass_viewer.backend.threads import Backend
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.panes.filmstrip import Filmstrip


_LEAST_COLUMN_PX = 420  # of trace and strip together: in less the tree would be left with a row or two


class TraceMedia(QObject):
    """At most one question is on its way; what changes meanwhile is asked about afterwards."""

    def __init__(
        self, backend: Backend, selection: Selection, strip: Filmstrip, preferences: Preferences, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._selection = selection
        self._strip = strip
        self._preferences = preferences
        self._number = 0
        self._on_its_way: MediaRequest | None = None
        self._is_stale = False
        self._showing = SlicedWork(self)
        self._column: QWidget | None = None
        strip.hide()
        backend.store_worker.trace_loaded.connect(self._on_trace_loaded)
        backend.store_worker.merged.connect(self._on_merged)
        backend.detail_worker.media_listed.connect(self._on_media_listed)
        selection.trace_changed.connect(self._on_trace_changed)

    def stand_in(self, column: QWidget) -> None:
        """Give way where the column of the trace and its strip is low."""
        self._column = column
        column.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again whether there is room."""
        if watched is self._column and event.type() is QEvent.Type.Resize:
            self._show()
        return False

    @property
    def is_idle(self) -> bool:
        """Tell whether what was asked is answered, and shown."""
        return self._on_its_way is None

    def toggle(self) -> None:
        """Show the strip, or hide it, and remember that."""
        self._preferences.set_shows_filmstrip(not self._preferences.shows_filmstrip)
        self._show()
        self._ask()

    def _on_trace_changed(self, root_span_id: str | None) -> None:  # noqa: ARG002 - the signal's signature
        self._strip.show_entries(())
        self._show()

    def _on_trace_loaded(self, answer: TraceAnswer) -> None:
        # of a trace that was deleted while it was open nothing is listed, and so the strip goes as well
        if answer.snapshot is None or answer.snapshot.skeleton.attachment_count.any():
            self._ask()

    def _on_merged(self, changes: ChangeSet) -> None:
        if changes.attachment_keys and self._strip.entries:
            self._ask()

    def _ask(self) -> None:
        root_span_id = self._selection.root_span_id
        if self._on_its_way is not None:
            self._is_stale = True
        elif root_span_id is not None and self._preferences.shows_filmstrip:
            self._number += 1
            self._is_stale = False
            self._on_its_way = MediaRequest(self._number, root_span_id)
            self._backend.list_media(self._on_its_way)

    def _on_media_listed(self, answer: MediaAnswer) -> None:
        """Show the strip in another turn: a trace that opens is painted first, and the strip makes its column lower."""
        if answer.request == self._on_its_way:
            self._showing.start(self._iter_showing(answer))

    def _iter_showing(self, answer: MediaAnswer) -> Iterator[None]:
        yield from self._strip.prepare(answer.entries)
        self._on_its_way = None
        if answer.request.root_span_id == self._selection.root_span_id:
            self._strip.show_entries(answer.entries)
            self._show()
        if self._is_stale:
            self._ask()

    def _show(self) -> None:
        has_room = self._column is None or self._column.height() >= _LEAST_COLUMN_PX
        self._strip.setVisible(self._preferences.shows_filmstrip and bool(self._strip.entries) and has_room)
