"""Keeps count of the traces of which no root span has come yet, so that the list can show them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from spanglass_store.database.connection import Cursor

_MAX_REMEMBERED = 50_000


class RootlessTraces:
    """Follows one merge: what the table holds, and which traces are known to have a root."""

    def __init__(self, cursor: Cursor) -> None:
        self._rootless = {root for (root,) in cursor.rows(query("list_rootless"))}
        self._rooted: set[str] = set()

    @property
    def root_span_ids(self) -> AbstractSet[str]:
        """The traces without a root, now and later."""
        return self._rootless

    def note(self, cursor: Cursor, traces_written: dict[str, bool], traces_left: set[str]) -> None:
        """Take in to which traces a batch wrote, with whether it wrote a root span of theirs, and which a span left."""
        if len(self._rooted) > _MAX_REMEMBERED:
            self._rooted.clear()
        self._rooted -= traces_left
        self._rooted.update(root for root, has_root in traces_written.items() if has_root)
        unknown = (traces_written.keys() | traces_left) - self._rooted
        gone: set[str] = set()
        if traces_left:
            gone = traces_left - {root for (root,) in cursor.rows(query("list_present"), {"roots": list(traces_left)})}
        if unknown:
            found = {root for (root,) in cursor.rows(query("list_rooted"), {"roots": list(unknown)})}
            self._rooted |= found
            new = unknown - found - gone - self._rootless
            cursor.append("rootless_traces", [(root,) for root in new])
            self._rootless |= new
        settled = self._rootless & (self._rooted | gone)
        if settled:
            cursor.rows(query("delete_rootless"), {"roots": list(settled)})
            self._rootless -= settled
