from __future__ import annotations

import numpy as np
import pytest

from spanglass_store.database.one_value import fold_one_value, keep_in_few_bits

MILLION = 1_000_000


@pytest.mark.parametrize("value", [0, -1, 2.5, np.nan, True])
def test_a_column_of_one_value_takes_no_memory(value: float) -> None:
    column = np.full(MILLION, value)
    folded = fold_one_value(column)
    np.testing.assert_array_equal(folded, column)
    assert folded.dtype == column.dtype
    assert folded.strides == (0,)
    assert folded.base.nbytes <= 8, "the column itself is let go"


@pytest.mark.parametrize("column", [[1, 1, 2], [np.nan, 1.0], [1.0, np.nan], [], [3]])
def test_any_other_column_stays_as_it_is(column: list[float]) -> None:
    whole = np.array(column)
    assert fold_one_value(whole) is whole


@pytest.mark.parametrize(
    ("most", "kind"),
    [(127, "int8"), (128, "int16"), (-129, "int16"), (40_000, "int32"), (2**31 - 1, "int32"), (2**31, "int64")],
)
def test_whole_numbers_take_as_few_bits_as_the_largest_needs(most: int, kind: str) -> None:
    column = np.array([-1, 0, most], np.int64)
    kept = keep_in_few_bits(column)
    assert kept.tolist() == column.tolist()
    assert kept.dtype == kind


def test_numbers_that_are_all_one_or_none_are_no_reason_to_fail() -> None:
    assert keep_in_few_bits(np.full(MILLION, 7)).strides == (0,)
    assert keep_in_few_bits(np.zeros(0, np.int64)).tolist() == []
