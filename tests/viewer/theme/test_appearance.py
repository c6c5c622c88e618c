from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from spanglass_viewer.theme.appearance import ThemeMode

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

_LABELS, _DEPTH = 40, 6
_MOST_EVENTS = 3  # a widget; in the place of another sheet it would be one for each that it lies in


class _Counter(QObject):
    """Counts the changes of style that widgets hear of."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(watched, QWidget) and event.type() in {QEvent.Type.StyleChange, QEvent.Type.FontChange}:
            self.count += 1
        return False


def _nested(widget: QWidget, depth: int) -> QWidget:
    column = QVBoxLayout(widget)
    inner = QWidget()
    column.addWidget(inner)
    return inner if depth == 1 else _nested(inner, depth - 1)


def test_widgets_hear_of_another_theme_a_few_times_however_deep_they_lie(qtbot: QtBot, appearance: Appearance) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(_nested(window, _DEPTH))
    labels = [QLabel(str(number)) for number in range(_LABELS)]
    counter = _Counter()
    for label in labels:
        column.addWidget(label)
        label.installEventFilter(counter)
    window.show()
    counter.count = 0
    appearance.set_mode(ThemeMode.LIGHT)
    assert 0 < counter.count <= _MOST_EVENTS * _LABELS
