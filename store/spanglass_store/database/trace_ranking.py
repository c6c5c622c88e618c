"""Traces in another order than that of their starts: by what they took, cost or scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.repeated_amounts import read_all_repeated
from spanglass_store.database.statements import query
from spanglass_store.database.trace_heads import list_heads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import TraceOrder
    from spanglass_store.search.expression import Expression

_NO_LIMIT = 2**62


def read_amounts(cursor: Cursor, order: TraceOrder) -> dict[str, float]:
    """Return, by trace, the amount that an order asks for, where it is known. Costs are those logged."""
    if order.measure == "start":
        raise ValueError("the order of starts needs no amounts")
    sql = query("trace_amounts").format(amount=query(f"amount_{order.measure}"))
    pointer = "/" + order.score.replace("~", "~0").replace("/", "~1")
    amounts = dict(cursor.rows(sql, {"pointer": pointer} if order.measure == "score" else None))
    if order.measure == "errors" and amounts:
        failed = {"since": EPOCH, "roots": [root for root, errors in amounts.items() if errors > 1]}
        for root, bubbled in cursor.rows(query("count_bubbled"), failed):
            amounts[root] = max(amounts[root] - bubbled, 1)  # spans may be each other's parents
    if order.measure in {"tokens", "cost"}:
        repeated = read_all_repeated(cursor)
        for root in repeated.keys() & amounts.keys():
            amounts[root] -= repeated[root].tokens if order.measure == "tokens" else repeated[root].cost
    return amounts


def rank_traces(
    cursor: Cursor, wanted: Expression, amounts: Mapping[str, float], *, is_descending: bool = True
) -> list[str]:
    """Return the root_span_id of every trace that a filter lets through, by its amount; equal ones newest first."""
    heads = list_heads(cursor, wanted, _NO_LIMIT, None)
    roots = list(dict.fromkeys(head.root_span_id for head in heads))
    known = [root for root in roots if root in amounts]
    known.sort(key=lambda root: amounts[root], reverse=is_descending)  # stable: newest first stays
    return known + [root for root in roots if root not in amounts]
