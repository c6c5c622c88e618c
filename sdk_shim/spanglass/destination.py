"""What a program logs to: the methods that loggers and experiments share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass import clock
from spanglass.conversion import register_conversion
from spanglass.feedback import record_feedback
from spanglass.parents import resolve_parent
from spanglass.span import Origin, Span, open_span
from spanglass.updates import update_row
from spanglass_store.links.slugs import SpanSlug, encode_slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass.container import Container


class Destination:
    """A logger or an experiment, by what both can do."""

    def __init__(self, container: Container) -> None:
        self.container = container

    @property
    def id(self) -> str:
        """Return the id of the project, or of the experiment."""
        return self.container.object_id

    def start_span(  # noqa: PLR0917 - the contract's order
        self,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - the contract's name
        span_attributes: dict[str, Any] | None = None,
        start_time: float | None = None,
        set_current: bool | None = None,
        parent: str | Mapping[str, str] | None = None,
        propagated_event: dict[str, Any] | None = None,
        **event: Any,
    ) -> Span:
        """Start a trace here, or a span below `parent`: a slug, or W3C headers.

        `start_time` is in seconds since the epoch. Raises ValueError for scores, metrics, metadata or tags of the
        wrong shape.
        """
        origin = (resolve_parent(parent) if parent else None) or Origin(self.container)
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

    def update_span(self, id: str, **event: Any) -> None:  # noqa: A002 - the contract's name
        """Log more fields of the span with this row id, from wherever; they merge as those of `Span.log` do."""
        update_row(self.container, id, event)

    def log_feedback(  # noqa: PLR0917 - the contract's order
        self,
        id: str,  # noqa: A002 - the contract's name
        scores: dict[str, Any] | None = None,
        expected: Any = None,
        tags: list[str] | None = None,
        comment: str | None = None,
        metadata: dict[str, Any] | None = None,
        source: str | None = None,
    ) -> None:
        """Log what is said of the span with this row id afterwards; a comment becomes a row of its own.

        `source` is "external" (the default), "app" or "api"; `metadata` speaks of the feedback, not of the span.
        Raises ValueError without scores, expected, tags or comment, and for values of the wrong shape.
        """
        record_feedback(
            self.container,
            id,
            scores=scores,
            expected=expected,
            tags=tags,
            comment=comment,
            metadata=metadata,
            source=source,
        )

    def export(self) -> str:
        """Return the destination as a slug, for `parent=`."""
        slug = SpanSlug(self.container.object_type, object_id=self.container.object_id)
        return encode_slug(slug, legacy_ids=self.container.recorder.ids.is_legacy)

    def flush(self) -> None:
        """Return once everything logged so far is safe on disk, attachments too."""
        self.container.recorder.flush()

    def log_root_row(self, event: dict[str, Any]) -> str:
        """Log one row that is a trace of its own, whatever span is current; return its row id."""
        now_secs = clock.now_secs()
        metrics: Any = event.get("metrics") or {}
        if isinstance(metrics, dict):
            event["metrics"] = {"end": now_secs, **metrics}
        return open_span(Origin(self.container), event, start_secs=now_secs).id


def _destination_to_text(destination: Destination) -> str:
    return f"<{type(destination).__name__.lower()}>"


register_conversion(Destination, _destination_to_text)
