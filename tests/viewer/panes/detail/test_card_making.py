from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from span_details import make_detail

from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.detail.card_making import CardMaking
from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.detail.message_block import MessageBlock
from spanglass_viewer.panes.detail.message_column import MessageColumn
from spanglass_viewer.turns import slices
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.backend.images import ImageLoader
    from spanglass_viewer.theme.appearance import Appearance


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
    monkeypatch.setattr(slices.time, "thread_time", itertools.count().__next__)
    made: list[int] = []
    seen: list[int] = []
    making._slices.due.connect(lambda: seen.append(len(made)))
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
    making._slices._timer.setInterval(60_000)  # a card that takes long
    making.add(_Card(1, []))
    qtbot.waitUntil(ground.updatesEnabled)
    assert not making.is_idle


def test_a_part_of_what_is_held_is_held_with_it(making: CardMaking, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    part = QWidget(window)
    making.hold(window)
    making.hold(part)
    making.hold(window)
    qtbot.waitUntil(lambda: making.is_idle)
    assert window.updatesEnabled()
    assert part.updatesEnabled()
    making.hold(part)
    making.hold(window)
    qtbot.waitUntil(lambda: making.is_idle)
    assert window.updatesEnabled()
    assert part.updatesEnabled()


def test_the_pane_is_never_blank_while_the_size_of_text_changes(
    appearance: Appearance, images: ImageLoader, qtbot: QtBot
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    pane = DetailPane(Selection(), appearance, images, window)
    window.setCentralWidget(pane)
    window.resize(380, 700)
    window.show()
    qtbot.waitExposed(window)
    pane.show_span(make_detail(input="first", output="second", metadata={"third": 3}))
    qtbot.waitUntil(lambda: pane.is_idle and window.updatesEnabled())

    def shown() -> QImage:
        return window.screen().grabWindow(window.winId()).toImage()

    def is_blank() -> bool:
        picture = shown()
        return len({picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(picture.height())}) < 3

    qtbot.waitUntil(lambda: not is_blank())
    before = shown()
    appearance.set_text_percent(150)
    blanks: list[bool] = []

    def is_changed() -> bool:
        blanks.append(is_blank())
        return pane.is_idle and window.updatesEnabled() and shown() != before

    while not is_changed():
        QApplication.processEvents()
    assert not any(blanks)
    appearance.set_text_percent(100)
    pane.stop()


def test_a_chat_is_shown_in_another_size_when_its_messages_in_sight_are_made(
    appearance: Appearance, images: ImageLoader, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    pane = DetailPane(Selection(), appearance, images, window)
    window.setCentralWidget(pane)
    window.resize(380, 900)
    window.show()
    qtbot.waitExposed(window)
    chat = [{"role": ("user", "assistant")[number % 2], "content": f"turn {number} " * 20} for number in range(8)]
    pane.show_span(make_detail(type="llm", input=chat, output={"role": "assistant", "content": "done " * 20}))
    qtbot.waitUntil(lambda: pane.is_idle and window.updatesEnabled())
    before = pane.findChildren(MessageBlock)
    stand_ins: list[int] = []
    monkeypatch.setattr(MessageColumn, "_paint_message", lambda _column, _painter, number: stand_ins.append(number))
    appearance.set_text_percent(110)
    qtbot.waitUntil(lambda: appearance.is_settled and pane.is_idle and window.updatesEnabled())
    made = [block for block in pane.findChildren(MessageBlock) if block not in before and block.isVisible()]
    assert len(made) >= 4
    assert stand_ins == []
    appearance.set_text_percent(100)
    pane.stop()


def test_a_span_that_is_left_before_it_was_made_leaves_nothing(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(input="first", output="first"))
    pane.show_span(make_detail(id="row-2", input="second"))
    qtbot.waitUntil(lambda: pane.is_idle)
    assert [view.toPlainText() for view in pane.findChildren(TextView) if view.isVisible()] == ["second"]
