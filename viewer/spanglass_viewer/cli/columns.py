"""Rows of text laid out in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.terminal import display_width, pad, pad_left

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_GAP = "  "


def lay_out_columns(rows: Sequence[Sequence[str]], right_aligned: Collection[int] = ()) -> list[str]:
    """Return each row as one line, its cells as wide as the widest of their column.

    `right_aligned` has the numbers of the columns that hold numbers. All rows have the same length.
    """
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    return [_GAP.join(_fill(cell, widths[at], at in right_aligned) for at, cell in enumerate(row)) for row in rows]


def _fill(cell: str, width: int, is_right: bool) -> str:
    return pad_left(cell, width) if is_right else pad(cell, width)
