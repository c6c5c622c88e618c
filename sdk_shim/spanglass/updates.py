"""What can be said of a span without having it: by its row id or its exported slug."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from spanglass import clock
from spanglass.bounded_walk import storable
from spanglass.failures import say_once
from spanglass.parents import container_of, current_recorder
from spanglass.validation import checked_event
from spanglass_store.links.addresses import BadAddress, SpanAddress, format_address
from spanglass_store.links.slugs import BadSlug, SpanSlug, decode_slug

if TYPE_CHECKING:
    from spanglass.container import Container


def update_row(container: Container, row_id: str, event: dict[str, Any], slug: SpanSlug | None = None) -> None:
    """Write a row that merges into the span's other rows, whichever come first.

    Raises ValueError for scores, metrics, metadata or tags of the wrong shape.
    """
    fields = checked_event(event)
    if "scores" in fields and container.on_scores is not None:
        container.on_scores(row_id, fields["scores"])
    named = {"id": storable(str(row_id))}
    if slug is not None and slug.span_id and slug.root_span_id:
        named |= {"span_id": slug.span_id, "root_span_id": slug.root_span_id}
    named_json = orjson.dumps(named).decode()[1:-1]
    container.recorder.record(
        f'{{{named_json},"_is_merge":true,{container.fields_json}', fields, clock.read_row_time()[1]
    )


def update_span(exported: str, **event: Any) -> None:
    """Log more fields of an exported span, from whatever process; they merge as those of `Span.log` do.

    Raises ValueError for fields of the wrong shape, and for a slug that names no span.
    """
    if "id" in event:
        raise ValueError("the exported span says which row it is: id cannot be specified")
    slug = decode_slug(exported)
    if slug.row_id is None:
        raise ValueError("the slug names a container, not a span")
    update_row(container_of(slug), slug.row_id, event, slug)


def permalink(slug: str, org_name: str | None = None, app_url: str | None = None) -> str:
    """Return the `spanglass://` address of an exported span; empty, said once, where the slug names no span."""
    del org_name, app_url
    if not slug:
        return ""  # what a no-op span exports
    try:
        parsed = decode_slug(slug)
        if parsed.root_span_id is None:
            raise BadSlug("it names a container, not a span")  # noqa: TRY301 - one way to say it
        store_id = current_recorder().store.id
        return format_address(SpanAddress(parsed.root_span_id, parsed.span_id, store_id))
    except (BadSlug, BadAddress) as error:
        say_once(f"no permalink could be made: {error}")
        return ""
