"""Brings a card into sight and marks it, and keeps it there while what stands above it is still being made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from spanglass_viewer.widgets.arrival_mark import ArrivalMark

if TYPE_CHECKING:
    from PySide6.QtWidgets import QScrollArea, QWidget

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.widgets.card import Card

_ABOVE_PX = 16
_KEPT_MS = 2_000
_LAYOUT_EVENTS = (QEvent.Type.LayoutRequest, QEvent.Type.Resize)


class CardArrival(QObject):
    """Scrolls to a card each time that the layout changes, until the user scrolls himself or it has had its time.

    A chat above it finds its height only when it is painted, so the place of the first moment is not the last one.
    """

    def __init__(self, area: QScrollArea, content: QWidget, appearance: Appearance) -> None:
        super().__init__(area)
        self._bar = area.verticalScrollBar()
        self._appearance = appearance
        self._card: Card | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)  # when the layout has seen what was just shown
        self._soon.timeout.connect(self._scroll)
        self._over = QTimer(self, singleShot=True, interval=_KEPT_MS)
        self._over.timeout.connect(self.leave)
        self._bar.actionTriggered.connect(self.leave)  # which `setValue` does not trigger
        content.installEventFilter(self)

    @property
    def is_bringing(self) -> bool:
        """Tell whether a card is being held in sight."""
        return self._card is not None

    def bring(self, card: Card) -> None:
        """Bring a card into sight and mark it for a moment."""
        self._card = card
        self._soon.start()
        self._over.start()
        ArrivalMark(None, self._appearance, card)

    def leave(self) -> None:
        """Let the pane scroll wherever it does from here on."""
        self._card = None
        self._over.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Scroll again where the layout changes."""
        if event.type() in _LAYOUT_EVENTS and self._card is not None:
            self._soon.start()
        return super().eventFilter(watched, event)

    def _scroll(self) -> None:
        if self._card is not None:
            self._bar.setValue(self._card.y() - _ABOVE_PX)
