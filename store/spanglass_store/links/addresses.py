"""`spanglass://` addresses: they name spans by id and a store by its id, never a path."""

from __future__ import annotations

import re
from dataclasses import dataclass

SCHEME = "spanglass"
_VERB = "trace"
_ID = re.compile(r"[A-Za-z0-9._:~-]{1,128}")
_ADDRESS = re.compile(rf"(?i:{SCHEME}://{_VERB})/(?P<root_span_id>[^/?#]*)/?(?:\?(?P<query>[^#]*))?")
_MAX_CHARS = 2000


class BadAddress(ValueError):  # noqa: N818 - it names the address, not the failure
    """Text that is no address of ours; the reason is its text."""


@dataclass(frozen=True, slots=True)
class SpanAddress:
    """A trace, maybe one span of it, maybe in one store (by the id in its `store.json`)."""

    root_span_id: str
    span_id: str | None = None
    store_id: str | None = None


def format_address(address: SpanAddress) -> str:
    """Return `spanglass://trace/<root_span_id>?span=<span_id>&store=<store_id>`.

    Raises BadAddress for ids that an address cannot hold.
    """
    named = {"span": address.span_id, "store": address.store_id}
    pairs = [f"{name}={_checked(value)}" for name, value in named.items() if value]
    query = "?" + "&".join(pairs) if pairs else ""
    return f"{SCHEME}://{_VERB}/{_checked(address.root_span_id)}{query}"


def parse_address(text: str) -> SpanAddress:
    """Return what an address names. The text is untrusted: any web page can make the desktop open one.

    Nothing in it is decoded: ids have no character that would need it. Raises BadAddress for another scheme or
    verb, and for ids with other characters than ids have.
    """
    address = _ADDRESS.fullmatch(text.strip()) if len(text) <= _MAX_CHARS else None
    if address is None:
        raise BadAddress(f"not a {SCHEME}://{_VERB}/ address: {text[:200]!r}")
    fields: dict[str, str] = {}
    for pair in (address["query"] or "").split("&"):
        name, _, value = pair.partition("=")
        fields.setdefault(name, value)
    return SpanAddress(
        root_span_id=_checked(address["root_span_id"]),
        span_id=_checked(fields["span"]) if "span" in fields else None,
        store_id=_checked(fields["store"]) if "store" in fields else None,
    )


def _checked(identifier: str) -> str:
    if _ID.fullmatch(identifier) is None:
        raise BadAddress(f"not an id: {identifier[:80]!r}")
    return identifier
