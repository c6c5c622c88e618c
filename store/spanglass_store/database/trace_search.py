"""Finds the spans of one trace whose name or values hold a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.filter_sql import Condition
from spanglass_store.database.statements import query
from spanglass_store.search.expression import Text

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor


def find_in_trace(cursor: Cursor, root_span_id: str, text: str, limit: int) -> list[str]:
    """Return the span_ids of up to `limit` spans, in the order of their beginnings; case does not matter."""
    condition = Condition(Text(text), of_traces=False, now_us=0)
    sql = query("find_in_trace").format(predicate=condition.sql)
    parameters = {**condition.parameters, "root_span_id": root_span_id, "limit": limit}
    return [span_id for (span_id,) in cursor.rows(sql, parameters)]
