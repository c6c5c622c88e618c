"""Makes the bodies of cards a few milliseconds a turn, from top to bottom, so that a rich span stops nothing.

What was in sight stays there until the last one is made, or for a moment: cards that fill one by one would flicker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer

from spanglass_viewer.turns.picture_hold import hold_picture, let_picture_go
from spanglass_viewer.turns.slices import Slices

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_MOST_HELD_MS = 100  # a click has its answer by then, if only an empty card


class Fillable(Protocol):
    """What `CardMaking` fills."""

    def fill(self) -> None:
        """Make what the card is to show."""
        ...

    def y(self) -> int:
        """Return the card's place."""
        ...


class CardMaking(QObject):
    """Knows which cards are still to be made."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._cards: list[Fillable] = []
        self._fresh: list[Fillable] = []  # made in the last turn: Qt shows new widgets in the next one
        self._held: QWidget | None = None
        # Its turn comes when the layout has seen what was made before.
        self._slices = Slices(self)
        self._slices.due.connect(self._on_slice_due)
        self._holding = QTimer(self, singleShot=True)
        self._holding.timeout.connect(self._let_go)

    @property
    def is_idle(self) -> bool:
        """Tell whether every card is made."""
        return not self._slices.is_active

    @property
    def is_holding(self) -> bool:
        """Tell whether what was in sight before still is."""
        return self._held is not None

    def awaits(self, card: Fillable) -> bool:
        """Tell whether a card is still to be made, or was made but not shown yet."""
        return card in self._cards or card in self._fresh

    def hold(self, widget: QWidget, most_ms: int = _MOST_HELD_MS) -> None:
        """Keep the picture of a widget until the cards are made; call this before anything in it changes.

        Who asks for a part of what is held already has it.
        """
        held = self._held
        if held is None or not (held is widget or held.isAncestorOf(widget)):
            _release(held)
            self._held = widget
            hold_picture(widget)
        self._holding.start(most_ms)
        self._slices.start()

    def add(self, card: Fillable) -> None:
        """Make a card soon; those above it come first."""
        if card not in self._cards:
            self._cards.append(card)
        self._slices.start()

    def drop(self, card: Fillable) -> None:
        """Do not make a card after all."""
        if card in self._cards:
            self._cards.remove(card)

    def _on_slice_due(self) -> None:
        self._fresh.clear()
        if not self._cards:
            self._slices.stop()
            self._let_go()
            return
        self._cards.sort(key=lambda card: card.y())
        while self._cards:
            card = self._cards.pop(0)
            card.fill()
            self._fresh.append(card)
            if not self._slices.has_time:
                break

    def _let_go(self) -> None:
        self._holding.stop()
        held, self._held = self._held, None
        _release(held)


def _release(held: QWidget | None) -> None:
    """Let a widget be painted again."""
    if held is not None:
        let_picture_go(held)
