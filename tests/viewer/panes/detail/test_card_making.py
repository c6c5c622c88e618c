from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget
from span_details import make_detail

from spanglass_viewer.panes.detail import card_making
from spanglass_viewer.panes.detail.card_making import CardMaking
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.panes.detail.detail_pane import DetailPane


class _Card:
    """Notes that it was made."""

    def __init__(self, place: int, made: list[int]) -> None:
        self._place, self._made = place, made

    def y(self) -> int:
        return self._place

    def fill(self) -> None:
        self._made.append(self._place)


@pytest.fixture
def making(qtbot: QtBot) -> Iterator[CardMaking]:
    """A making of its own."""
    ground = QWidget()
    qtbot.addWidget(ground)
    yield CardMaking(ground)
    assert ground.updatesEnabled()


def test_cards_are_made_from_top_to_bottom_each_once(making: CardMaking, qtbot: QtBot) -> None:
    made: list[int] = []
    first, second, third = (_Card(place, made) for place in (10, 20, 30))
    for card in (third, first, second, first):
        making.add(card)
    making.drop(second)
    assert made == []
    assert not making.is_idle
    qtbot.waitUntil(lambda: making.is_idle)
    assert made == [10, 30]


def test_a_turn_ends_when_its_time_is_over(making: CardMaking, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_making.time, "thread_time", itertools.count().__next__)
    made: list[int] = []
    seen: list[int] = []
    making._slices.timeout.connect(lambda: seen.append(len(made)))
    for place in range(3):
        making.add(_Card(place, made))
    qtbot.waitUntil(lambda: making.is_idle)
    assert seen[:3] == [1, 2, 3]


def test_the_picture_is_held_until_all_are_made_or_for_a_moment(making: CardMaking, qtbot: QtBot) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    making.hold(ground)
    assert not ground.updatesEnabled()
    making.add(_Card(1, []))
    qtbot.waitUntil(lambda: making.is_idle)
    assert ground.updatesEnabled()
    making.hold(ground)
    making._slices.setInterval(60_000)  # a card that takes long
    making.add(_Card(1, []))
    qtbot.waitUntil(ground.updatesEnabled)
    assert not making.is_idle


def test_a_span_that_is_left_before_it_was_made_leaves_nothing(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(input="first", output="first"))
    pane.show_span(make_detail(id="row-2", input="second"))
    qtbot.waitUntil(lambda: pane.is_idle)
    assert [view.toPlainText() for view in pane.findChildren(TextView) if view.isVisible()] == ["second"]
