from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.tokens import LIGHT
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

_LABELS, _DEPTH = 400, 6
_MOST_EVENTS = 4  # a widget; where another sheet takes the place of one it would be one for each that it lies in


class _Watch(QObject):
    """Counts the changes that widgets hear of."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.paints: list[bool] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(watched, QWidget) and event.type() in {
            QEvent.Type.StyleChange, QEvent.Type.FontChange, QEvent.Type.PaletteChange,
        }:  # fmt: skip
            self.count += 1
        return False


def _nested(widget: QWidget, depth: int) -> QWidget:
    column = QVBoxLayout(widget)
    inner = QWidget()
    column.addWidget(inner)
    return inner if depth == 1 else _nested(inner, depth - 1)


def _picture(window: QWidget) -> QImage:
    """Return what is on the screen, which is not what a window would paint now."""
    return window.screen().grabWindow(window.winId()).toImage()


def test_widgets_hear_of_another_theme_a_few_times_however_deep_they_lie(qtbot: QtBot, appearance: Appearance) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(_nested(window, _DEPTH))
    labels = [QLabel(str(number)) for number in range(_LABELS)]
    watch = _Watch()
    for label in labels:
        column.addWidget(label)
        label.installEventFilter(watch)
    window.show()
    watch.count = 0
    appearance.set_mode(ThemeMode.LIGHT)
    qtbot.waitUntil(lambda: appearance.is_settled)
    assert 0 < watch.count <= _MOST_EVENTS * _LABELS


def test_a_window_shows_the_old_theme_until_all_of_it_wears_the_new_one(qtbot: QtBot, appearance: Appearance) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for number in range(_LABELS):
        column.addWidget(PlainLabel(str(number), role=FontRole.TINY, tone="muted"))
    window.resize(200, 200)
    window.show()
    qtbot.waitExposed(window)
    window.repaint()
    before = _picture(window)
    appearance.set_mode(ThemeMode.LIGHT)
    pictures: list[QImage] = []

    def is_settled() -> bool:
        window.update()
        pictures.append(_picture(window))
        return appearance.is_settled

    qtbot.waitUntil(is_settled)
    window.repaint()
    after = _picture(window)
    assert after != before
    assert len(pictures) > 1, "it took no turns"
    assert all(picture in (before, after) for picture in pictures)


def test_what_is_made_or_opened_meanwhile_wears_the_new_theme(qtbot: QtBot, appearance: Appearance) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.addWidget(QLabel("text"))
    window.show()
    appearance.set_mode(ThemeMode.LIGHT)
    button = QPushButton("made meanwhile")
    column.addWidget(button)
    opened = QWidget()
    qtbot.addWidget(opened)
    hint = PlainLabel("opened meanwhile", tone="error", parent=opened)
    opened.show()
    qtbot.waitUntil(lambda: appearance.is_settled)
    assert button.palette().buttonText().color().name() == LIGHT.text
    assert hint.palette().windowText().color().name() == LIGHT.error


def test_what_goes_away_meanwhile_is_left_alone(qtbot: QtBot, appearance: Appearance) -> None:
    window, closed = QWidget(), QWidget()
    for widget in (window, closed):
        qtbot.addWidget(widget)
        column = QVBoxLayout(widget)
        for _ in range(_LABELS // 2):
            column.addWidget(QLabel("text"))
        widget.show()
    appearance.set_mode(ThemeMode.LIGHT)
    closed.deleteLater()
    qtbot.waitUntil(lambda: appearance.is_settled)
    assert window.updatesEnabled()


def test_the_last_choice_counts_where_they_follow_each_other(qtbot: QtBot, appearance: Appearance) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    label = PlainLabel("text", parent=window)
    window.show()
    appearance.set_mode(ThemeMode.LIGHT)
    appearance.set_text_percent(150)
    appearance.set_mode(ThemeMode.DARK)
    appearance.set_text_percent(100)
    appearance.set_mode(ThemeMode.LIGHT)
    qtbot.waitUntil(lambda: appearance.is_settled)
    assert label.palette().windowText().color().name() == LIGHT.text
    assert label.font().pixelSize() == 13
    assert window.updatesEnabled()
