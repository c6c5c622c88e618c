"""Has the file system call when the journal changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watchdog.observers.api import BaseObserver


def observe(journal: Path, wake: Callable[[], None]) -> BaseObserver | None:
    """Call `wake` once, from another thread, when something in a folder changes; None where no watches are left.

    Without one, a slow poll still finds the news.
    """
    observer = Observer()
    observer.daemon = True
    observer.schedule(_Waker(wake), str(journal))
    try:
        observer.start()
    except OSError:
        return None
    return observer


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._is_done = False

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Call once; our own look at the journal opens and closes files too, and must not wake us."""
        if self._is_done or event.event_type in {"opened", "closed_no_write"}:
            return
        self._is_done = True
        self._wake()
