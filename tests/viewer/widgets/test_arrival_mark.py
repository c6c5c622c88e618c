from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget

from spanglass_viewer.widgets.arrival_mark import ArrivalMark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture(params=[True, False], ids=["reduced", "moving"])
def reduced(request: pytest.FixtureRequest, appearance: Appearance) -> Iterator[bool]:
    appearance.set_reduces_motion(request.param)
    yield request.param
    appearance.set_reduces_motion(False)


def test_a_mark_fades_unless_motion_is_reduced(qtbot: QtBot, appearance: Appearance, reduced: bool) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(100, 60)
    page.show()
    mark = ArrivalMark(None, appearance, page)
    mark._timer.stop()
    fresh = mark.grab().toImage()
    for _ in range(35):
        mark._on_step()
    assert (mark.grab().toImage() == fresh) is reduced
    for _ in range(5):
        mark._on_step()
    assert mark.isHidden()
