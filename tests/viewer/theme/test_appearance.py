from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from spanglass_viewer.theme import desktop_scheme
from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.tokens import DARK, LIGHT
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


class _Desktop(QObject):
    """Stands in for what asks the desktop."""

    changed = Signal()
    asked: ClassVar[list[_Desktop]] = []

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.scheme = Qt.ColorScheme.Unknown
        self.asked.append(self)

    def tell(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme
        self.changed.emit()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[_Desktop]:
    """Who asks the desktop; the platform is one that has a portal."""
    monkeypatch.setattr(desktop_scheme, "DesktopScheme", _Desktop)
    monkeypatch.setattr(_Desktop, "asked", [])
    monkeypatch.setattr("spanglass_viewer.theme.appearance.QGuiApplication.platformName", lambda: "wayland")
    return _Desktop.asked


def test_a_desktop_that_qt_does_not_follow_is_asked_and_followed(appearance: Appearance, asked: list[_Desktop]) -> None:
    appearance.set_mode(ThemeMode.SYSTEM)
    assert (appearance.tokens, asked) == (DARK, []), "not before the window stands"
    appearance.may_ask_desktop()
    (desktop,) = asked
    for scheme, tokens in ((Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Unknown, DARK)):
        desktop.tell(scheme)
        assert appearance.tokens is tokens
    appearance.set_mode(ThemeMode.DARK)
    desktop.tell(Qt.ColorScheme.Light)
    assert appearance.tokens is DARK, "a theme was chosen"
    appearance.set_mode(ThemeMode.SYSTEM)
    assert appearance.tokens is LIGHT
    assert len(asked) == 1


def test_a_chosen_theme_asks_nobody(appearance: Appearance, asked: list[_Desktop]) -> None:
    appearance.may_ask_desktop()
    assert asked == []
    appearance.set_mode(ThemeMode.SYSTEM)
    assert len(asked) == 1


@pytest.mark.parametrize(("desktop", "is_asked"), [("GNOME", False), ("KDE", True), ("ubuntu:KDE", True)])
def test_where_qt_knows_only_kde_is_asked(
    appearance: Appearance, asked: list[_Desktop], monkeypatch: pytest.MonkeyPatch, desktop: str, *, is_asked: bool
) -> None:
    """There Qt knows what held at the start."""
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", desktop)
    monkeypatch.setattr(type(appearance.app.styleHints()), "colorScheme", lambda _: Qt.ColorScheme.Light)
    appearance.set_mode(ThemeMode.SYSTEM)
    appearance.may_ask_desktop()
    assert bool(asked) is is_asked


def test_without_a_screen_nobody_is_asked(appearance: Appearance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desktop_scheme, "DesktopScheme", None)
    appearance.set_mode(ThemeMode.SYSTEM)
    appearance.may_ask_desktop()
