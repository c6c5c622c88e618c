"""What of a tree is in sight, to have it there again when its rows have moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanglass_viewer.models.span_row import SpanRow


@dataclass(frozen=True, slots=True)
class RowsInSight:
    """The rows in sight, from number `first` on; `current` is where the selected one is among them.

    `has_edges`: the selected one has several parents, and edges to them lead across the rows.
    """

    first: int
    top_px: int
    current: int | None
    has_edges: bool
    rows: list[SpanRow]


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """What the view shows before its rows move."""

    top_key: int | None
    top_offset_px: int
    current_key: int | None
    is_at_bottom: bool
    sight: RowsInSight
