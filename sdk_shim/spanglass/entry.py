"""The module-level ways in: a span wherever the program is, and a flush of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass import activity
from spanglass.parents import find_origin
from spanglass.recorder import list_recorders
from spanglass.span import NOOP_SPAN, Span, open_span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def start_span(  # noqa: PLR0917 - the contract's order
    name: str | None = None,
    type: str | None = None,  # noqa: A002 - the contract's name
    span_attributes: dict[str, Any] | None = None,
    start_time: float | None = None,
    set_current: bool | None = None,
    parent: str | Mapping[str, str] | Span | None = None,
    propagated_event: dict[str, Any] | None = None,
    *,
    parents: Sequence[str | Mapping[str, str] | Span] | None = None,
    **event: Any,
) -> Span:
    """Start a span below the current one, and return it; NOOP_SPAN where nothing is recorded.

    `parent` is an exported span or the W3C headers of one, and wins over the current one. `parents` are several,
    exported or not: the span joins them, and belongs to the trace of the first. `start_time` is in seconds since
    the epoch. What else is given is logged as `Span.log` does. Raises ValueError for scores, metrics, metadata or
    tags of the wrong shape.
    """
    if not activity.is_on and not parent and not parents:
        return NOOP_SPAN
    origin = find_origin(parent, parents)
    if origin is None:
        return NOOP_SPAN
    return open_span(
        origin,
        event,
        name=name,
        span_type=type,
        span_attributes=span_attributes,
        start_secs=start_time,
        set_current=set_current,
        propagated_event=propagated_event,
    )


def flush() -> None:
    """Return once everything logged so far is safe on disk, attachments too."""
    for recorder in list_recorders():
        recorder.flush()
