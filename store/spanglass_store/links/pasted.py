"""Text that somebody pasted to get at a span: an address, a slug, a link of Braintrust's application, an id."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from spanglass_store.links.addresses import SCHEME, BadAddress, parse_address
from spanglass_store.links.slugs import BadSlug, decode_slug

_MAX_CHARS = 8000


@dataclass(frozen=True, slots=True)
class PastedSpan:
    """What the text names. `text` is an id of whatever kind, or the beginning of one."""

    root_span_id: str | None = None
    span_id: str | None = None
    row_id: str | None = None
    text: str | None = None


def read_pasted(text: str) -> PastedSpan:
    """Return what a pasted text names.

    A link of Braintrust's application names a row (`…/object?…&id=<row id>`) or a trace (`?r=<root>&s=<span>`).
    Raises BadAddress for a link that names no span.
    """
    pasted = text.strip()[:_MAX_CHARS]
    if pasted.lower().startswith(f"{SCHEME}:"):
        address = parse_address(pasted)
        return PastedSpan(root_span_id=address.root_span_id, span_id=address.span_id)
    if "://" in pasted:
        return _read_link(pasted)
    try:
        slug = decode_slug(pasted)
    except BadSlug:
        return PastedSpan(text=pasted)
    if not (slug.root_span_id or slug.row_id):
        raise BadAddress("the slug names a project or an experiment, and no span of it")
    return PastedSpan(root_span_id=slug.root_span_id, span_id=slug.span_id, row_id=slug.row_id)


def _read_link(link: str) -> PastedSpan:
    try:
        fields = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    except ValueError as error:
        raise BadAddress(f"not a link: {error}") from None
    found = PastedSpan(root_span_id=fields.get("r"), span_id=fields.get("s"), row_id=fields.get("id"))
    if not (found.root_span_id or found.row_id):
        raise BadAddress("the link names no span: it has neither r= nor id=")
    return found
