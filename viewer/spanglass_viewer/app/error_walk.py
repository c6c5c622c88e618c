"""From error to error: through the open trace, on to the next one of the list that has any, and round at its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from spanglass_viewer.app.controller import WindowController
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.models.trace_list import TraceListModel
    from spanglass_viewer.panes.trace_pane import TracePane

_SOUGHT_PAGE_LENGTH = 2000  # traces are read faster by many than one page of the screen after the other


class ErrorWalk(QObject):
    """Walks the errors of all traces that the list has or could load, in the order of the list.

    What is not loaded yet is loaded until a trace with an error comes; choosing another trace or list ends that.
    """

    notice_given = Signal(str)  # a sentence for the status bar

    def __init__(
        self,
        *,
        controller: WindowController,
        selection: Selection,
        traces: TraceListModel,
        trace_pane: TracePane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._selection = selection
        self._traces = traces
        self._trace_pane = trace_pane
        self._seeks = 0  # 1: the next error in what is being loaded, -1: the last one of the whole list
        self._loaded = 0  # how many traces were looked through when the page was asked for
        traces.page_appended.connect(self._on_page_appended)
        traces.modelReset.connect(self.stop)
        selection.trace_changed.connect(self.stop)

    def go_to_next(self) -> None:
        """Go to the next span where an error began."""
        self._go(1)

    def go_to_previous(self) -> None:
        """Go to the span before where an error began."""
        self._go(-1)

    def stop(self) -> None:
        """Do not go to an error that is still being looked for."""
        self._seeks = 0

    def _go(self, direction: int) -> None:
        if self._controller.is_opening or self._seeks:
            return  # a key pressed twice must not skip the trace that is just opening
        if self._trace_pane.next_error(direction):
            return
        chosen = self._selection.root_span_id
        row = None if chosen is None else self._traces.find_row(chosen)
        first = row + direction if row is not None else 0 if direction > 0 else self._traces.rowCount() - 1
        if self._open_from(first, direction):
            return
        if self._traces.has_more:
            self._seek(direction)
        else:
            self._go_round(direction)

    def _open_from(self, row: int, direction: int) -> bool:
        """Open the first trace with an error from a row on, and tell whether there is one."""
        while 0 <= row < self._traces.rowCount():
            summary = self._traces.summary_at(row)
            if summary.error_count:
                self._open(summary.root_span_id, direction)
                return True
            row += direction
        return False

    def _open(self, root_span_id: str, direction: int) -> None:
        if root_span_id == self._selection.root_span_id:
            if not self._trace_pane.go_to_outer_error(direction):
                self.notice_given.emit("No further error")
            return
        self._selection.select_trace(root_span_id)
        if direction < 0:
            self._trace_pane.expect_last_error()

    def _go_round(self, direction: int) -> None:
        """Go on at the other end of the list."""
        ends = "last" if direction > 0 else "first"
        self.notice_given.emit(f"Past the {ends} error. Going on from the other end of the list")
        if not self._open_from(0 if direction > 0 else self._traces.rowCount() - 1, direction):
            self.notice_given.emit("No trace of the list has an error")

    # what is not loaded yet

    def _seek(self, direction: int) -> None:
        self._seeks = direction
        self._loaded = self._traces.rowCount()
        self.notice_given.emit("Looking for an error in older traces…")
        self._traces.fetch_page(_SOUGHT_PAGE_LENGTH)

    def _on_page_appended(self) -> None:
        if not self._seeks:
            return
        direction = self._seeks
        if direction > 0 and self._open_from(self._loaded, 1):
            self.stop()
            self.notice_given.emit("Found in an older trace")
        elif self._traces.has_more:
            self._seek(direction)
        else:
            self.stop()
            self._go_round(direction)
