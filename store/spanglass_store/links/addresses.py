"""`spanglass://` addresses: they name spans by id and a store by its id, never a path."""

from __future__ import annotations

import re
from typing import NamedTuple

SCHEME = "spanglass"
_VERB = "trace"
_ID = re.compile(r"[A-Za-z0-9._:~-]{1,128}")
# a card of the detail pane (`input`, `metadata`, …) and maybe a way into its value
_FIELD = re.compile(r"[a-z_]{1,40}(?:\.[A-Za-z0-9_-]{1,64}){0,16}")
_ADDRESS = re.compile(rf"(?i:{SCHEME}://{_VERB})/(?P<root_span_id>[^/?#]*)/?(?:\?(?P<query>[^#]*))?")
_MAX_CHARS = 2000


class BadAddress(ValueError):  # noqa: N818 - it names the address, not the failure
    """Text that is no address of ours; the reason is its text."""


class SpanAddress(NamedTuple):
    """A trace, maybe one span of it, maybe in one store (by the id in its `store.json`), maybe one of its fields."""

    root_span_id: str
    span_id: str | None = None
    store_id: str | None = None
    field: str | None = None


def format_address(address: SpanAddress) -> str:
    """Return `spanglass://trace/<root_span_id>?span=<span_id>&store=<store_id>&field=<path>`.

    Raises BadAddress for ids that an address cannot hold.
    """
    named = {"span": address.span_id, "store": address.store_id}
    pairs = [f"{name}={checked_id(value)}" for name, value in named.items() if value]
    if address.field:
        pairs.append(f"field={checked_field(address.field)}")
    query = "?" + "&".join(pairs) if pairs else ""
    return f"{SCHEME}://{_VERB}/{checked_id(address.root_span_id)}{query}"


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
        root_span_id=checked_id(address["root_span_id"]),
        span_id=checked_id(fields["span"]) if "span" in fields else None,
        store_id=checked_id(fields["store"]) if "store" in fields else None,
        field=checked_field(fields["field"]) if "field" in fields else None,
    )


def checked_id(identifier: str) -> str:
    """Return an id as it is. Raises BadAddress for one with other characters than ids have."""
    if not is_id(identifier):
        raise BadAddress(f"not an id: {identifier[:80]!r}")
    return identifier


def is_id(text: str) -> bool:
    """Tell whether a text has only characters that ids have."""
    return _ID.fullmatch(text) is not None


def checked_field(field: str) -> str:
    """Return a field's path, such as `output.choices.0`, as it is. Raises BadAddress for what is none."""
    if _FIELD.fullmatch(field) is None:
        raise BadAddress(f"not a field: {field[:80]!r}")
    return field
