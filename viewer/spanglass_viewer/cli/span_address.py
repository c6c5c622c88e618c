"""Whatever names a span (an address, a slug, a pasted link, an id or its beginning) → the span's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.links.addresses import BadAddress, SpanAddress, parse_address
from spanglass_store.links.pasted import read_pasted
from spanglass_viewer.cli.command import NotFound
from spanglass_viewer.cli.commands.show_trace import resolve_trace
from spanglass_viewer.cli.terminal import plain_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from spanglass_store import Store


def find_address(text: str, open_store: Callable[[], AbstractContextManager[Store]]) -> SpanAddress:
    """Return the address of what `text` names; the store is opened only where the text alone does not say it.

    Raises NotFound where it names nothing.
    """
    try:
        if text.lower().startswith("spanglass:"):
            return parse_address(text)  # the window says what is wrong with a span that is not there
        pasted = read_pasted(text)
    except BadAddress as reason:
        raise NotFound(f"The link cannot be opened: {reason}") from reason
    if pasted.root_span_id is not None:
        return SpanAddress(pasted.root_span_id, pasted.span_id)
    with open_store() as store:
        if pasted.row_id is not None:
            span = store.find_span_by_row_id(pasted.row_id)
            if span is None:
                raise NotFound(f"No span of this store has the row id {plain_line(pasted.row_id, 80)!r}.")
            return SpanAddress(span.root_span_id, span.span_id)
        name = pasted.text or ""
        span = store.find_span(name) or store.find_span_by_row_id(name)
        if span is not None and span.root_span_id != name:
            return SpanAddress(span.root_span_id, span.span_id)
        return SpanAddress(resolve_trace(store, name))
