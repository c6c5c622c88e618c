"""Clients of the real packages, a server for them on the loopback, and the spans that their calls become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pytest
from llm_server import LlmServer

import spanglass
from spanglass.sink import MemorySink
from spanglass_store.database.fold import SpanState, fold
from spanglass_store.database.json_text import parsed
from spanglass_store.database.rows import read_row
from spanglass_store.journal.lines import LineKind, decode_line, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass.logger import Logger


class Recorded:
    """What was written so far; spans are folded as the store folds them."""

    def __init__(self, logger: Logger) -> None:
        self.logger = logger
        self._sink = MemorySink()
        recorder = logger.container.recorder
        recorder.sink, recorder.write = self._sink, self._sink.write
        recorder.uploads._sink = self._sink

    @property
    def attachments(self) -> list[dict[str, Any]]:
        lines = [decode_line(line) for line in self._sink.lines]
        return [line for line in lines if kind_of(line) is LineKind.ATTACHMENT]

    @property
    def rows(self) -> list[dict[str, Any]]:
        lines = [decode_line(line) for line in self._sink.lines]
        return [line for line in lines if kind_of(line) is LineKind.ROW]

    @property
    def spans(self) -> list[dict[str, Any]]:
        states: dict[str, SpanState] = {}
        for number, row in enumerate(self.rows):
            state = states.setdefault(row["id"], SpanState(row["id"]))
            fold(state, [read_row(row, number)])
        return [{**state.identity, **_plain(state.fields)} for state in states.values()]

    @property
    def only_span(self) -> dict[str, Any]:
        (span,) = self.spans
        return span

    def stored(self, reference: dict[str, Any]) -> bytes:
        """Return the bytes of an attachment."""
        recorder = self.logger.container.recorder
        assert recorder.uploads.wait(10)
        (digest,) = [
            line["digest"] for line in self.attachments if line["key"] == reference["key"] and line["state"] == "done"
        ]
        return (recorder.store.path / "blobs" / digest[:2] / digest).read_bytes()


def _plain(value: Any) -> Any:
    value = parsed(value)
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.fixture
def recorded(logger: Logger) -> Recorded:
    return Recorded(logger)


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def openai_client(server: LlmServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="none", base_url=f"{server.url}/v1", max_retries=0, timeout=10) as client:
        yield spanglass.wrap_openai(client)


@pytest.fixture
def async_openai_client(server: LlmServer) -> openai.AsyncOpenAI:
    """The test closes it, in the loop that it ran in."""
    return spanglass.wrap_openai(
        openai.AsyncOpenAI(api_key="none", base_url=f"{server.url}/v1", max_retries=0, timeout=10)
    )


@pytest.fixture
def anthropic_client(server: LlmServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="none", base_url=server.url, max_retries=0, timeout=10) as client:
        yield spanglass.wrap_anthropic(client)


@pytest.fixture
def async_anthropic_client(server: LlmServer) -> anthropic.AsyncAnthropic:
    """The test closes it, in the loop that it ran in."""
    return spanglass.wrap_anthropic(
        anthropic.AsyncAnthropic(api_key="none", base_url=server.url, max_retries=0, timeout=10)
    )
