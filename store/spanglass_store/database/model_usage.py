"""The tokens of calls that log no cost, a trace and a model at a time: what an estimate needs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.records import ModelUsage
from spanglass_store.database.statements import query, repeated_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import TraceSummary


def list_model_usage(cursor: Cursor, traces: Sequence[TraceSummary]) -> list[ModelUsage]:
    """Return what the calls of these traces used that have a model and tokens, and no logged cost.

    What a call logs again counts once, and what is below a span that logs a cost needs no price. The traces have been
    listed with this cursor's database before.
    """
    if not traces:
        return []
    since = EPOCH + timedelta(microseconds=min(trace.start_us for trace in traces))
    memory = cursor.repetitions
    differing = dict.fromkeys(memory.list_differently_priced([trace.root_span_id for trace in traces]))
    plain = [trace.root_span_id for trace in traces if trace.root_span_id not in differing]
    found = _list_usage(cursor, query("nothing_repeated"), since, plain)
    unknown = [root for root in differing if memory.usage_of(root) is None]
    if unknown:
        read = _list_usage(cursor, repeated_in("spans_of_traces"), since, unknown)
        for root in unknown:
            memory.note_usage(root, [used for used in read if used.root_span_id == root])
    return found + [used for root in differing for used in memory.usage_of(root) or ()]


def list_all_model_usage(cursor: Cursor) -> list[ModelUsage]:
    """Return what such calls of all traces used."""
    return _list_usage(cursor, repeated_in("every_span"), EPOCH, None)


def list_experiment_usage(cursor: Cursor, experiment_id: str) -> list[ModelUsage]:
    """Return what such calls of an experiment's traces used."""
    roots = [root for (root,) in cursor.rows(query("roots_of_experiment"), {"id": experiment_id})]
    return _list_usage(cursor, repeated_in("spans_of_experiment"), EPOCH, roots, {"id": experiment_id})


def _list_usage(
    cursor: Cursor, repeated: str, since: datetime, roots: list[str] | None, parameters: dict[str, str] | None = None
) -> list[ModelUsage]:
    sql = query("list_model_usage").format(repeated=repeated)
    return [ModelUsage(*row) for row in cursor.rows(sql, {"since": since, "roots": roots, **(parameters or {})})]
