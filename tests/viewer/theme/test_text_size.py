from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import TEXT_PERCENTS, keep_height, keep_width, step_percent, text_px
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


def test_a_label_follows_there_and_back_through_sizes_at_which_roles_look_alike(
    appearance: Appearance, qtbot: QtBot
) -> None:
    label = PlainLabel("text", role=FontRole.SMALL)
    qtbot.addWidget(label)
    before = label.font().pixelSize()
    sizes = []
    for percent in (80, 100, 150, 200, 100):
        appearance.set_text_percent(percent)
        sizes.append(label.font().pixelSize())
    assert sizes == [10, 12, 18, 24, before]


def test_a_change_of_the_theme_leaves_the_size_as_it_is(appearance: Appearance, qtbot: QtBot) -> None:
    label = PlainLabel("text", role=FontRole.SMALL)
    qtbot.addWidget(label)
    appearance.set_text_percent(150)
    appearance.set_text_percent(200)
    appearance.set_mode(ThemeMode.LIGHT)
    assert label.font().pixelSize() == 24


def test_fixed_heights_and_widths_follow(appearance: Appearance, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    keep_height(widget, 46)
    keep_width(widget, 100)
    appearance.set_text_percent(150)
    assert (widget.height(), widget.width()) == (69, 150)


def test_a_size_out_of_range_is_taken_to_its_nearest(appearance: Appearance) -> None:
    appearance.set_text_percent(1000)
    assert appearance.text_percent == TEXT_PERCENTS[-1]
    appearance.set_text_percent(1)
    assert appearance.text_percent == TEXT_PERCENTS[0]


def test_a_size_that_is_in_force_already_tells_nothing(appearance: Appearance, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(appearance.text_resized):
        appearance.set_text_percent(100)
    with qtbot.waitSignals([appearance.changed, appearance.text_resized]):
        appearance.set_text_percent(110)


@pytest.mark.parametrize(("percent", "direction", "then"), [(100, 1, 110), (100, -1, 90), (105, 1, 110), (80, -1, 80)])
def test_steps_go_to_the_next_size_whatever_was_set_by_hand(percent: int, direction: int, then: int) -> None:
    assert step_percent(percent, direction) == then


@pytest.mark.parametrize("percent", TEXT_PERCENTS)
def test_rows_hold_their_text_at_each_size(appearance: Appearance, percent: int) -> None:
    appearance.set_text_percent(percent)
    assert QFontMetrics(font(FontRole.BODY)).height() <= text_px(28)
