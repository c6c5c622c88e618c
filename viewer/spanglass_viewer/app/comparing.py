"""Comparing two traces: asks the thread that compares, and shows its answers in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from spanglass_viewer.backend.requests import CompareAnswer, CompareRequest, DiffAnswer, DiffRequest

if TYPE_CHECKING:
    from PySide6.QtGui import QKeySequence

    from spanglass_store.faults import StoreFault
    from spanglass_viewer.backend.threads import Backend
    from spanglass_viewer.panes.compare_dialog import CompareDialog
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import SpanRef

_NO_PREVIOUS = (
    "There is no earlier run with the same name in this store"
    "\nOpen another trace, then this one again: “Compare with the trace opened before” takes any two"
)
_GONE = "One of the two traces is not in this store any more"


class TraceComparing(QObject):
    """Holds the dialog of the latest comparison; answers to older questions are dropped."""

    notice_given = Signal(str)  # a sentence for the status bar

    def __init__(self, backend: Backend, appearance: Appearance, window: QWidget) -> None:
        super().__init__(window)
        self._backend = backend
        self._appearance = appearance
        self._window = window
        self._dialog: CompareDialog | None = None
        self._number = 0
        self._diff_number = 0
        self._awaits_comparison = self._awaits_diff = False
        self._open_root: str | None = None
        self._opened_before: str | None = None
        backend.compare_worker.compared.connect(self._on_compared)
        backend.compare_worker.diffed.connect(self._on_diffed)
        backend.compare_worker.fault_raised.connect(self._on_fault)

    @property
    def dialog(self) -> CompareDialog | None:
        """The dialog that is open, or was opened last."""
        return self._dialog

    def compare(self, root_span_id: str, before_root: str | None = None) -> None:
        """Show a trace beside an earlier one, or beside the previous run of the same name."""
        if self._dialog is None:
            from spanglass_viewer.panes.compare_dialog import CompareDialog  # noqa: PLC0415 - after the first paint

            self._dialog = CompareDialog(self._appearance, self._window)
            self._dialog.pair_chosen.connect(self._on_pair_chosen)
        self._dialog.set_step_keys(self._keys_of("next_error"), self._keys_of("previous_error"))
        self._dialog.show_notice("Comparing…")
        self._dialog.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._dialog.show()
        self._number += 1
        self._awaits_comparison = True
        self._backend.compare_traces(CompareRequest(self._number, root_span_id, before_root))

    def _keys_of(self, name: str) -> list[QKeySequence]:
        return [key for action in self._window.actions() if action.objectName() == name for key in action.shortcuts()]

    def note_opened(self, root_span_id: str | None) -> None:
        """Remember which trace is open, and which one was before it."""
        if root_span_id is not None and root_span_id != self._open_root:
            self._opened_before, self._open_root = self._open_root, root_span_id

    def compare_with_opened(self) -> None:
        """Show the open trace beside the one that was opened before it: any two can be chosen by the keyboard."""
        if self._open_root is None or self._opened_before is None:
            self.notice_given.emit("No other trace was open before. Open one, then the other")
        else:
            self.compare(self._open_root, self._opened_before)

    def make_menu(self, root_span_id: str, open_root: str | None) -> QMenu:
        """Return what a trace of the list can be compared with; the menu ends itself when it closes."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Compare with previous run").triggered.connect(lambda: self.compare(root_span_id))
        with_open = menu.addAction("Compare with the open trace")
        with_open.setEnabled(open_root is not None and open_root != root_span_id)
        with_open.triggered.connect(lambda: self.compare(str(open_root), root_span_id))
        return menu

    def _on_compared(self, answer: CompareAnswer) -> None:
        if self._dialog is None or answer.request.number != self._number:
            return
        self._awaits_comparison = False
        if answer.comparison is None:
            self._dialog.show_notice(_NO_PREVIOUS if answer.request.before_root is None else _GONE)
        else:
            self._dialog.show_comparison(answer.comparison)

    def _on_pair_chosen(self, before: SpanRef | None, after: SpanRef | None) -> None:
        self._diff_number += 1
        self._awaits_diff = True
        self._backend.diff_spans(DiffRequest(self._diff_number, before, after))

    def _on_diffed(self, answer: DiffAnswer) -> None:
        if self._dialog is not None and answer.request.number == self._diff_number:
            self._awaits_diff = False
            self._dialog.show_diff(answer.sections)

    def _on_fault(self, fault: StoreFault) -> None:
        """Say what is in the way where the answer would be; the thread's other work may have met it as well."""
        if self._dialog is None:
            return
        if self._awaits_comparison:
            self._dialog.show_notice(str(fault))
        elif self._awaits_diff:
            self._dialog.show_diff_notice(str(fault))
        self._awaits_comparison = self._awaits_diff = False
