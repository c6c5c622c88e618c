"""`spanglass://` addresses: they name spans by id and a store by its id, never a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

SCHEME = "spanglass"
_VERB = "trace"
_ID = re.compile(r"[A-Za-z0-9._:~-]{1,128}")


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

    Raises BadAddress for another scheme or verb, and for ids with other characters than ids have.
    """
    try:
        parts = urlsplit(text.strip())
        fields = dict(parse_qsl(parts.query, max_num_fields=16))
    except ValueError as error:
        raise BadAddress(f"not an address: {error}") from None
    if parts.scheme != SCHEME or parts.netloc != _VERB:
        raise BadAddress(f"not a {SCHEME}://{_VERB}/ address: {text[:200]!r}")
    span_id, store_id = fields.get("span"), fields.get("store")
    return SpanAddress(
        root_span_id=_checked(parts.path.removeprefix("/").removesuffix("/")),
        span_id=None if span_id is None else _checked(span_id),
        store_id=None if store_id is None else _checked(store_id),
    )


def _checked(identifier: str) -> str:
    if _ID.fullmatch(identifier) is None:
        raise BadAddress(f"not an id: {identifier[:80]!r}")
    return identifier
