"""Follows a link to the span that it names, waits for one that is still to come, and says why one is not there."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from spanglass_store.known_stores import find_known_store
from spanglass_store.links.addresses import format_address
from spanglass_viewer.backend.requests import NameAnswer, NameRequest

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.records import ChangeSet
    from spanglass_store.links.addresses import SpanAddress
    from spanglass_store.location import StoreInfo
    from spanglass_viewer.app.controller import WindowController
    from spanglass_viewer.backend.threads import Backend
    from spanglass_viewer.instance.visit import Visit
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.panes.detail.detail_pane import DetailPane
    from spanglass_viewer.panes.trace_pane import TracePane
    from spanglass_viewer.trace.references import SpanDetail, SpanRef
    from spanglass_viewer.trace.snapshot import TraceSnapshot
    from spanglass_viewer.widgets.banner import Banner

_ID_CHARS = 12


class _Stage(enum.Enum):
    """How far a link has been followed."""

    TRACE = enum.auto()  # the trace is asked for, or not in the store yet
    SPAN = enum.auto()  # the trace is open; its span is still to come
    FIELD = enum.auto()  # the span is selected; its details are still to come


class LinkFollower(QObject):
    """Holds the link that is being followed; whatever the user chooses himself meanwhile ends it."""

    store_wanted = Signal(object, str)  # Path of another store, link: to be opened in a window of its own
    store_unknown = Signal(str)  # link: the user may know where its store is

    def __init__(
        self,
        info: StoreInfo,
        banner: Banner,
        *,
        backend: Backend,
        controller: WindowController,
        selection: Selection,
        trace_pane: TracePane,
        detail_pane: DetailPane,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._info = info
        self._banner = banner
        self._backend = backend
        self._controller = controller
        self._selection = selection
        self._trace_pane = trace_pane
        self._detail_pane = detail_pane
        self._wish: SpanAddress | None = None
        self._stage = _Stage.TRACE
        self._left: tuple[str | None, str | None] = (None, None)  # the trace and the span that were open before
        self._number = 0
        self._foreign_link: str | None = None
        banner.closed.connect(self._give_up)
        banner.acted.connect(self._on_acted)
        backend.detail_worker.name_resolved.connect(self._on_name_resolved)
        backend.store_worker.merged.connect(self._on_merged)
        controller.trace_missing.connect(self._on_trace_missing)
        controller.trace_shown.connect(self._on_trace_shown)
        controller.span_shown.connect(self._on_span_shown)
        controller.strayed.connect(self._on_strayed)

    def follow(self, visit: Visit) -> None:
        """Go where a visit leads; without an address or a name it only brought the window to the front."""
        self._number += 1
        if visit.address is not None:
            self.go_to(visit.address)
        elif visit.name is not None:
            self._backend.resolve_name(NameRequest(self._number, visit.name))

    def go_to(self, address: SpanAddress) -> None:
        """Go to a span, a trace, or a field; a span of another store opens in a window of that store."""
        self._end()
        if address.store_id not in {None, self._info.id}:
            self._leave_to_other_store(address)
            return
        self._wish = address
        self._stage = _Stage.TRACE
        span = self._selection.span
        self._left = (self._selection.root_span_id, None if span is None else span.span_id)
        self._controller.open_trace(address.root_span_id, address.span_id)

    def stop(self) -> None:
        """Follow no further: the user has chosen another way."""
        self._end()
        self._controller.forget_wanted_span()

    # what comes

    def _on_trace_shown(self, snapshot: TraceSnapshot) -> None:
        wish = self._wish
        if wish is None or snapshot.root_span_id != wish.root_span_id or self._stage is _Stage.FIELD:
            return
        if wish.span_id is None or snapshot.find_span(wish.span_id) is not None:
            self._stage = _Stage.FIELD
            self._banner.hide()
            self._trace_pane.mark_span()
            if wish.field is None:
                self._end()
            else:
                self._on_span_shown(self._detail_pane.shown_detail)
        elif snapshot.has_running:
            self._stage = _Stage.SPAN
            self._say(f"Waiting for span {_short(wish.span_id)}, whose trace is still running. It opens as it comes.")
        else:
            self._stage = _Stage.SPAN
            self._warn(
                f"The trace is here, but span {_short(wish.span_id)} is not in it. It was deleted, or its program has"
                " not written it. Should it still come, it opens."
            )

    def _on_span_shown(self, detail: SpanDetail | None) -> None:
        wish = self._wish
        if wish is None or wish.field is None or self._stage is not _Stage.FIELD or detail is None:
            return
        if detail.ref != self._selection.span or wish.span_id not in {None, detail.ref.span_id}:
            return  # of the span before
        self._end()
        if not self._detail_pane.go_to_field(wish.field):
            self._warn(f"The span is here, but there is nothing at “{wish.field}” in it.")

    def _on_trace_missing(self, root_span_id: str) -> None:
        wish = self._wish
        if wish is None or wish.root_span_id != root_span_id:
            return
        self._warn(
            f"Trace {_short(root_span_id)} is not in this store. It was deleted, or its program has not written it"
            f" yet; then it opens as it comes. {self._info.path}"
        )
        self._controller.go_back_to(*self._left)

    def _on_merged(self, changes: ChangeSet) -> None:
        wish = self._wish
        if wish is None or self._stage is not _Stage.TRACE or self._selection.root_span_id == wish.root_span_id:
            return
        if changes.is_reset or wish.root_span_id in changes.root_span_ids:
            self._controller.open_trace(wish.root_span_id, wish.span_id)

    def _on_name_resolved(self, answer: NameAnswer) -> None:
        if answer.request.number != self._number:
            return
        if answer.address is not None:
            self.go_to(answer.address)
        else:
            self._end()
            reason = answer.reason[:1].upper() + answer.reason[1:]
            self._warn(f"{reason}. What is open was left as it was. {self._info.path}")

    # what ends it

    def _on_strayed(self, span: SpanRef | None) -> None:  # noqa: ARG002 - the signal's signature
        """Leave the link: the user has chosen something else."""
        if self._wish is not None:
            self._end()

    def _give_up(self) -> None:
        self._wish = None
        self._foreign_link = None
        self._controller.forget_wanted_span()

    def _end(self) -> None:
        self._wish = None
        self._foreign_link = None
        self._banner.hide()

    # other stores

    def _leave_to_other_store(self, address: SpanAddress) -> None:
        link = format_address(address)
        path: Path | None = find_known_store(str(address.store_id))
        if path is not None:
            self.store_wanted.emit(path, link)
            return
        self._foreign_link = link
        self._banner.say(
            f"The link leads into a store that is not known here ({_short(str(address.store_id))}), perhaps one of"
            " another machine. What is open was left as it was. If you have the store, open it once; else ask for a"
            " bundle, which `spanglass export --bundle` makes.",
            is_warning=True,
            action="Open a store…",
        )

    def _on_acted(self) -> None:
        if self._foreign_link is not None:
            self.store_unknown.emit(self._foreign_link)

    def _say(self, text: str) -> None:
        self._banner.say(text, is_warning=False)

    def _warn(self, text: str) -> None:
        self._banner.say(text, is_warning=True)


def _short(identifier: str) -> str:
    return identifier if len(identifier) <= _ID_CHARS else f"{identifier[:_ID_CHARS]}…"
