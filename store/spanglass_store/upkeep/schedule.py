"""When a store prunes itself: once a day, where its settings give limits; a look at two files tells, without DuckDB."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_store.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

EVERY_SECS = 86400.0
STAMP_FILE = "last_upkeep"


def is_upkeep_due(store: Path) -> bool:
    """Tell whether a store prunes itself, may be written, and has not been pruned so for a day."""
    if not read_settings(store).prunes_itself or not os.access(store, os.W_OK):
        return False
    try:
        return abs(time.time() - (store / STAMP_FILE).stat().st_mtime) >= EVERY_SECS
    except OSError:
        return True


def mark_upkeep(store: Path) -> None:
    """Note that a store's upkeep is done for today. Raises StoreFault where the disk says no."""
    try:
        (store / STAMP_FILE).write_bytes(b"")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreFault(f"The store cannot prune itself: {reason}. Nothing was deleted.", store) from error
