"""Texts of some rows of a trace: a dictionary of them takes 80 bytes a text more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt


class RowTexts(Mapping[int, str]):
    """Texts by row; the rows rise."""

    def __init__(self, rows: npt.NDArray[np.int32], texts: npt.NDArray[np.object_]) -> None:
        """`rows` may be in any order, `texts` are in the same."""
        order = np.argsort(rows)
        self._rows, self._texts = rows[order], texts[order]

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        """Go through the rows that have a text."""
        return iter(self._rows.tolist())

    def __getitem__(self, row: int) -> str:
        """Return the text of a row. Raises KeyError where it has none."""
        at = int(np.searchsorted(self._rows, np.int32(row)))  # for a number of another kind numpy copies all rows
        if at == len(self._rows) or self._rows[at] != row:
            raise KeyError(row)
        return self._texts[at]
