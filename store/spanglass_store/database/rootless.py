"""Keeps count of the traces of which no root span has come yet, so that the list can show them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor

_MAX_REMEMBERED = 50_000


class RootlessTraces:
    """Follows one merge: what the table holds, and which traces are known to have a root."""

    def __init__(self, cursor: Cursor) -> None:
        self._rootless = {root for (root,) in cursor.rows(query("list_rootless"))}
        self._rooted: set[str] = set()

    def note(self, cursor: Cursor, traces_written: dict[str, bool]) -> None:
        """Take in which traces a batch has written to, and whether it wrote a root span of theirs."""
        if len(self._rooted) > _MAX_REMEMBERED:
            self._rooted.clear()
        self._rooted.update(root for root, has_root in traces_written.items() if has_root)
        unknown = traces_written.keys() - self._rooted
        if unknown:
            found = {root for (root,) in cursor.rows(query("list_rooted"), {"roots": list(unknown)})}
            self._rooted |= found
            new = unknown - found - self._rootless
            cursor.append("rootless_traces", [(root,) for root in new])
            self._rootless |= new
        arrived = self._rootless & self._rooted
        if arrived:
            cursor.rows(query("delete_rootless"), {"roots": list(arrived)})
            self._rootless -= arrived
