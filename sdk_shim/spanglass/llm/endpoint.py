"""What the tracer knows of an API: its endpoints, each of which reads its own requests, answers and streams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from spanglass.llm.json_values import JsonObject


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the client is about to send it: what the caller did not give is not in `body`.

    `files` are the parts of a multipart form, (field, file); `is_parsed` says that the answer is to become a
    class of the caller's.
    """

    body: JsonObject
    files: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    is_stream: bool = False
    is_parsed: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What is logged of a request."""

    input: Any
    metadata: JsonObject


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool that an answer tells of; `fields` are those of its span."""

    name: str
    fields: JsonObject


@dataclass(frozen=True, slots=True)
class Answer:
    """What is logged of an answer; `error` is what the API says went wrong inside an answer that arrived."""

    output: Any
    metrics: dict[str, float] = field(default_factory=dict[str, float])
    metadata: JsonObject = field(default_factory=dict[str, Any])
    error: Any = None
    tool_calls: list[ToolCall] = field(default_factory=list[ToolCall])


class StreamReader(Protocol):
    """Puts an answer together while its chunks pass by; keeps what it needs of a chunk, never the chunk."""

    has_tokens: bool
    is_whole: bool

    def read(self, chunk: Any) -> None:
        """Take from a chunk what belongs to the answer; set `has_tokens` and `is_whole` as they become true."""
        ...

    def partial_output(self) -> Any:
        """Return the output as far as it has come, without media: it is asked for again and again. None: nothing."""
        ...

    def answer(self) -> Answer:
        """Return the answer as far as it has come, for the last time."""
        ...


class Endpoint(Protocol):
    """One endpoint of an API; `answers_in_tokens` says that the time to the first of them means something."""

    answers_in_tokens: bool

    def span_name(self, request: Request) -> str:
        """Return the name of the span of a call."""
        ...

    def read_request(self, request: Request) -> Sent:
        """Return what is logged of a request; the request itself stays as it is."""
        ...

    def read_answer(self, body: JsonObject, request: Request) -> Answer:
        """Return what is logged of an answer that came in one piece."""
        ...

    def open_stream(self, request: Request) -> StreamReader | None:
        """Return a reader for an answer that comes in chunks; None where the endpoint has no such answers."""
        ...
