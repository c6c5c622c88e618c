"""Spans as they stand in the tables, for tests that read these."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from journal_rows import JournalWriter

from spanglass_store import open_store
from spanglass_store.database.connection import Database

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor


@contextmanager
def merged_span(store: Path, **fields: Any) -> Generator[Cursor]:
    """Put a span with these fields into a store's tables, and hand out a cursor on them."""
    writer = JournalWriter(store)
    writer.span(1, **fields)
    writer.die()
    with open_store(store) as opened:
        assert opened.list_traces()
    database = Database(store)
    with database.cursor() as cursor:
        yield cursor
    database.close()
