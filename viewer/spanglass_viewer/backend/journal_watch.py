"""Tells whether the journal has news, without opening the database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from spanglass_store.journal.liveness import has_writer
from spanglass_store.journal.names import is_segment_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watchdog.observers.api import BaseObserver


class JournalWatch:
    """Compares the segments with those of the last look; asleep, it lets the file system call.

    Under load a poll is cheaper than file events, which cost a core and slow the writers; so events only wake.
    """

    def __init__(self, journal: Path, wake: Callable[[], None]) -> None:
        """`wake` is called from another thread, once for each sleep."""
        self._journal = journal
        self._wake = wake
        self._seen: dict[str, tuple[int, bool]] = {}
        self._observer: BaseObserver | None = None

    def look(self) -> None:
        """Remember the journal as it is; whoever merges afterwards knows all of it."""
        self._seen = {name: (size, self._has_writer(name)) for name, size in self._segments()}

    def has_news(self) -> bool:
        """Tell whether a segment has come, grown, or lost its writer since the last look, and look anew."""
        before = self._seen
        self.look()
        return any(before.get(name) != state for name, state in self._seen.items())

    def fall_asleep(self) -> None:
        """Have the file system call when the journal changes."""
        if self._observer is not None or not self._journal.is_dir():
            return
        from spanglass_viewer.backend.journal_events import observe  # noqa: PLC0415 - no start waits for it

        self._observer = observe(self._journal, self._wake)

    def wake_up(self) -> None:
        """Stop listening; polling is cheaper from here."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _has_writer(self, name: str) -> bool:
        try:
            return has_writer(self._journal / name)
        except OSError:
            return False  # retired between the listing and the look

    def _segments(self) -> list[tuple[str, int]]:
        try:
            with os.scandir(self._journal) as entries:
                return [(entry.name, entry.stat().st_size) for entry in entries if is_segment_name(entry.name)]
        except OSError:
            return []
