"""The tokens of calls that log no cost, a trace and a model at a time: what an estimate needs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.records import ModelUsage
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import TraceSummary


def list_model_usage(cursor: Cursor, traces: Sequence[TraceSummary]) -> list[ModelUsage]:
    """Return what the calls of these traces used that have a model and tokens, and no logged cost."""
    if not traces:
        return []
    since = EPOCH + timedelta(microseconds=min(trace.start_us for trace in traces))
    roots = [trace.root_span_id for trace in traces]
    return [ModelUsage(*row) for row in cursor.rows(query("list_model_usage"), {"since": since, "roots": roots})]


def list_all_model_usage(cursor: Cursor) -> list[ModelUsage]:
    """Return what such calls of all traces used."""
    return [ModelUsage(*row) for row in cursor.rows(query("list_model_usage"), {"since": EPOCH, "roots": None})]
