"""Where a new span hangs: below the current span, one of another process, several, or at the root of a container."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING

from spanglass import activity
from spanglass.container import Container, container_of_slug
from spanglass.failures import say_once
from spanglass.recorder import open_recorder
from spanglass.span import CURRENT_SPAN, NOOP_SPAN, NoopSpan, Origin, Span
from spanglass.trace_context import resolve_headers
from spanglass_store.links.slugs import BadSlug, SpanSlug, decode_slug

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from spanglass.experiment import Experiment
    from spanglass.logger import Logger
    from spanglass.recorder import Recorder

# What names a span of another process: an exported slug, or the W3C headers of a request.
RemoteParent = str | Mapping[str, str]
ParentLike = RemoteParent | Span

_context_parent: ContextVar[RemoteParent | None] = ContextVar("spanglass_parent", default=None)


def find_origin(parent: ParentLike | None = None, parents: Sequence[ParentLike] | None = None) -> Origin | None:
    """Return where a span started here hangs, or None where nothing is recorded.

    An explicit parent wins, then the current span, then that of `parent_context`, then the current experiment or
    logger.
    """
    explicit = _origin_of_several(parents) if parents else _origin_of(parent) if parent else None
    if explicit is not None:
        return explicit
    if parent or parents:  # it could not be read: a fresh root
        return _root_origin()
    span = CURRENT_SPAN.get()
    if span is not None:
        return span.origin
    remote = _context_parent.get()
    return (resolve_parent(remote) if remote else None) or _root_origin()


def current_root_container() -> Container | None:
    """Return what a span without a parent is logged to; None where nothing is recorded, or `parent_context` counts."""
    container = None if _context_parent.get() else activity.current_container()
    return None if container is None or container.recorder.is_off else container


def resolve_parent(parent: RemoteParent) -> Origin | None:
    """Return the place below the span or container of another process; None, said once, where it cannot be read."""
    if isinstance(parent, str):
        return _resolve_slug(parent)
    if not hasattr(parent, "items"):
        say_once(f"a parent is neither an exported span nor headers, but a {type(parent).__name__}: it is ignored.")
        return None
    origin = resolve_headers(parent, activity.current_container(), current_recorder())
    if origin is not None:
        activity.switch_on()
    return origin


def container_of(slug: SpanSlug) -> Container:
    """Return the container that a slug names: the current one where they are the same, as it knows more."""
    container = container_of_slug(current_recorder(), slug)
    current = activity.current_container()
    return current if current is not None and current.is_same(container) else container


def current_recorder() -> Recorder:
    """Return the recorder that root spans go to, or that of the default store."""
    container = activity.current_container()
    return open_recorder() if container is None else container.recorder


def get_span_parent_object(parent: RemoteParent | None = None) -> SpanSlug | Span | Experiment | Logger:
    """Return what a span started here would hang below.

    That is what `parent` names (as a parsed slug), else the current span, else what `parent_context` names, else
    the current experiment or logger, else NOOP_SPAN. A parent that cannot be read is said once and left out.
    """
    root = activity.current_experiment() or activity.current_logger() or NOOP_SPAN
    if parent:
        return _parsed_parent(parent) or root
    span = CURRENT_SPAN.get()
    if span is not None:
        return span
    remote = _context_parent.get()
    return (_parsed_parent(remote) if remote else None) or root


def _parsed_parent(parent: RemoteParent) -> SpanSlug | None:
    if isinstance(parent, str):
        try:
            return decode_slug(parent)
        except BadSlug as error:
            say_once(f"a parent could not be read: {error}")
            return None
    origin = resolve_parent(parent)
    if origin is None:
        return None
    return SpanSlug(
        origin.container.object_type,
        object_id=origin.container.object_id,
        span_id=origin.parent_ids[0],
        root_span_id=origin.root_span_id,
    )


def _resolve_slug(slug: str) -> Origin | None:
    try:
        parsed = decode_slug(slug)
    except BadSlug as error:
        say_once(f"a parent could not be read, so the span starts a trace of its own: {error}")
        return None
    activity.switch_on()  # a slug is enough to record by, as in a server that never initialises a logger
    parent_ids = (parsed.span_id,) if parsed.span_id else ()
    return Origin(container_of(parsed), parsed.root_span_id, parent_ids, parsed.propagated_event)


@contextlib.contextmanager
def parent_context(parent: RemoteParent | None) -> Generator[None]:
    """Let spans started inside, where no other span runs, hang below `parent`: a slug, or W3C headers."""
    if parent:
        activity.switch_on()
    token = _context_parent.set(parent or None)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # left in another context than it was entered in
            _context_parent.reset(token)


def _origin_of(parent: ParentLike) -> Origin | None:
    if isinstance(parent, NoopSpan):
        return None
    return parent.origin if isinstance(parent, Span) else resolve_parent(parent)


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
