"""One page of the trace list, in whatever order it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.records import BY_START

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import TraceSummary
    from spanglass_viewer.backend.requests import ListRequest
    from spanglass_viewer.trace.prices import PriceBook


def read_page(
    cursor: Cursor, request: ListRequest, prices: PriceBook | None
) -> tuple[list[TraceSummary], dict[str, float]]:
    """Return the traces of a page, and by root_span_id the amounts that they are sorted by.

    Costs are sorted with their estimates, as far as `prices` are loaded.
    """
    from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half
    from spanglass_store.database.trace_ranking import rank_traces, read_amounts  # noqa: PLC0415 - as above

    reader, order = StoreReader(cursor), request.order
    if order == BY_START:
        return reader.list_traces(request.filter, limit=request.limit, before=request.before), {}
    amounts = read_amounts(cursor, order)
    if order.measure == "cost" and prices is not None:
        _add_estimates(cursor, amounts, prices)
    ranked = rank_traces(cursor, request.filter, amounts, is_descending=order.is_descending)
    page = ranked[request.offset : request.offset + request.limit]
    return reader.list_traces_of(page), {root: amounts[root] for root in page if root in amounts}


def _add_estimates(cursor: Cursor, amounts: dict[str, float], prices: PriceBook) -> None:
    from spanglass_store.database.model_usage import list_all_model_usage  # noqa: PLC0415 - heavy half
    from spanglass_viewer.trace.prices import price_usage  # noqa: PLC0415 - loads beside the window

    for used in list_all_model_usage(cursor):
        cost = price_usage(used, prices, used.start_us)
        if cost is not None:
            amounts[used.root_span_id] = amounts.get(used.root_span_id, 0.0) + cost
