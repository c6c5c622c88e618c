"""What is read keeps its place while cards come above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QAbstractSlider, QScrollArea, QVBoxLayout, QWidget

from spanglass_viewer.panes.detail.reading_place import ReadingPlace

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Column:
    """Three cards, of which the first is hidden."""

    def __init__(self, qtbot: QtBot) -> None:
        self.area = QScrollArea()
        qtbot.addWidget(self.area)
        content = QWidget()
        column = QVBoxLayout(content)
        self.cards = [QWidget() for _ in range(3)]
        for card, height in zip(self.cards, (150, 300, 300), strict=True):
            card.setFixedHeight(height)
            column.addWidget(card)
        self.cards[0].hide()
        self.area.setWidgetResizable(True)
        self.area.setWidget(content)
        self.area.resize(300, 400)
        self.place = ReadingPlace(self.area, self.cards)
        self.bar = self.area.verticalScrollBar()
        self.area.show()
        qtbot.waitUntil(lambda: self.bar.maximum() > 200)

    def show_first(self, qtbot: QtBot) -> None:
        """Let the first card come, and the layout run to its end."""
        before = self.cards[1].y()
        self.cards[0].show()
        qtbot.waitUntil(lambda: self.cards[1].y() > before and not self.place._soon.isActive())


@pytest.fixture
def column(qtbot: QtBot) -> Column:
    return Column(qtbot)


@pytest.mark.parametrize("at_the_end", [False, True], ids=["in-the-middle", "at-the-end"])
def test_a_card_that_comes_above_moves_nothing_in_sight(column: Column, qtbot: QtBot, *, at_the_end: bool) -> None:
    column.bar.setValue(column.bar.maximum() if at_the_end else 50)
    seen_at = column.cards[1].y() - column.bar.value()
    column.place.hold()
    column.show_first(qtbot)
    assert column.cards[1].y() - column.bar.value() == seen_at


def test_at_the_top_what_comes_is_seen(column: Column, qtbot: QtBot) -> None:
    column.place.hold()
    column.show_first(qtbot)
    assert column.bar.value() == 0


def test_who_scrolls_himself_is_left_alone(column: Column, qtbot: QtBot) -> None:
    column.bar.setValue(50)
    column.place.hold()
    column.bar.triggerAction(QAbstractSlider.SliderAction.SliderSingleStepAdd)
    scrolled = column.bar.value()
    column.show_first(qtbot)
    assert column.bar.value() == scrolled
