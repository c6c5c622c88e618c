from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from spanglass_assets.paths import get_icon_path
from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.style_sheet import style_sheet
from spanglass_viewer.theme.text_size import TEXT_PERCENTS, keep_height, keep_width, step_percent, text_px
from spanglass_viewer.theme.tokens import DARK, LIGHT
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.theme.tokens import Tokens


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


def test_the_style_sheet_has_no_radius_over_half_the_height(appearance: Appearance) -> None:
    """Qt draws such a frame with square corners."""
    for percent in TEXT_PERCENTS:
        appearance.set_text_percent(percent)
        chip = next(line for line in style_sheet(DARK).splitlines() if 'kind="chip"] {' in line)
        height, radius = (int(chip.partition(f"{name}: ")[2].partition("px")[0]) for name in ("max-height", "radius"))
        assert 2 * radius <= height + 6


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_the_style_sheet_s_own_icons_have_their_theme_s_colors(tokens: Tokens) -> None:
    theme = "dark" if tokens.is_dark else "light"
    sheet = style_sheet(tokens)
    for name, color in (("chevron-down", tokens.text_muted), ("check", tokens.accent_text)):
        path = get_icon_path(f"themed/{name}-{theme}")
        assert f'url("{path.as_posix()}")' in sheet
        assert f'stroke="{color}"' in path.read_text()
