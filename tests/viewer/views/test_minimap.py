from __future__ import annotations

from typing import TYPE_CHECKING

from made_traces import EPOCH_US, MadeSpan, make_skeleton
from PySide6.QtGui import QColor

from spanglass_viewer.models.time_axis import TimeAxis
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.views.minimap import Minimap

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

_LEFT_PX = 5


def _column(picture: QImage, x: int) -> list[str]:
    """Return the colours of a column, from the top, each once."""
    colors = [picture.pixelColor(x, y).name(QColor.NameFormat.HexRgb) for y in range(picture.height())]
    return list(dict.fromkeys(colors))


def test_a_trace_without_any_length_has_a_mark_for_each_depth(appearance: Appearance, qtbot: QtBot) -> None:
    """As its bars in the tree: at the left, of 3 pixels."""
    spans = [
        MadeSpan("root", end=0.0, type="task"),
        MadeSpan("a", ("root",), end=0.0, type="llm"),
        MadeSpan("b", ("a",), end=0.0, type="tool", error="ValueError: no"),
    ]
    axis = TimeAxis()
    axis.set_extent(EPOCH_US, EPOCH_US)
    minimap = Minimap(axis, appearance)
    qtbot.addWidget(minimap)
    minimap.resize(400, 44)
    minimap.set_snapshot(build_snapshot(make_skeleton(spans), 1, EPOCH_US + 60_000_000))
    picture, tokens = minimap.grab().toImage(), appearance.tokens
    marks = [tokens.type_hue("task"), tokens.type_hue("llm"), tokens.error]
    assert [color for color in _column(picture, _LEFT_PX + 1) if color in marks] == marks
    assert not {*_column(picture, _LEFT_PX + 4)} & {*marks}
