"""OpenAI's responses: items in, items out, and a tool span for each item that calls a tool."""

from __future__ import annotations

from typing import Any, cast

from spanglass.llm.deltas import Merged, TextPieces, plain
from spanglass.llm.endpoint import Answer, Request, Sent, ToolCall
from spanglass.llm.json_values import JsonObject, as_object, dump_model, list_objects, parse_text
from spanglass.llm.media import attachment_of_base64
from spanglass.llm.openai_chat import split_request
from spanglass.llm.token_usage import openai_metrics

# What of an answer is worth a place beside the request's parameters.
_ANSWER_METADATA = ("id", "created_at", "model", "object", "status", "service_tier", "incomplete_details")
_FINAL_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_PICTURE = "image_generation_call"

_TOOL_INPUTS: dict[str, tuple[str, ...]] = {
    "code_interpreter_call": ("code", "container_id"),
    "computer_call": ("action", "actions"),
    "custom_tool_call": ("input",),
    "file_search_call": ("queries",),
    "function_call": ("arguments",),
    _PICTURE: ("revised_prompt",),
    "local_shell_call": ("action",),
    "mcp_call": ("arguments",),
    "shell_call": ("action",),
    "apply_patch_call": ("operation",),
    "web_search_call": ("action",),
}
_SOLE_INPUTS = frozenset({"arguments", "input"})
_TOOL_METADATA = {
    "type": "tool_type",
    "id": "tool_id",
    "call_id": "call_id",
    "status": "status",
    "server_label": "server_label",
}


class Responses:
    """`/responses`, by `create`, `parse` or `stream`."""

    answers_in_tokens = True

    def span_name(self, request: Request) -> str:
        """Return the name of the method that asks."""
        return "openai.responses.parse" if request.is_parsed else "openai.responses.create"

    def read_request(self, request: Request) -> Sent:
        """Return input, model and parameters."""
        return split_request(request, "input")

    def read_answer(self, body: JsonObject, request: Request) -> Answer:
        """Return the output items, usage, and the calls of tools among the items."""
        del request
        items = _with_images(body.get("output"))
        metadata = {name: body[name] for name in _ANSWER_METADATA if body.get(name) is not None}
        return Answer(items, openai_metrics(body.get("usage")), metadata, body.get("error"), list_tool_calls(items))

    def open_stream(self, request: Request) -> ResponseStream:
        """Return a reader of `response.…` events."""
        return ResponseStream(self, request)


class ResponseStream:
    """Events of a response: the last one holds it whole, the others what it has come to before."""

    def __init__(self, endpoint: Responses, request: Request) -> None:
        self.has_tokens = False
        self.is_whole = False
        self._endpoint = endpoint
        self._request = request
        self._items: dict[int, Any] = {}
        self._final: Any = None
        self._error: Any = None

    def read(self, chunk: Any) -> None:
        """Take in one event."""
        kind = str(getattr(chunk, "type", ""))
        if kind.endswith(".delta"):
            self._read_delta(kind, chunk)
        elif kind == "response.output_item.done":
            self._items[chunk.output_index] = dump_model(chunk.item)
        elif kind in _FINAL_EVENTS:
            self._final = dump_model(chunk.response)
            self.is_whole = True
        elif kind == "error":
            self._error = dump_model(chunk)

    def partial_output(self) -> list[Any]:
        """Return the items, of pictures only that they are there."""
        items = self._list_items()
        for item in list_objects(items):
            if item.get("type") == _PICTURE:
                item.pop("result", None)
        return items

    def answer(self) -> Answer:
        """Return the response, or the items as far as they have come."""
        if self._final is not None:
            return self._endpoint.read_answer(self._final, self._request)
        items = _with_images(self._list_items())
        return Answer(items, error=self._error, tool_calls=list_tool_calls(items))

    def _list_items(self) -> list[Any]:
        return [plain(self._items[index]) for index in sorted(self._items)]

    def _read_delta(self, kind: str, chunk: Any) -> None:
        piece = getattr(chunk, "delta", None)
        if not isinstance(piece, str):
            return
        self.has_tokens = True
        item: Merged = self._items.setdefault(getattr(chunk, "output_index", 0), {})
        name = kind[len("response.") : -len(".delta")]  # output_text, refusal, function_call_arguments, …
        pieces = item.get(name)
        if type(pieces) is TextPieces:
            pieces.append(piece)
        else:
            item[name] = TextPieces((piece,))


def list_tool_calls(items: Any) -> list[ToolCall]:
    """Return the calls of tools among the items of an output."""
    return [_read_tool_call(item) for item in list_objects(items) if item.get("type") in _TOOL_INPUTS]


def _read_tool_call(item: JsonObject) -> ToolCall:
    kind: str = item["type"]
    name, server = item.get("name"), item.get("server_label")
    metadata = {ours: item[given] for given, ours in _TOOL_METADATA.items() if item.get(given) is not None}
    fields: JsonObject = {"input": _tool_input(item, _TOOL_INPUTS[kind]), "metadata": metadata}
    if item.get("error") is not None:
        fields["error"] = parse_text(item["error"])
    elif kind != "function_call":  # that one the program itself carries out, later
        fields["output"] = _tool_output(item, _TOOL_INPUTS[kind])
    return ToolCall(f"{server}.{name}" if server and name else str(name or kind), fields)


def _tool_input(item: JsonObject, names: tuple[str, ...]) -> Any:
    given = {name: parse_text(item[name]) for name in names if item.get(name) is not None}
    sole = next(iter(given)) if len(given) == 1 else None
    return given[sole] if sole in _SOLE_INPUTS else given or None


def _tool_output(item: JsonObject, input_names: tuple[str, ...]) -> JsonObject | None:
    told = {"name", "error", *_TOOL_METADATA, *input_names}
    output = {
        name: parse_text(value) if name == "output" else value
        for name, value in item.items()
        if name not in told and value is not None
    }
    return output or None


def _with_images(items: Any) -> Any:
    """Return the items with generated images as attachments."""
    if not isinstance(items, list):
        return items
    return [_with_image(item) for item in cast("list[Any]", items)]


def _with_image(item: Any) -> Any:
    part = as_object(item)
    if part.get("type") != _PICTURE:
        return item
    content_type = f"image/{part.get('output_format') or 'png'}"
    return {**part, "result": attachment_of_base64(part.get("result"), content_type)}
