from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter

from spanglass_viewer.models.span_table import Column, SpanTableModel
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.views.cell_painter import _PAD, FigurePainter, PlacedRow, RowState
from spanglass_viewer.views.row_style import RowStyle, elided

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_COLUMN = QRect(100, 0, 60, 28)


@pytest.mark.parametrize(("column", "whole"), [(Column.DURATION, "99 h 43 m"), (Column.COST, "$1000000T")])
def test_a_figure_that_is_too_long_loses_its_end_and_not_its_first_digits(
    appearance: Appearance, monkeypatch: pytest.MonkeyPatch, column: Column, whole: str
) -> None:
    model = SpanTableModel()
    span = MadeSpan("root", (), 0, 359_000.0, cost=1e18)
    model.set_snapshot(build_snapshot(make_skeleton([span]), 1, EPOCH_US))

    def paint() -> QImage:
        image = QImage(200, 28, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        figures = FigurePainter(RowStyle(appearance), RowState(), column)
        figures.paint(painter, _COLUMN, [PlacedRow(0, model.row_at(0), is_selected=False)])
        painter.end()
        return image

    painted = paint()
    shown = elided(whole, FontRole.SMALL, _COLUMN.width() - 2 * _PAD)
    assert shown.endswith("…")
    monkeypatch.setattr(FigurePainter, "_text_of", lambda *_: shown)
    assert painted == paint()
