"""What a comparison of two traces needs beside their skeletons: which ran before, and whose values differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor


def find_previous_run(cursor: Cursor, root_span_id: str) -> str | None:
    """Return the latest trace before this one whose root span has the same name, None where there is none."""
    found = cursor.row(query("find_previous_run"), {"root_span_id": root_span_id})
    return None if found is None else str(found[0])


def list_payload_digests(cursor: Cursor, root_span_id: str) -> dict[str, int]:
    """Return a number for the input and output of each span of a trace, by span id; equal values have equal numbers."""
    return dict(cursor.rows(query("list_payload_digests"), {"root_span_id": root_span_id}))
