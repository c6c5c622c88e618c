from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.values.records import MAX_COLUMNS, find_records

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue


def test_columns_are_what_any_row_has() -> None:
    found = find_records({"documents": [{"id": 1, "a": "x"}, {"id": 2, "b": None}]})
    assert found is not None
    assert found.columns == ("id", "a", "b")
    assert (found.cell(0, 1), found.cell(1, 1)) == ("x", None)
    assert (found.has_cell(1, 2), found.has_cell(0, 2)) == (True, False)


def test_rows_sort_by_what_their_values_are_and_missing_ones_come_last() -> None:
    values: list[JsonValue] = [10, "b", None, 2, "A", True, [1]]
    found = find_records([{"v": value} for value in values])
    assert found is not None
    assert [values[row] for row in found.sorted_rows(0, is_descending=False)] == [True, 2, 10, "A", "b", [1], None]
    assert [values[row] for row in found.sorted_rows(0, is_descending=True)] == [[1], "b", "A", 10, 2, True, None]


@pytest.mark.parametrize("value", [[], [1, 2], "x", {"a": [1]}, {"a": [{}], "b": 1}, [{}], [{"a": 1}, 2, 3]])
def test_what_is_no_table(value: JsonValue) -> None:
    assert find_records(value) is None


def test_odd_members_and_many_columns_do_no_harm() -> None:
    rows: list[JsonValue] = [{f"c{number}": 10**400 for number in range(100)}] * 20
    rows.append(None)
    found = find_records(rows)
    assert found is not None
    assert len(found.columns) == MAX_COLUMNS
    assert found.has_more_columns
    assert found.sorted_rows(0, is_descending=False)[-1] == 20
