"""The one selection of a window: panes set it and listen to it, and never call each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from spanglass_viewer.trace.references import SpanRef


class Selection(QObject):
    """Which trace is open and which of its spans is selected."""

    trace_changed = Signal(object)  # root_span_id: str | None
    span_changed = Signal(object)  # SpanRef | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root_span_id: str | None = None
        self._span: SpanRef | None = None

    @property
    def root_span_id(self) -> str | None:
        """The open trace."""
        return self._root_span_id

    @property
    def span(self) -> SpanRef | None:
        """The selected span."""
        return self._span

    def select_trace(self, root_span_id: str | None) -> None:
        """Open a trace (None closes it); which span is selected follows when the trace is there."""
        if root_span_id == self._root_span_id:
            return
        self._root_span_id = root_span_id
        self._span = None
        self.trace_changed.emit(root_span_id)
        self.span_changed.emit(None)

    def select_span(self, span: SpanRef | None) -> None:
        """Select a span of the open trace."""
        if span == self._span:
            return
        self._span = span
        self.span_changed.emit(span)
