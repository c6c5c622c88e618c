"""One write of many lines: copied where the settings want it, tried again, counted where it was in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass.payloads import save_payload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spanglass_store.faults import StoreFault
    from spanglass_store.journal.segment import SegmentWriter


class Publisher:
    """Hands lines to the journal. Any thread may call it, signal handlers too; nothing here raises."""

    def __init__(self, writer: SegmentWriter, all_payloads: Path | None, failed_payloads: Path | None) -> None:
        """Copy every write into the folder `all_payloads`, and those that fail into `failed_payloads`."""
        self.writer = writer
        self._all_payloads = all_payloads
        self._failed_payloads = failed_payloads
        if all_payloads is None and failed_payloads is None:
            self.publish_line = writer.append  # the hot path of the default sink

    def publish_line(self, line: bytes, /) -> None:
        """Write one line, at once."""
        self.publish([line])

    def publish(self, lines: Sequence[bytes]) -> OSError | StoreFault | None:
        """Write lines in one write; return why they are lost, if they are."""
        if self._all_payloads is not None:
            save_payload(self._all_payloads, lines)
        joined = b"".join(lines)
        # Beside a busy thread a write that gives the interpreter's lock away waits 5 ms to get it back: a queue that
        # fills faster would never be emptied.
        if self.writer.try_append_held(joined):
            return None
        fault = self.writer.try_append(joined)
        if fault is not None:
            self.writer.give_up(joined, fault)
            if self._failed_payloads is not None:
                save_payload(self._failed_payloads, lines)
        return fault
