"""Columns of numbers in little memory: of one value throughout, as most of a trace's are, or in few bits."""

from __future__ import annotations

from typing import Any

import numpy as np


def fold_one_value(column: Any) -> Any:
    """Return the same values; where they are all one, as a read-only array of which only the first is stored."""
    if len(column) < 2:  # noqa: PLR2004 - there is nothing to save
        return column
    first = column[:1]
    is_one = np.isnan(column).all() if first.dtype.kind == "f" and np.isnan(first[0]) else (column == first).all()
    return np.broadcast_to(first.copy(), len(column)) if is_one else column


def keep_in_few_bits(column: Any) -> Any:
    """Return the same whole numbers, signed, in as few bits as they take; where they are all one, as that one value.

    Sums of them are to be made in more bits.
    """
    folded = fold_one_value(column)
    if folded is not column or not len(column):
        return folded
    largest = max(int(column.max()), -int(column.min()))
    return column.astype(np.min_scalar_type(-1 - largest), copy=False)
