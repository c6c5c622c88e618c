"""Columns of one value throughout, as most of a trace's are: kept as a view of that value, they take no memory."""

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
