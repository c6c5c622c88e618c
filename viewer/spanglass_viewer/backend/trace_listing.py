"""One page of the trace list, in whatever order it is wanted."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from spanglass_store.database.records import BY_START, TraceOrder
from spanglass_store.search.expression import Among, And, Compare, Expression, Not, Or

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import TraceSummary
    from spanglass_viewer.backend.requests import ListRequest
    from spanglass_viewer.trace.prices import PriceBook

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def read_page(
    cursor: Cursor, request: ListRequest, prices: PriceBook | None
) -> tuple[list[TraceSummary], dict[str, float]]:
    """Return the traces of a page, and by root_span_id the amounts that they are sorted by.

    Costs are filtered and sorted with their estimates, as the list shows them, as far as `prices` are loaded.
    """
    from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half
    from spanglass_store.database.trace_ranking import rank_traces, read_amounts  # noqa: PLC0415 - as above

    reader, order = StoreReader(cursor), request.order
    wanted = request.filter
    if prices is not None and _asks_for_cost(wanted):
        wanted = _with_costs(wanted, _read_costs(cursor, prices))
    if order == BY_START:
        return reader.list_traces(wanted, limit=request.limit, before=request.before), {}
    amounts = (
        _read_costs(cursor, prices) if prices is not None and order.measure == "cost" else read_amounts(cursor, order)
    )
    ranked = rank_traces(cursor, wanted, amounts, is_descending=order.is_descending)
    page = ranked[request.offset : request.offset + request.limit]
    return reader.list_traces_of(page), {root: amounts[root] for root in page if root in amounts}


def _read_costs(cursor: Cursor, prices: PriceBook) -> dict[str, float]:
    """Return what each trace cost, as it was logged and by list prices, where either is known."""
    from spanglass_store.database.model_usage import list_all_model_usage  # noqa: PLC0415 - heavy half
    from spanglass_store.database.trace_ranking import read_amounts  # noqa: PLC0415 - as above
    from spanglass_viewer.trace.prices import price_usage  # noqa: PLC0415 - loads beside the window

    costs = read_amounts(cursor, TraceOrder("cost"))
    for used in list_all_model_usage(cursor):
        cost = price_usage(used, prices, used.start_us)
        if cost is not None:
            costs[used.root_span_id] = costs.get(used.root_span_id, 0.0) + cost
    return costs


def _asks_for_cost(wanted: Expression) -> bool:
    if isinstance(wanted, Not):
        return _asks_for_cost(wanted.part)
    if isinstance(wanted, And | Or):
        return any(_asks_for_cost(part) for part in wanted.parts)
    return isinstance(wanted, Compare) and wanted.quantity == "cost"


def _with_costs(wanted: Expression, costs: dict[str, float]) -> Expression:
    """Return a filter that names the traces of which a term about costs holds, in place of the term."""
    if isinstance(wanted, Not):
        return Not(_with_costs(wanted.part, costs))
    if isinstance(wanted, And | Or):
        return type(wanted)(tuple(_with_costs(part, costs) for part in wanted.parts))
    if not (isinstance(wanted, Compare) and wanted.quantity == "cost"):
        return wanted
    holds = _OPERATORS[wanted.operator]
    return Among(tuple(root for root, cost in costs.items() if holds(cost, wanted.number)))
