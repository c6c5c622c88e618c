"""What a comparison of two traces needs beside their skeletons: which ran before, and whose values differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor


class PayloadDigest(NamedTuple):
    """Numbers that are equal where a span's values are; `input` is None where there is none."""

    input: int | None
    answer: int  # its output and its error


def find_previous_run(cursor: Cursor, root_span_id: str) -> str | None:
    """Return the latest trace before this one whose root span has the same name, None where there is none."""
    found = cursor.row(query("find_previous_run"), {"root_span_id": root_span_id})
    return None if found is None else str(found[0])


def list_payload_digests(cursor: Cursor, root_span_id: str) -> dict[str, PayloadDigest]:
    """Return what stands for the values of each span of a trace, by span id."""
    rows = cursor.rows(query("list_payload_digests"), {"root_span_id": root_span_id})
    return {span_id: PayloadDigest(given, answer) for span_id, given, answer in rows}
