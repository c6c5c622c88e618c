"""What the window itself logs: rows appended to the store's journal, as any program does, and merged as any."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.segment import SegmentWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spanglass_viewer.values.decode import JsonValue

_WRITER = "spanglass-viewer"


class RowWriter:
    """Appends rows to the journal of one store, each time in a segment of its own: the window waits for no merge."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._faults: list[str] = []
        self._last_stamp = 0

    def write(self, rows: Sequence[dict[str, JsonValue]]) -> None:
        """Append rows, and give each its stamp. Raises StoreFault where they could not be written."""
        writer = SegmentWriter(self._store, sdk_version=_WRITER, on_fault=self._faults.append)
        self._faults.clear()
        writer.append(b"".join(encode_line({**row, "_stamp": self._next_stamp()}) for row in rows))
        writer.seal()
        if self._faults:
            raise StoreFault(self._faults[0])

    def _next_stamp(self) -> int:
        self._last_stamp = max(self._last_stamp + 1, time.time_ns())
        return self._last_stamp
