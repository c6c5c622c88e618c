from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QMenu

from spanglass_viewer.panes.top_bar import TopBar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


def test_a_pause_moves_nothing(qtbot: QtBot, appearance: Appearance) -> None:
    search = QLineEdit()
    bar = TopBar(QMenu(), search, appearance)
    qtbot.addWidget(bar)
    bar.resize(1000, 46)
    bar.show()
    qtbot.waitExposed(bar)
    places: list[tuple[int, int]] = []
    for words in ("Live", "Paused", "Live"):
        assert bar._live.text() == words
        places.append((search.x(), bar._live.x()))
        with qtbot.waitSignal(bar.paused_changed):
            bar._live.click()
        bar.layout().activate()
    assert len(set(places)) == 1
