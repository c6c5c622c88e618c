"""Where a text that is looked for stands in a JSON tree, and what it is folded into."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from spanglass_viewer.values.text_hits import iter_json_hits

if TYPE_CHECKING:
    from spanglass_viewer.models.json_tree import JsonPath
    from spanglass_viewer.values.decode import JsonValue
    from spanglass_viewer.values.text_hits import Keys

_MOST_SECS = 0.006  # of the UI thread; what megabytes hold further back is marked once it is unfolded
_MOST_HITS = 500


@dataclass(frozen=True, slots=True)
class TreeHits:
    """The text, its colour, the path of the first hit, and the paths of all hits and of everything above one."""

    needle: str = ""
    color: QColor = field(default_factory=QColor)
    first: JsonPath | None = None
    holders: frozenset[JsonPath] = frozenset()

    def holds(self, path: JsonPath) -> bool:
        """Tell whether a value is a hit or holds one."""
        return path in self.holders


def find_tree_hits(value: JsonValue, needle: str, color: QColor) -> TreeHits:
    """Look through names and values, in whatever case, for as long as the UI can wait."""
    holders: set[Keys] = set()
    first: Keys | None = None
    found, ends = 0, time.perf_counter() + _MOST_SECS
    for path in iter_json_hits(value, needle) if needle else ():
        if path is None:
            if time.perf_counter() > ends:
                break
            continue
        first = path if first is None else first
        holders.update(path[:length] for length in range(len(path) + 1))
        found += 1
        if found >= _MOST_HITS:
            break
    return TreeHits(needle, color, first, frozenset(holders))
