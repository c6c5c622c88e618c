from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget

from spanglass_viewer.widgets.flow_layout import FlowLayout

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(("width", "rows"), [(400, 1), (220, 2), (110, 3), (40, 3)])
def test_items_go_on_below_where_the_row_is_full(qtbot: QtBot, width: int, rows: int) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    layout = FlowLayout(owner, spacing_px=10)
    items = [QWidget() for _ in range(3)]
    for item in items:
        item.setFixedSize(min(100, width), 20)
        layout.addWidget(item)
    assert layout.heightForWidth(width) == rows * 20 + (rows - 1) * 10
    owner.resize(width, 200)
    owner.show()
    assert len({item.y() for item in items}) == rows
    assert all(item.x() + item.width() <= width for item in items)
