from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPushButton

from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.style_sheet import style_sheet

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


def test_it_says_no_color_itself() -> None:
    """One that named colors would have to be set anew with each theme, which takes long."""
    assert re.findall(r"#[0-9a-f]{6}|rgb", style_sheet()) == []
    assert "palette(" in style_sheet()


@pytest.mark.parametrize("percent", range(80, 201, 5))
@pytest.mark.parametrize("kind", ["chip", "pill"])
def test_no_radius_is_over_half_the_height(appearance: Appearance, qtbot: QtBot, percent: int, kind: str) -> None:
    """Qt draws such a frame with square corners."""
    appearance.set_text_percent(percent)
    button = QPushButton("text")
    button.setProperty("kind", kind)
    qtbot.addWidget(button)
    button.ensurePolished()
    rule = next(line for line in style_sheet().splitlines() if f'kind="{kind}"] {{' in line)
    radius = float(rule.partition("border-radius: ")[2].partition("em")[0])
    em = QFontMetrics(font(FontRole.BODY)).height()
    height = button.sizeHint().height()
    appearance.set_text_percent(100)
    assert 2 * round(radius * em) <= height
