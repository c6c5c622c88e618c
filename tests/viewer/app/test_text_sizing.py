"""A window that turned to another theme or size of text is the window that began with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QImage

from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.views import trace_list_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow
    from spanglass_viewer.theme.appearance import Appearance

_TRACES = 40
_LOOKS_AT_REST = 3
_TIMEOUT_MS = 20_000


@pytest.fixture(autouse=True)
def _standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_list_view, "format_relative", lambda *_: "now")


@pytest.fixture
def open_it(
    open_window: Callable[[], MainWindow], store_path: Path, appearance: Appearance, qtbot: QtBot
) -> Callable[[], MainWindow]:
    """Opens the window at a span with several cards."""
    journal = JournalWriter(store_path)
    for number in range(_TRACES):
        journal.span(1, trace=number + 2, at=float(number), name=f"agent.run {number}")
    journal.start(1, name="agent.run", type="task", input={"question": "Where is my refund?"}, tags=["north"])
    metrics = {"prompt_tokens": 4000, "completion_tokens": 310, "tokens": 4310, "estimated_cost": 0.0081}
    journal.span(2, parents=(1,), at=0.1, name="refund", error="ValueError: no address", output=0, metrics=metrics)
    journal.end(1, after=4.0)

    def open_and_wait() -> MainWindow:
        window = open_window()
        _picture(window, appearance, qtbot)
        return window

    return open_and_wait


def _picture(window: MainWindow, appearance: Appearance, qtbot: QtBot) -> QImage:
    """Return what is on the screen at rest, without the line at the bottom that says how long a query took."""
    images = [QImage()] * _LOOKS_AT_REST

    def is_at_rest() -> bool:
        last = QTimer(singleShot=True, interval=0)
        with qtbot.waitSignal(last.timeout):
            last.start()
        shown = window.screen().grabWindow(window.winId()).toImage()
        images.append(shown.copy(0, 0, shown.width(), window.status.geometry().top()))
        is_done = window.controller.is_settled and window.detail_pane.is_idle and appearance.is_settled
        return is_done and all(image == images[-1] for image in images[-_LOOKS_AT_REST:])

    window.trace_list.view.setFocus()
    qtbot.waitUntil(is_at_rest, timeout=_TIMEOUT_MS)
    return images[-1]


def _trigger(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, name)
    assert isinstance(action, QAction)
    action.trigger()


def test_another_theme_leaves_nothing_of_the_one_before(
    open_it: Callable[[], MainWindow], appearance: Appearance, qtbot: QtBot
) -> None:
    window = open_it()
    dark = _picture(window, appearance, qtbot)
    for _ in range(2):  # system, which is dark here, then light
        _trigger(window, "turn_theme")
    assert appearance.mode is ThemeMode.LIGHT
    light = _picture(window, appearance, qtbot)
    assert light != dark
    _trigger(window, "turn_theme")
    assert _picture(window, appearance, qtbot) == dark
    appearance.set_mode(ThemeMode.LIGHT)
    assert _picture(open_it(), appearance, qtbot) == light


@pytest.mark.parametrize("steps", [1, 4])
def test_larger_text_is_as_if_it_had_been_so_from_the_start(
    open_it: Callable[[], MainWindow], appearance: Appearance, qtbot: QtBot, steps: int
) -> None:
    window = open_it()
    before = _picture(window, appearance, qtbot)
    for _ in range(steps):
        _trigger(window, "enlarge_text")
    larger = _picture(window, appearance, qtbot)
    _trigger(window, "reset_text")
    again = _picture(window, appearance, qtbot)
    for _ in range(steps):
        _trigger(window, "enlarge_text")
    other = open_it()
    begun = _picture(other, appearance, qtbot)
    _trigger(other, "reset_text")
    _picture(other, appearance, qtbot)
    assert larger != before
    assert again == before
    assert larger == begun
