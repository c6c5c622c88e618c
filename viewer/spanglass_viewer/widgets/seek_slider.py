"""A slider for a place in time: a press anywhere goes there at once, and drags on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractSlider, QSlider, QStyle, QStyleOptionSlider

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

_STEPS = 10_000


class SeekSlider(QSlider):
    """Emits `sought` with a part of the whole, 0 to 1, for each place that the user goes to, by mouse or by key."""

    sought = Signal(float)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, _STEPS)
        self.setSingleStep(_STEPS // 100)
        self.setPageStep(_STEPS // 10)
        self.sliderMoved.connect(self._on_moved)
        self.actionTriggered.connect(self._on_action)

    def show_fraction(self, fraction: float) -> None:
        """Stand at a part of the whole, unless the user holds the handle."""
        if not self.isSliderDown():
            self.setValue(round(fraction * _STEPS))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the handle under the mouse, which then holds it; Qt alone would go one page on."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)  # or the value would be set without a word
            self.setSliderPosition(self._value_at(round(event.position().x())))
        super().mousePressEvent(event)

    def _value_at(self, x: int) -> int:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl
        groove = self.style().subControlRect(control, option, part.SC_SliderGroove, self)
        handle = self.style().subControlRect(control, option, part.SC_SliderHandle, self)
        span_px = groove.width() - handle.width()
        return QStyle.sliderValueFromPosition(0, _STEPS, x - groove.x() - handle.width() // 2, span_px)

    def _on_moved(self, value: int) -> None:
        self.sought.emit(value / _STEPS)

    def _on_action(self, action: int) -> None:
        if action != QAbstractSlider.SliderAction.SliderMove.value:
            self.sought.emit(self.sliderPosition() / _STEPS)
