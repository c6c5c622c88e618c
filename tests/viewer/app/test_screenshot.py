"""The picture that `spanglass open --screenshot` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journal_rows import JournalWriter

from spanglass_viewer.app.screenshot import Photographer
from spanglass_viewer.widgets.arrival_mark import ArrivalMark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from PySide6.QtGui import QPixmap
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.app.main_window import MainWindow


def test_it_is_taken_when_the_mark_of_a_link_has_gone(
    open_window: Callable[..., MainWindow],
    store_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    journal = JournalWriter(store_path)
    journal.span(1, name="run")
    window = open_window()
    qtbot.waitUntil(lambda: window.selection.span is not None, timeout=10_000)
    window.trace_pane.mark_span()
    assert window.findChildren(ArrivalMark)
    codes: list[int] = []
    marks: list[int] = []
    grab = window.grab

    def look() -> QPixmap:
        marks.append(len(window.findChildren(ArrivalMark)))
        return grab()

    monkeypatch.setattr(window, "grab", look)
    monkeypatch.setattr("spanglass_viewer.app.screenshot.QCoreApplication.exit", codes.append)
    Photographer(window, tmp_path / "picture.png").start()
    qtbot.waitUntil(lambda: codes == [0], timeout=20_000)
    assert (tmp_path / "picture.png").exists()
    assert marks == [0]
    journal.die()
