from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from spanglass_viewer.widgets.seek_slider import SeekSlider

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def slider(qtbot: QtBot) -> SeekSlider:
    slider = SeekSlider()
    qtbot.addWidget(slider)
    slider.resize(500, 20)
    slider.show()
    return slider


@pytest.fixture
def sought(slider: SeekSlider) -> list[float]:
    places: list[float] = []
    slider.sought.connect(places.append)
    return places


def test_a_press_goes_there_at_once_and_drags_on(slider: SeekSlider, sought: list[float]) -> None:
    QTest.mousePress(slider, LEFT, pos=QPoint(375, 10))
    assert sought == [pytest.approx(0.75, abs=0.01)]
    assert slider.isSliderDown()
    slider.show_fraction(0.1)  # time goes on meanwhile
    QTest.mouseMove(slider, QPoint(125, 10))
    assert sought[-1] == pytest.approx(0.25, abs=0.01)
    QTest.mouseRelease(slider, LEFT, pos=QPoint(125, 10))
    assert slider.value() == pytest.approx(2_500, abs=100)
    slider.show_fraction(0.1)
    assert slider.value() == 1_000


@pytest.mark.parametrize(("x", "place"), [(0, 0.0), (499, 1.0)])
def test_both_ends_are_reached(slider: SeekSlider, sought: list[float], x: int, place: float) -> None:
    slider.show_fraction(0.5)
    QTest.mouseClick(slider, LEFT, pos=QPoint(x, 10))
    assert sought[-1] == place


def test_keys_go_by_hundredths_and_tenths(slider: SeekSlider, sought: list[float]) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_Left, Qt.Key.Key_End):
        QTest.keyClick(slider, key)
    assert sought == pytest.approx([0.01, 0.11, 0.1, 1.0])
