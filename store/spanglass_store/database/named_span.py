"""Whatever names a span or a trace (an id, the beginning of one, a row id, "latest") → its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.links.addresses import SpanAddress

if TYPE_CHECKING:
    from spanglass_store.database.reader import StoreReader

LATEST = "latest"


def get_named_span(reader: StoreReader, name: str) -> SpanAddress:
    """Return the address of what a name stands for; a trace's own ids lead to the trace, not to its root span.

    Raises LookupError where it stands for nothing, or for more than one trace; the reason is its text.
    """
    if name == LATEST:
        newest = reader.list_traces(None, 1)
        if not newest:
            raise LookupError("there are no traces yet")
        return SpanAddress(newest[0].root_span_id)
    span = reader.find_span(name) or reader.find_span_by_row_id(name)
    if span is not None:
        return SpanAddress(span.root_span_id, None if span.root_span_id == name else span.span_id)
    root_span_id = reader.resolve_trace(name)
    if root_span_id.startswith(name):
        return SpanAddress(root_span_id)
    return SpanAddress(root_span_id, reader.find_span_id_by_prefix(name))
