"""Keeps what is read where it is while a live span gets cards above it: its error comes at the very top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QMoveEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QScrollArea, QWidget

_KEPT_MS = 2_000


class ReadingPlace(QObject):
    """Scrolls by as much as the topmost card in sight moves, until the user scrolls or the layout has had its time.

    At the very top nothing is held: an error that comes in is seen there.
    """

    def __init__(self, area: QScrollArea, cards: Sequence[QWidget]) -> None:
        super().__init__(area)
        self._bar = area.verticalScrollBar()
        self._cards = tuple(cards)
        self._held: QWidget | None = None
        self._owed = 0
        self._soon = QTimer(self, singleShot=True, interval=0)  # when the bar's range has grown as well
        self._soon.timeout.connect(self._scroll)
        self._over = QTimer(self, singleShot=True, interval=_KEPT_MS)
        self._over.timeout.connect(self.leave)
        self._bar.actionTriggered.connect(self.leave)  # which `setValue` does not trigger
        for card in self._cards:
            card.installEventFilter(self)

    def hold(self) -> None:
        """Hold the topmost card in sight where it is; call this before anything changes."""
        top = self._bar.value()
        in_sight = (card for card in self._cards if card.isVisible() and card.y() + card.height() > top)
        self._held = next(in_sight, None) if top > 0 else None
        self._over.start()

    def leave(self) -> None:
        """Let cards move as they do from here on."""
        self._held = None
        self._owed = 0
        self._over.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go along where the held card moves."""
        if watched is self._held and isinstance(event, QMoveEvent):
            self._owed += event.pos().y() - event.oldPos().y()
            self._scroll()
            self._soon.start()
        return False

    def _scroll(self) -> None:
        """Scroll as far as the bar goes by now; the rest remains owed."""
        before = self._bar.value()
        self._bar.setValue(before + self._owed)
        self._owed -= self._bar.value() - before
