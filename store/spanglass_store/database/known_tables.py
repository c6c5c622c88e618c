"""What a merge knows of the tables without a look, so that a small batch runs fewer statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from datetime import datetime

    from spanglass_store.database.connection import Cursor


class KnownTables:
    """Follows one merge, which alone writes meanwhile: `has_deleted` tells whether a tombstone may be there."""

    def __init__(self, cursor: Cursor) -> None:
        self.has_deleted = False
        self._newest: datetime | None = None
        self.look(cursor)

    def look(self, cursor: Cursor) -> None:
        """Ask the tables themselves: statements over whole segments do not say what they wrote."""
        self.has_deleted = cursor.row(query("has_deleted")) is not None
        [(self._newest,)] = cursor.rows(query("read_newest"))

    def note_span(self, created: datetime) -> None:
        """Take in that a span was written."""
        if self._newest is None or created > self._newest:
            self._newest = created

    def may_hold(self, created: datetime) -> bool:
        """Tell whether a span may be there that began at a moment or later. Deleting spans leaves it as it is."""
        return self._newest is not None and created <= self._newest
