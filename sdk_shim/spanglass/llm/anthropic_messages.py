"""Anthropic's messages: a system prompt and messages in, content blocks out."""

from __future__ import annotations

from typing import Any, cast

from spanglass.llm.deltas import Merged, TextPieces, merge_delta, plain
from spanglass.llm.endpoint import Answer, Request, Sent, ToolCall
from spanglass.llm.json_values import JsonObject, as_object, dump_model, list_objects, parse_text
from spanglass.llm.media import with_attachments
from spanglass.llm.openai_chat import split_request
from spanglass.llm.token_usage import anthropic_metrics

_ANSWER_FIELDS = ("role", "content", "model", "stop_reason", "stop_sequence", "parsed_output")
# The tools that Anthropic's own servers run: an answer holds both the call and its result.
_SERVER_TOOL_CALLS = frozenset({"server_tool_use", "mcp_tool_use"})
_RESULT_SUFFIX = "_tool_result"
_DELTA_FIELDS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}


class Messages:
    """`/v1/messages`, by `create`, `parse` or `stream`, beta or not."""

    answers_in_tokens = True

    def span_name(self, request: Request) -> str:
        """Return the name of the method that asks; a streamed `create` is a stream."""
        if request.is_stream:
            return "anthropic.messages.stream"
        return "anthropic.messages.parse" if request.is_parsed else "anthropic.messages.create"

    def read_request(self, request: Request) -> Sent:
        """Return the messages, the system prompt the first of them, model and parameters."""
        system = request.body.get("system")
        others = {name: value for name, value in request.body.items() if name != "system"}
        sent = split_request(Request(others), "messages", provider="anthropic")
        if not system:
            return sent
        messages = cast("list[Any]", sent.input or [])
        return Sent([{"role": "system", "content": with_attachments(system)}, *messages], sent.metadata)

    def read_answer(self, body: JsonObject, request: Request) -> Answer:
        """Return the message, usage, and the tools that ran on the server."""
        del request
        content = body.get("content")
        output = {name: body[name] for name in _ANSWER_FIELDS if body.get(name) is not None}
        return Answer(output, anthropic_metrics(body.get("usage")), tool_calls=list_server_tool_calls(content))

    def open_stream(self, request: Request) -> MessageStream:
        """Return a reader of the events of a message."""
        return MessageStream(self, request)


class MessageStream:
    """Events of a message, put together block by block."""

    def __init__(self, endpoint: Messages, request: Request) -> None:
        self.has_tokens = False
        self.is_whole = False
        self._endpoint = endpoint
        self._request = request
        self._message: JsonObject = {}
        self._blocks: dict[int, Merged] = {}
        self._usage: JsonObject = {}

    def read(self, chunk: Any) -> None:
        """Take in one event."""
        kind: str = chunk.type
        if kind == "content_block_delta":
            self._read_delta(chunk.index, chunk.delta)
        elif kind == "content_block_start":
            self._blocks[chunk.index] = dump_model(chunk.content_block)
        elif kind == "message_start":
            self._message = dump_model(chunk.message)
            self._usage = dump_model(self._message.get("usage"))
        elif kind == "message_delta":
            self._message |= dump_model(chunk.delta)
            self._usage |= dump_model(chunk.usage)  # counted from the start: the last one is the sum
        elif kind == "message_stop":
            self.is_whole = True

    def partial_output(self) -> Any:
        """Return the message with its blocks; an answer holds no media."""
        return self.answer().output

    def answer(self) -> Answer:
        """Return the message as an answer in one piece has it."""
        content = [_finished_block(self._blocks[index]) for index in sorted(self._blocks)]
        body = {**self._message, "content": content, "usage": self._usage}
        return self._endpoint.read_answer(body, self._request)

    def _read_delta(self, index: int, delta: Any) -> None:
        self.has_tokens = True
        block = self._blocks.setdefault(index, {})
        name = _DELTA_FIELDS.get(delta.type)
        if name is None:
            self._read_other_delta(block, delta)
            return
        piece = getattr(delta, name)
        pieces = block.get(name)
        if type(pieces) is TextPieces:
            pieces.append(piece)
        else:
            block[name] = TextPieces((pieces, piece) if isinstance(pieces, str) else (piece,))

    def _read_other_delta(self, block: Merged, delta: Any) -> None:
        fields = dump_model(delta)
        fields.pop("type", None)
        citation = fields.pop("citation", None)
        if citation is not None:
            block.setdefault("citations", []).append(citation)
        merge_delta(block, fields)


def list_server_tool_calls(content: Any) -> list[ToolCall]:
    """Return the calls of tools that ran on the server, each with its result where there is one."""
    blocks = list_objects(content)
    results = {
        block["tool_use_id"]: block
        for block in blocks
        if "tool_use_id" in block and str(block.get("type")).endswith(_RESULT_SUFFIX)
    }
    return [
        _read_server_tool_call(block, results.get(block.get("id")))
        for block in blocks
        if block.get("type") in _SERVER_TOOL_CALLS
    ]


def _read_server_tool_call(block: JsonObject, result: JsonObject | None) -> ToolCall:
    server = block.get("server_name")
    name = str(block.get("name") or block["type"])
    metadata = {"tool_type": block["type"], "tool_id": block.get("id"), "server_name": server}
    fields: JsonObject = {
        "input": block.get("input"),
        "metadata": {name: value for name, value in metadata.items() if value is not None},
    }
    if result is not None:
        fields["error" if _is_error(result) else "output"] = result.get("content")
    return ToolCall(f"{server}.{name}" if server else name, fields)


def _is_error(result: JsonObject) -> bool:
    return result.get("is_error") is True or "error_code" in as_object(result.get("content"))


def _finished_block(block: Merged) -> JsonObject:
    finished: JsonObject = plain(block)
    arguments = finished.pop("partial_json", None)
    if arguments:
        finished["input"] = parse_text(arguments)
    return finished
