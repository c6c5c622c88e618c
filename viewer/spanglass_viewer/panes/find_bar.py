"""The bar that takes what is looked for, in a trace or in a span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.buttons import Chip, IconButton
from spanglass_viewer.widgets.entry_line import EntryLine
from spanglass_viewer.widgets.key_hints import hint_at
from spanglass_viewer.widgets.labels import PlainLabel, set_style_property

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from spanglass_viewer.theme.appearance import Appearance

_TYPING_PAUSE_MS = 200


class FindBar(QFrame):
    """Emits what is wanted; what is found is told back by `show_count`."""

    text_changed = Signal(str)  # after a pause in typing, without spaces around it
    step_wanted = Signal(int)  # 1: the next hit, -1: the one before
    only_hits_toggled = Signal(bool)
    closed = Signal()

    def __init__(
        self,
        appearance: Appearance,
        *,
        name: str = "Find in the trace",
        hint: str = "Find in names, inputs and outputs",
        has_rows: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._edit = EntryLine()
        self._count = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._only_hits = Chip("Only hits")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._sent = ""
        self._previous = IconButton("prev", "Previous hit", appearance)
        hint_at(self._previous, "previous_hit", "Previous hit")
        self._next = IconButton("next", "Next hit", appearance)
        hint_at(self._next, "next_hit", "Next hit")
        self._close = IconButton("close", "Close the find bar (Esc)", appearance)
        self._edit.setPlaceholderText(hint)
        self._edit.setAccessibleName(name)
        self._lay_out(has_rows=has_rows)
        self._connect()

    @property
    def text(self) -> str:
        """What is looked for."""
        return self._edit.text().strip()

    @property
    def is_only_hits(self) -> bool:
        """Whether rows without a hit are to be hidden."""
        return self._only_hits.isChecked()

    def list_tab_stops(self) -> list[QWidget]:
        """Return what the Tab key goes through, in this order."""
        return [self._edit, self._only_hits, self._previous, self._next, self._close]

    def take_focus(self) -> None:
        """Put the keyboard into the bar."""
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._edit.selectAll()

    def set_text(self, text: str) -> None:
        """Look for something at once."""
        self._edit.setText(text)
        self._send()

    def toggle_only_hits(self) -> None:
        """Have rows without a hit hidden, or shown again."""
        self._only_hits.toggle()

    def show_all_rows(self) -> None:
        """Take back that only hits are shown."""
        self._only_hits.setChecked(False)

    def show_count(self, text: str, *, is_vain: bool = False) -> None:
        """Say how many hits there are, and which one is selected."""
        self._count.setText(text)
        set_style_property(self._edit, "invalid", "true" if is_vain else None)

    def _lay_out(self, *, has_rows: bool) -> None:
        hint_at(self._only_hits, "toggle_only_hits", "Hide the spans without a hit, but for those above one")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 8)
        row.setSpacing(8)
        row.addWidget(self._edit, 1)
        for widget in (self._count, self._only_hits, self._previous, self._next, self._close):
            row.addWidget(widget)
        self._only_hits.setVisible(has_rows)

    def _connect(self) -> None:
        self._edit.textChanged.connect(self._on_text_changed)
        self._edit.installEventFilter(self)
        self._typing.timeout.connect(self._send)
        self._only_hits.toggled.connect(self.only_hits_toggled)
        self._previous.clicked.connect(self._on_previous)
        self._next.clicked.connect(self._on_next)
        self._close.clicked.connect(self.closed)

    def hideEvent(self, event: QHideEvent) -> None:
        """Look for nothing that was typed just before: it would select a hit of a bar that is closed."""
        super().hideEvent(event)
        self._typing.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the bar, whichever part of it has the keyboard."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on, Shift+Enter back."""
        if watched is not self._edit or not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if not self._send():
                self.step_wanted.emit(-1 if is_back else 1)
            return True
        return False

    def _on_text_changed(self) -> None:
        self._typing.start()

    def _send(self) -> bool:
        """Tell what is looked for, and whether it is something else than before."""
        self._typing.stop()
        is_new = self.text != self._sent
        if is_new:
            self._sent = self.text
            self.text_changed.emit(self.text)
        return is_new

    def _on_previous(self) -> None:
        self.step_wanted.emit(-1)

    def _on_next(self) -> None:
        self.step_wanted.emit(1)
