"""A store held for its upkeep: merged to the end, and nobody else at its tables."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.location import read_store_info

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

BUSY_TIMEOUT_SECS = 10.0
_MERGE_SECS = 60.0  # much at once is merged faster than a part at a time
_TIDY_SECS = 1.0


@contextlib.contextmanager
def hold_store(store: Path, timeout_secs: float = BUSY_TIMEOUT_SECS) -> Generator[Database]:
    """Yield the store's database with everything merged that its journal held; programs may go on logging.

    Raises NotAStore, UnknownFormat, StoreBusy where another process holds the tables for all of `timeout_secs`,
    and StoreFault where the disk says no.
    """
    read_store_info(store)
    database = Database(store, timeout_secs=timeout_secs)
    try:
        merge_all(database)
        yield database
    finally:
        database.close()


def merge_all(database: Database) -> None:
    """Merge what the journal holds. Raises StoreBusy and StoreFault."""
    merger = Merger(database, database.store)
    while not merger.is_caught_up:
        merger.merge_once(budget_secs=_MERGE_SECS)
    merger.tidy(budget_secs=_TIDY_SECS)
