from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from spanglass_viewer.widgets.pane_splitter import PaneSplitter, share_width

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from pytestqt.qtbot import QtBot

WANTED, LEAST = (288, 372), (170, 240)


@pytest.mark.parametrize(
    ("room", "shared"),
    [
        (1438, [288, 778, 372]),
        (1120, [288, 460, 372]),  # the middle is as narrow as it likes to be
        (1000, [231, 460, 309]),  # both gave the same share of what they could
        (718, [170, 308, 240]),
        (300, [170, 0, 240]),
    ],
)
def test_outer_panes_give_way_before_the_middle(room: int, shared: list[int]) -> None:
    assert share_width(room, WANTED, LEAST) == shared


def test_panes_get_their_widths_back(qtbot: QtBot) -> None:
    splitter = PaneSplitter()
    qtbot.addWidget(splitter)
    for least in (170, 100, 240):
        pane = QWidget()
        pane.setMinimumWidth(least)
        splitter.addWidget(pane)
    splitter.set_outer_widths(*WANTED)
    splitter.resize(1440, 100)
    splitter.show()
    splitter.moveSplitter(250, 1)
    splitter.resize(QSize(900, 100))
    assert splitter.sizes()[0] < 250
    splitter.resize(QSize(1440, 100))
    assert splitter.sizes() == [250, 816, 372]
    assert splitter.outer_widths == (250, 372)


class _Pane(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.widths: list[int] = []

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self.widths.append(event.size().width())


def test_a_pane_gets_its_new_width_once(qtbot: QtBot) -> None:
    splitter = PaneSplitter()
    qtbot.addWidget(splitter)
    panes = [_Pane() for _ in range(3)]
    for pane, least in zip(panes, (170, 100, 240), strict=True):
        pane.setMinimumWidth(least)
        splitter.addWidget(pane)
    splitter.set_outer_widths(*WANTED)
    splitter.resize(1440, 100)
    splitter.show()
    for pane in panes:
        pane.widths.clear()
    splitter.resize(1400, 100)
    assert [pane.widths for pane in panes] == [[], [738], []]
    splitter.resize(1002, 100)
    assert [pane.widths for pane in panes] == [[231], [738, 460], [309]]
