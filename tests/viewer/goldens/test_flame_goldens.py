from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, make_large_skeleton, make_support_skeleton

from spanglass_viewer.models.selection import Selection
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.views.flame_view import FlameView

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

    Check = Callable[[QWidget, str], None]

NOW_US = EPOCH_US + 20_000_000
TRACES = {"flame": make_support_skeleton(), "flame-crowded": make_large_skeleton(20_000)}


@pytest.fixture
def dressed(qapp: QApplication, _fonts: None, theme: str) -> Appearance:
    """The theme of the test."""
    return Appearance(qapp, ThemeMode(theme))


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", TRACES)
def test_flame_view(qtbot: QtBot, dressed: Appearance, theme: str, name: str, check_golden: Check) -> None:
    pane = TracePane(Selection(), dressed, clock_us=lambda: NOW_US)
    qtbot.addWidget(pane)
    pane.resize(780, 520)
    pane.show()
    pane.toggle_flame()
    pane.show_snapshot(build_snapshot(TRACES[name], 1, NOW_US), opened=True)
    qtbot.waitUntil(lambda: pane.findChild(FlameView).is_idle)
    check_golden(pane, f"{name}-{theme}")
    pane.stop()
