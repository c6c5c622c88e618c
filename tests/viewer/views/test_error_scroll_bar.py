from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from spanglass_viewer.views.error_scroll_bar import ErrorScrollBar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


def test_ticks_are_where_the_errors_are(qtbot: QtBot, appearance: Appearance) -> None:
    bar = ErrorScrollBar(appearance)
    qtbot.addWidget(bar)
    bar.resize(10, 202)
    bar.setRange(0, 1000)
    bar.set_error_rows(np.array([0, 500], np.int32), 1000)
    image = bar.grab().toImage()
    red = QColor(appearance.tokens.error)
    marked = [y for y in range(202) if image.pixelColor(5, y) == red]
    assert marked == [0, 1, 100, 101]


def test_a_bar_without_errors_has_no_ticks(qtbot: QtBot, appearance: Appearance) -> None:
    bar = ErrorScrollBar(appearance)
    qtbot.addWidget(bar)
    bar.resize(10, 202)
    bar.setRange(0, 1000)
    bar.set_error_rows(np.zeros(0, np.int32), 0)
    image = bar.grab().toImage()
    assert not any(image.pixelColor(5, y) == QColor(appearance.tokens.error) for y in range(202))


def test_where_everything_is_in_sight_there_is_no_bar(qtbot: QtBot, appearance: Appearance) -> None:
    bar = ErrorScrollBar(appearance)
    qtbot.addWidget(bar)
    bar.resize(10, 202)
    bar.setRange(0, 0)
    bar.set_error_rows(np.array([1], np.int32), 2)
    image = bar.grab().toImage()
    assert len({image.pixelColor(5, y).rgb() for y in range(202)}) == 1
