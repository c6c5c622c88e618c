"""What the spans of one trace have in common, made once a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spanglass.container import Container


class Trace:
    """A trace in one container; `fields_json` is the container's, `recorder` too."""

    __slots__ = ("container", "fields_json", "propagated_event", "recorder", "root_span_id")

    def __init__(self, container: Container, root_span_id: str, propagated_event: dict[str, Any] | None = None) -> None:
        self.container = container
        self.recorder = container.recorder
        self.root_span_id = root_span_id
        self.propagated_event = propagated_event
        self.fields_json = container.fields_json
