"""Where a new span hangs: below the current span, an exported one, several, or at the root of a container."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

from spanglass import activity
from spanglass.container import Container, container_of_slug
from spanglass.failures import say_once
from spanglass.recorder import open_recorder
from spanglass.span import CURRENT_SPAN, NoopSpan, Origin, Span
from spanglass_store.links.slugs import BadSlug, decode_slug

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

ParentLike = str | Span

_context_parent: ContextVar[str | None] = ContextVar("spanglass_parent", default=None)


def find_origin(parent: ParentLike | None = None, parents: Sequence[ParentLike] | None = None) -> Origin | None:
    """Return where a span started here hangs, or None where nothing is recorded.

    An explicit parent wins, then the current span, then the slug of `parent_context`, then the current
    experiment or logger.
    """
    explicit = _origin_of_several(parents) if parents else _origin_of(parent) if parent else None
    if explicit is not None:
        return explicit
    if parent or parents:  # it could not be read: a fresh root
        return _root_origin()
    span = CURRENT_SPAN.get()
    if span is not None:
        return span.origin
    slug = _context_parent.get()
    return (resolve_slug(slug) if slug else None) or _root_origin()


def resolve_slug(slug: str) -> Origin | None:
    """Return the place below the exported span or container; None, said once, where the slug cannot be read."""
    try:
        parsed = decode_slug(slug)
    except BadSlug as error:
        say_once(f"a parent could not be read, so the span starts a trace of its own: {error}")
        return None
    activity.is_on = True  # a slug is enough to record by, as in a server that never initialises a logger
    current = activity.current_container()
    container = container_of_slug(current.recorder if current else open_recorder(), parsed)
    if current and (current.object_type, current.object_id) == (container.object_type, container.object_id):
        container = current  # it knows more than the slug, such as the project's name
    parent_ids = (parsed.span_id,) if parsed.span_id else ()
    return Origin(container, parsed.root_span_id, parent_ids, parsed.propagated_event)


@contextlib.contextmanager
def parent_context(parent: str | None) -> Generator[None]:
    """Let spans started inside, where no other span runs, hang below the exported span `parent`."""
    if parent:
        activity.is_on = True
    token = _context_parent.set(parent or None)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # left in another context than it was entered in
            _context_parent.reset(token)


def _origin_of(parent: ParentLike) -> Origin | None:
    if isinstance(parent, NoopSpan):
        return None
    return parent.origin if isinstance(parent, Span) else resolve_slug(parent)


def _origin_of_several(parents: Sequence[ParentLike]) -> Origin | None:
    """Return the place below all of the parents; the first gives the trace and the container."""
    origins = [origin for parent in parents if parent and (origin := _origin_of(parent)) is not None]
    if not origins:
        return None
    parent_ids = tuple(dict.fromkeys(span_id for origin in origins for span_id in origin.parent_ids))
    return origins[0]._replace(parent_ids=parent_ids)


def _root_origin() -> Origin | None:
    container: Container | None = activity.current_container()
    return None if container is None else Origin(container)
