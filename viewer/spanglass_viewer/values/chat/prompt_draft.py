"""A logged call of a model → a prompt that can be edited and sent to an OpenAI-compatible endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.messages import (
    Conversation,
    Message,
    MessagePart,
    TextPart,
    ToolCall,
    ToolResult,
    ValuePart,
)
from spanglass_viewer.values.decode import JsonValue, NotJson, decode_json
from spanglass_viewer.values.pretty import compact_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    JsonObject = dict[str, JsonValue]

ROLES = ("system", "developer", "user", "assistant", "tool")
_ROLE_NAMES = {"model": "assistant", "ai": "assistant", "human": "user", "function": "tool"}
# what an OpenAI-compatible endpoint takes under its own name; whatever else was logged belongs to another API
_PARAMETERS = frozenset({
    "temperature", "max_tokens", "max_completion_tokens", "top_p", "n", "seed", "stop", "frequency_penalty",
    "presence_penalty", "reasoning_effort", "response_format", "tool_choice", "parallel_tool_calls", "logit_bias",
    "verbosity",
})  # fmt: skip
_SAME = {"max_output_tokens": "max_completion_tokens", "stop_sequences": "stop"}
_OWN = frozenset({"model", "messages", "stream", "stream_options", "tools"})


class BadDraft(ValueError):  # noqa: N818 - it names what was typed, not the failure
    """The draft cannot be sent; its text says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What was set up: where prompts go, and the environment variable that has the key."""

    base_url: str
    key_variable: str

    def __bool__(self) -> bool:
        """Tell whether an endpoint was set up."""
        return bool(self.base_url)


@dataclass(slots=True)
class DraftMessage:
    """A message that can be edited: its text; images and calls go along as they are."""

    role: str
    text: str
    others: list[JsonValue] = field(default_factory=list["JsonValue"])  # parts of the content that are no text
    calls: list[JsonValue] = field(default_factory=list["JsonValue"])
    call_id: str | None = None

    def others_note(self) -> str:
        """Return what goes along beside the text: `1 image or file, 2 tool calls`."""
        notes = [
            f"{len(self.others)} image or file" if len(self.others) == 1 else f"{len(self.others)} images or files"
        ]
        notes = notes if self.others else []
        calls = len(self.calls)
        notes += [f"{calls} tool {'call' if calls == 1 else 'calls'}"] if calls else []
        return ", ".join(notes)

    def to_wire(self) -> JsonObject:
        """Return the message as the API takes it."""
        content: JsonValue = self.text
        if self.others:
            said: list[JsonValue] = [{"type": "text", "text": self.text}] if self.text else []
            content = [*said, *self.others]
        wire: JsonObject = {"role": self.role, "content": content if content or not self.calls else None}
        if self.calls:
            wire["tool_calls"] = self.calls
        if self.role == "tool" and self.call_id is not None:
            wire["tool_call_id"] = self.call_id
        return wire


@dataclass(slots=True)
class PromptDraft:
    """What is going to be sent."""

    model: str
    messages: list[DraftMessage]
    parameters: JsonObject = field(default_factory=dict["str", "JsonValue"])
    tools: list[JsonValue] = field(default_factory=list["JsonValue"])

    def to_body(self) -> JsonObject:
        """Return the body of the request. Raises BadDraft where there is no model or no message."""
        if not self.model.strip():
            raise BadDraft("The prompt needs a model")
        if not self.messages:
            raise BadDraft("The prompt needs a message")
        body: JsonObject = {
            "model": self.model.strip(),
            "messages": [message.to_wire() for message in self.messages],
            **{name: value for name, value in self.parameters.items() if name not in _OWN},
        }
        if self.tools:
            body["tools"] = self.tools
        return {**body, "stream": True, "stream_options": {"include_usage": True}}


def make_draft(conversation: Conversation) -> PromptDraft:
    """Return the prompt of a logged call."""
    known = dict(conversation.facts.parameters)
    parameters: JsonObject = {}
    for name, value in known.items():
        wire_name = _SAME.get(name, name)
        if wire_name in _PARAMETERS:
            parameters[wire_name] = value
    model = known.get("model")
    messages = [draft for message in conversation.messages for draft in _draft_messages(message)]
    tools = [_tool_to_wire(tool.schema, tool.name) for tool in conversation.facts.tools]
    return PromptDraft(model if isinstance(model, str) else "", messages, parameters, [tool for tool in tools if tool])


def read_parameters(text: str) -> JsonObject:
    """Return the parameters that were typed as a JSON object. Raises BadDraft where they are none."""
    if not text.strip():
        return {}
    try:
        value = decode_json(text)
    except NotJson as error:
        raise BadDraft(f"The parameters are no JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadDraft("The parameters are no JSON object")
    return value


def can_try(conversation: Conversation) -> bool:
    """Tell whether a conversation holds a prompt."""
    return any(message.role not in {"assistant", "model"} for message in conversation.messages)


def answer_text(conversation: Conversation) -> str:
    """Return a logged answer as text: what was said, and below it what is called."""
    told: list[str] = []
    for message in conversation.messages:
        for part in message.parts:
            if isinstance(part, TextPart):
                told.append(part.text)
            elif isinstance(part, ToolCall):
                told.append(f"{part.name}({_arguments(part)})")
    return "\n\n".join(told)


def _draft_messages(message: Message) -> Iterator[DraftMessage]:
    """Yield a message, and after it the results of its calls, each a message of its own."""
    role = _ROLE_NAMES.get(message.role, message.role)
    results: list[ToolResult] = []
    texts: list[str] = []
    draft = DraftMessage(role, "")
    for part in message.parts:
        if isinstance(part, TextPart):
            texts.append(part.text)
        elif isinstance(part, ToolCall):
            draft.calls.append(_call_to_wire(part))
            results += [part.result] if part.result is not None else []
        elif isinstance(part, ToolResult):
            results.append(part)
        elif isinstance(part, ValuePart):
            draft.others.append(part.value)
    draft.text = "\n\n".join(texts)
    if draft.text or draft.others or draft.calls:
        yield draft
    for result in results:
        yield DraftMessage("tool", "\n".join(map(_result_text, result.parts)), call_id=result.call_id)


def _result_text(part: MessagePart) -> str:
    if isinstance(part, TextPart):
        return part.text
    return json.dumps(part.value, ensure_ascii=False) if isinstance(part, ValuePart) else ""


def _call_to_wire(call: ToolCall) -> JsonObject:
    return {"id": call.call_id or call.name, "type": "function",
            "function": {"name": call.name, "arguments": _arguments(call)}}  # fmt: skip


def _arguments(call: ToolCall) -> str:
    is_text = isinstance(call.arguments, str)
    return f"{call.arguments}" if is_text else json.dumps(call.arguments or {}, ensure_ascii=False)


def _tool_to_wire(schema: JsonValue, name: str) -> JsonValue:
    """Return a tool as OpenAI's chat takes it; one that a provider runs itself (a web search) as it was logged."""
    if not isinstance(schema, dict) or isinstance(schema.get("function"), dict):
        return schema
    spec = schema.get("toolSpec")
    inner = spec if isinstance(spec, dict) else schema
    given = inner.get("input_schema") or inner.get("parameters") or inner.get("inputSchema")
    if isinstance(given, dict) and given.keys() == {"json"}:
        given = given["json"]
    is_declared = isinstance(given, dict) or inner.get("type") in {None, "function", "custom"}
    if not isinstance(inner.get("name"), str) or not is_declared:
        return schema
    function: JsonObject = {"name": name, "parameters": given if isinstance(given, dict) else {"type": "object"}}
    if isinstance(told := inner.get("description"), str):
        function["description"] = told
    return {"type": "function", "function": function}


def describe_parameters(parameters: JsonObject) -> str:
    """Return parameters as they are edited: a JSON object, a member a line."""
    if not parameters:
        return ""
    lines = [f"  {json.dumps(name)}: {compact_json(value)}" for name, value in parameters.items()]
    return "{\n" + ",\n".join(lines) + "\n}"
