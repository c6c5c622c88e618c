"""What the spans of one trace have in common, made once a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spanglass.container import Container


class Trace:
    """A trace in one container. `inner_json` is the part of each row that names both (JSON, without braces)."""

    __slots__ = ("container", "inner_json", "propagated_event", "recorder", "root_span_id")

    def __init__(self, container: Container, root_span_id: str, propagated_event: dict[str, Any] | None = None) -> None:
        self.container = container
        self.recorder = container.recorder
        self.root_span_id = root_span_id
        self.propagated_event = propagated_event
        self.inner_json = f'{container.fields_json},"root_span_id":"{root_span_id}"'
