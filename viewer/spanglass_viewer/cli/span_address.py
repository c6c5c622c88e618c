"""Whatever names a span (an address, a slug, a pasted link, an id or its beginning) → where a window is to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.links.addresses import SCHEME, BadAddress, SpanAddress, parse_address
from spanglass_viewer.cli.command import NotFound
from spanglass_viewer.cli.terminal import plain_line
from spanglass_viewer.instance.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from spanglass_store import Store


def read_visit(text: str) -> Visit:
    """Return what the text alone says: an address, or a name that only the store can tell the address of.

    Raises NotFound for a link that leads to no span.
    """
    try:
        if text.lower().startswith(f"{SCHEME}:"):
            return Visit(parse_address(text))  # the window says what is wrong with a span that is not there
        from spanglass_store.links.pasted import read_pasted  # noqa: PLC0415 - a second start with a link needs none

        pasted = read_pasted(text)
    except BadAddress as reason:
        raise NotFound(f"The link cannot be opened: {reason}") from reason
    if pasted.root_span_id is not None:
        return Visit(SpanAddress(pasted.root_span_id, pasted.span_id))
    return Visit(name=pasted.row_id or pasted.text or "")


def find_address(visit: Visit, open_store: Callable[[], AbstractContextManager[Store]]) -> SpanAddress:
    """Return the address of a visit that names one; the store is opened only where the visit alone does not say it.

    Raises NotFound where its name stands for nothing, or for more than one trace.
    """
    if visit.address is not None:
        return visit.address
    name = visit.name or ""
    with open_store() as store:
        from spanglass_store.database.named_span import get_named_span  # noqa: PLC0415 - DuckDB takes 60 ms to load

        try:
            return get_named_span(store, name)
        except LookupError as absence:
            reason = plain_line(str(absence))
            raise NotFound(
                f"{reason[:1].upper()}{reason[1:]}; `spanglass list` shows the traces that are there."
            ) from absence
