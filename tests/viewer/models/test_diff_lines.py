from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.models.diff_lines import CONTINUES_ROLE, LINE_ROLE, DiffLinesModel
from spanglass_viewer.values.text_diff import DiffLine, LineKind

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester


@pytest.fixture
def lines() -> DiffLinesModel:
    model = DiffLinesModel()
    model.set_columns(10)
    changed = DiffLine(LineKind.ADDED, "0123456789abcdefghijXYZ", marks=((8, 12), (21, 22)))
    model.set_sections((("Input", [DiffLine(LineKind.SAME, ""), changed, DiffLine(LineKind.REMOVED, "短い文字列")]),))
    return model


def rows(model: DiffLinesModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_a_long_line_goes_on_below(lines: DiffLinesModel, qtmodeltester: ModelTester) -> None:
    assert rows(lines) == ["Input", "  ", "+ 0123456789", "+ abcdefghij", "+ XYZ", "- 短い文字列"]
    assert [lines.index(row, 0).data(CONTINUES_ROLE) for row in range(6)] == [False] * 3 + [True, True, False]
    assert [lines.index(row, 0).data(LINE_ROLE).marks for row in (2, 3, 4)] == [((8, 10),), ((0, 2),), ((1, 2),)]
    qtmodeltester.check(lines)


def test_lines_are_broken_anew_where_the_view_grows(lines: DiffLinesModel) -> None:
    lines.set_columns(40)
    assert rows(lines)[2:4] == ["+ 0123456789abcdefghijXYZ", "- 短い文字列"]
    lines.set_columns(6)
    assert rows(lines)[-2:] == ["- 短い文", "- 字列"]  # a wide character takes two columns
    lines.set_sections(())
    assert rows(lines) == []
