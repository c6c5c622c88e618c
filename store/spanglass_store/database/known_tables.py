"""What a merge knows of the tables without a look, so that a small batch runs fewer statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.columns import PAYLOADS
from spanglass_store.database.statements import query, span_column_names

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from spanglass_store.database.columns import SpanRow
    from spanglass_store.database.connection import Cursor

MAX_ROWS = 2000
MAX_CHARS = 16_000_000
_ID = span_column_names().index("id")
_CREATED = span_column_names().index("created")


class KnownTables:
    """Follows one merge, which alone writes meanwhile: `has_deleted` tells whether a tombstone may be there.

    `undated` are ids of spans that may be filed under another time than their start: of which only updates came that
    name no trace, and so stand in one of their own, without a root.

    The rows that were written last are kept, so that an update need not read them back. They stay the flat tuples
    that went into the table, which the garbage collector need not visit: it would have a dozen objects a state.
    """

    def __init__(self, cursor: Cursor, undated: AbstractSet[str] = frozenset()) -> None:
        self.has_deleted = False
        self.undated = undated
        self._newest: datetime | None = None
        self._rows: dict[str, SpanRow] = {}
        self._chars = 0
        self.look(cursor)

    def look(self, cursor: Cursor) -> None:
        """Ask the tables themselves: statements over whole segments do not say what they wrote."""
        self.forget_rows()
        self.has_deleted = cursor.row(query("has_deleted")) is not None
        [(self._newest,)] = cursor.rows(query("read_newest"))

    def note_row(self, row: SpanRow, *, is_alone: bool) -> None:
        """Take in that a span was written; its row is kept if it `is_alone` with its id."""
        created: datetime = row[_CREATED]
        if self._newest is None or created > self._newest:
            self._newest = created
        row_id = row[_ID]
        if row_id in self._rows:
            self.forget_row(row_id)
        if is_alone:
            self._rows[row_id] = row
            self._chars += _chars_of(row)
            while len(self._rows) > MAX_ROWS or self._chars > MAX_CHARS:
                self.forget_row(next(iter(self._rows)))

    def may_hold(self, created: datetime) -> bool:
        """Tell whether a span may be there that began at a moment or later. Deleting spans leaves it as it is."""
        return self._newest is not None and created <= self._newest

    def row_of(self, row_id: str) -> SpanRow | None:
        """Return the row of a span as it stands in the table, the only one of its id, if it is known."""
        return self._rows.get(row_id)

    def forget_row(self, row_id: str) -> None:
        """Read a span from the table the next time."""
        row = self._rows.pop(row_id, None)
        if row is not None:
            self._chars -= _chars_of(row)

    def forget_rows(self) -> None:
        """Read all spans from the table the next time: others than this merge have written to it."""
        self._rows.clear()
        self._chars = 0


def _chars_of(row: SpanRow) -> int:
    return sum([len(text) for text in row[PAYLOADS] if text is not None])
