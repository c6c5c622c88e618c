"""Rows of text laid out in columns, and fitted into a terminal that is too narrow for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.cli.terminal import clip, display_width, pad, pad_left

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

GAP = "  "
_LEAST_WIDTH = 6  # of a column that is cut


def lay_out_columns(
    rows: Sequence[Sequence[str]],
    right_aligned: Collection[int] = (),
    width: int | None = None,
    uncut: Collection[int] = (),
) -> list[str]:
    """Return each row as one line, its cells as wide as the widest of their column.

    `right_aligned` has the numbers of the columns that hold numbers. Where the lines are longer than `width`, the
    widest of the others are cut, to six characters at least, but for those that are `uncut`. All rows have the same
    length.
    """
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    if width is not None:
        _narrow(widths, {*right_aligned, *uncut}, width - len(GAP) * (len(widths) - 1))
    return [GAP.join(_fill(cell, widths[at], at in right_aligned) for at, cell in enumerate(row)) for row in rows]


def _narrow(widths: list[int], uncut: Collection[int], room: int) -> None:
    """Take from the widest column, until all fit or all are as narrow as they may be."""
    cut = [at for at in range(len(widths)) if at not in uncut]
    while sum(widths) > room and cut:
        widest = max(cut, key=lambda at: widths[at])
        if widths[widest] <= _LEAST_WIDTH:
            return
        widths[widest] -= 1


def _fill(cell: str, width: int, is_right: bool) -> str:
    return pad_left(cell, width) if is_right else pad(clip(cell, width), width)
