from __future__ import annotations

import numpy as np
import pytest

from spanglass_store.database.one_value import fold_one_value

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
