from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from spanglass_viewer.models.records_table import VALUE_ROLE, RecordsTableModel
from spanglass_viewer.values.records import find_records

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester


def test_a_table_that_sorts_and_goes_back(qtmodeltester: ModelTester) -> None:
    records = find_records([{"name": "b", "n": 1}, {"name": "a", "n": {"x": 2}}, {"n": 3}])
    assert records is not None
    model = RecordsTableModel(records)
    qtmodeltester.check(model)
    model.sort(0, Qt.SortOrder.AscendingOrder)
    assert [model.data(model.index(row, 0)) for row in range(3)] == ["a", "b", ""]
    assert model.headerData(0, Qt.Orientation.Vertical) == "1"
    assert model.data(model.index(0, 1)) == '{"x": 2}'
    assert model.data(model.index(0, 1), VALUE_ROLE) == {"x": 2}
    assert model.row_of(2) == 2
    model.sort(-1)
    assert [model.place_of(row) for row in range(3)] == [0, 1, 2]


def test_columns_that_are_left_out_are_said() -> None:
    narrow, wide = (find_records([{f"c{number}": number for number in range(count)}]) for count in (60, 61))
    assert narrow is not None
    assert wide is not None
    whole, cut = RecordsTableModel(narrow), RecordsTableModel(wide)
    assert whole.headerData(59, Qt.Orientation.Horizontal) == "c59"
    assert cut.headerData(59, Qt.Orientation.Horizontal) == "c59 …"
    tip = cut.headerData(59, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert tip == "The first 60 columns. The JSON tree has all of them"
