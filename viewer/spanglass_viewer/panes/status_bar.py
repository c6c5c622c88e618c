"""The line at the foot of the window: where the data is, how much of it, and what is in the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.quantities import format_bytes, format_compact, format_many
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import keep_height
from spanglass_viewer.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from spanglass_store.database.records import StoreTotals
    from spanglass_store.faults import StoreFault

_NOTICE_MS = 4000


class StatusBar(QFrame):
    """Left: the store. Right: a fault while it lasts, else a short notice, work that lasts, or the last query."""

    def __init__(self, store: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "statusbar")
        keep_height(self, 26)
        self._path = _short_path(store)
        self._left = ElidedLabel(self._path, role=FontRole.TINY, tone="muted")
        self._right = ElidedLabel(role=FontRole.TINY, tone="muted", mode=Qt.TextElideMode.ElideRight)
        # As wide as its text, where that fits.
        self._right.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._query = ""
        self._work = ""
        self._fault: StoreFault | None = None
        self._notice_over = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._notice_over.timeout.connect(self._show_resting)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 10, 0)
        row.addWidget(self._left, 1)
        row.addWidget(self._right)

    def show_totals(self, totals: StoreTotals, query_secs: float) -> None:
        """Say what the store holds."""
        spans = "span" if totals.spans == 1 else "spans"
        self._left.setText(
            f"{self._path}  ·  {format_many(totals.traces, 'trace')}  ·  {format_compact(totals.spans)} {spans}"
            f"  ·  {format_bytes(totals.size_bytes)}"
        )
        self._query = f"query {format_duration(query_secs)}"
        if not self._notice_over.isActive():
            self._show_resting()

    def show_notice(self, text: str) -> None:
        """Say something for a few seconds, such as what was copied."""
        self._right.set_tone("muted")
        self._right.setText(text)
        self._notice_over.start()

    def show_work(self, text: str) -> None:
        """Say what is being done, until the next call; "" ends it."""
        self._work = text
        if not self._notice_over.isActive():
            self._show_resting()

    def show_fault(self, fault: StoreFault) -> None:
        """Say what is in the way until `clear_fault`."""
        self._fault = fault
        self._show_resting()

    def clear_fault(self) -> None:
        """Take the fault away."""
        self._fault = None
        self._show_resting()

    def _show_resting(self) -> None:
        if self._fault is not None:
            self._right.set_tone("warning")
            self._right.setText(self._fault.sentence)
        else:
            self._right.set_tone("muted")
            self._right.setText(f"{self._work}…" if self._work else self._query)


def _short_path(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
