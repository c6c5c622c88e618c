"""A card that a link leads to is brought into sight, and stays there while what is above it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QAbstractSlider, QScrollArea, QVBoxLayout, QWidget

from spanglass_viewer.panes.detail.card_arrival import CardArrival
from spanglass_viewer.widgets.arrival_mark import ArrivalMark
from spanglass_viewer.widgets.card import Card

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


class Column:
    """A chat that finds its height late, a card below it, and room below that."""

    def __init__(self, qtbot: QtBot, appearance: Appearance) -> None:
        self.area = QScrollArea()
        qtbot.addWidget(self.area)
        content = QWidget()
        column = QVBoxLayout(content)
        self.above = QWidget()
        self.above.setFixedHeight(50)
        self.card = Card("Metadata", appearance)
        below = QWidget()
        below.setFixedHeight(2000)
        for widget in (self.above, self.card, below):
            column.addWidget(widget)
        self.area.setWidgetResizable(True)
        self.area.setWidget(content)
        self.area.resize(300, 400)
        self.arrival = CardArrival(self.area, content, appearance)
        self.area.show()

    @property
    def top(self) -> int:
        """Where the card is in what is seen."""
        return self.card.y() - self.area.verticalScrollBar().value()


@pytest.fixture
def column(qtbot: QtBot, appearance: Appearance) -> Column:
    return Column(qtbot, appearance)


def test_it_is_marked_and_stays_in_sight_while_what_is_above_grows(column: Column, qtbot: QtBot) -> None:
    column.arrival.bring(column.card)
    assert column.card.findChild(ArrivalMark) is not None
    qtbot.waitUntil(lambda: column.top == 16)
    column.above.setFixedHeight(1500)
    qtbot.waitUntil(lambda: column.card.y() > 1500 and column.top == 16)


def test_who_scrolls_himself_is_left_alone(column: Column, qtbot: QtBot) -> None:
    column.arrival.bring(column.card)
    qtbot.waitUntil(lambda: column.top == 16)
    column.area.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
    scrolled = column.area.verticalScrollBar().value()
    column.above.setFixedHeight(1500)
    qtbot.waitUntil(lambda: column.card.y() > 1500)
    qtbot.waitUntil(lambda: not column.arrival._soon.isActive())
    assert column.area.verticalScrollBar().value() == scrolled
