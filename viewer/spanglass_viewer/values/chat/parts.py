"""A part of a message, in any of the shapes that providers give it → what it is.

A part says what it is by its `type` (OpenAI, Anthropic, LangChain, the GenAI conventions, the AI SDK), or by the one
key that it has (Gemini, Bedrock). Whatever is not known stays a value, and is shown as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.messages import (
    MessagePart,
    TextPart,
    ThinkingPart,
    ToolCall,
    ToolResult,
    ValuePart,
)
from spanglass_viewer.values.decode import JsonValue, NotJson, decode_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    JsonObject = dict[str, JsonValue]

_TEXT_TYPES = frozenset({"text", "input_text", "output_text", "summary_text", "refusal"})
_TEXT_KEYS = ("text", "content", "refusal")
_THINKING_TYPES = frozenset({"thinking", "redacted_thinking", "reasoning", "reasoning_content"})
_CALL_TYPES = frozenset({
    "tool_use", "server_tool_use", "mcp_tool_use", "function_call", "tool_call", "tool-call", "custom_tool_call",
    "mcp_call", "function",
})  # fmt: skip
_RESULT_TYPES = frozenset({
    "tool_result", "tool-result", "tool_call_response", "function_call_output", "custom_tool_call_output",
    "mcp_tool_result", "function_response",
})  # fmt: skip
_RESULT_SUFFIX = "_tool_result"  # web_search_tool_result and its like
_ID_KEYS = ("call_id", "tool_call_id", "tool_use_id", "toolUseId", "toolCallId", "id")
_NAME_KEYS = ("name", "toolName", "tool_name")
_ARGUMENT_KEYS = ("arguments", "input", "args", "partial_json")
_ANSWER_KEYS = ("output", "content", "result", "response")
_MAX_ARGUMENT_CHARS = 100_000


def read_content(content: JsonValue) -> Iterator[MessagePart]:
    """Yield the parts of a message's content: a text, a list of parts, or one part."""
    if isinstance(content, str):
        yield TextPart(content)
    elif isinstance(content, list):
        for part in content:
            yield from read_part(part)
    elif content is not None:
        yield from read_part(content)


def read_part(part: JsonValue) -> Iterator[MessagePart]:
    """Yield what one part is; a few shapes put several into one."""
    if isinstance(part, str):
        yield TextPart(part)
    elif isinstance(part, dict):
        found = _read_typed(part) or _read_lone(part)
        yield ValuePart(part) if found is None else found
    else:
        yield ValuePart(part)


def read_call(call: JsonValue) -> MessagePart:
    """Return a member of `tool_calls`, in OpenAI's shape (the function inside) or in LangChain's (flat)."""
    if not isinstance(call, dict):
        return ValuePart(call)
    inner = call.get("function") or call.get("tool_call")
    if isinstance(inner, dict):
        function = inner.get("function") if isinstance(inner.get("function"), dict) else inner
        if isinstance(function, dict) and _first_text(function, _NAME_KEYS):
            return _tool_call({**function, "id": call.get("id") or inner.get("id") or function.get("id")})
    return _tool_call(call) if _first_text(call, _NAME_KEYS) else ValuePart(call)


def read_result(
    content: JsonValue, call_id: str | None, name: str | None = None, *, is_error: bool = False
) -> ToolResult:
    """Return what a tool answered: JSON written into a text, as a rule, which is read."""
    parts: list[TextPart | ValuePart] = []
    for part in read_content(content):
        if isinstance(part, TextPart):
            value = read_json(part.text)
            parts.append(ValuePart(value) if isinstance(value, dict | list) else part)
        else:
            parts.append(part if isinstance(part, ValuePart) else ValuePart(content))
    return ToolResult(tuple(parts), call_id, name, is_error)


def read_json(text: str) -> JsonValue:
    """Return the object or list that a text holds, else the text: a call may have broken off."""
    if len(text) > _MAX_ARGUMENT_CHARS or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return decode_json(text)
    except NotJson:
        return text


def _read_typed(part: JsonObject) -> MessagePart | None:
    named = part.get("type")
    if not isinstance(named, str):
        return None
    if named in _TEXT_TYPES:
        text = _first_text(part, _TEXT_KEYS, is_empty_wanted=True)
        return None if text is None else TextPart(text)
    if named in _THINKING_TYPES:
        return _read_thinking(part)
    if named in _CALL_TYPES:
        return read_call(part) if "function" in part else _tool_call(part) if _first_text(part, _NAME_KEYS) else None
    if named in _RESULT_TYPES or named.endswith(_RESULT_SUFFIX):
        return _read_typed_result(part)
    return None


def _read_thinking(part: JsonObject) -> MessagePart | None:
    for key in ("thinking", "text", "content", "summary", "reasoning"):
        found = part.get(key)
        if isinstance(found, str):
            return ThinkingPart(found)
        if isinstance(found, list) and found:
            return ThinkingPart("\n\n".join(said.text for said in read_content(found) if isinstance(said, TextPart)))
    is_hidden = any(key in part for key in ("data", "encrypted_content", "signature", "summary"))
    return ThinkingPart("") if is_hidden else None


def _read_typed_result(part: JsonObject) -> MessagePart | None:
    key = next((key for key in _ANSWER_KEYS if key in part), None)
    if key is None:
        return None
    return read_result(
        _unwrapped(part[key]),
        _first_text(part, _ID_KEYS),
        _first_text(part, _NAME_KEYS),
        is_error=part.get("is_error") is True or part.get("isError") is True or part.get("status") == "error",
    )


def _unwrapped(answer: JsonValue) -> JsonValue:
    """Return the value in the AI SDK's `{"type": "json", "value": …}`."""
    is_wrapped = isinstance(answer, dict) and answer.keys() == {"type", "value"}
    return answer["value"] if is_wrapped and isinstance(answer, dict) else answer


def _read_lone(part: JsonObject) -> MessagePart | None:
    """Read a part of Gemini or Bedrock, which is named by its one key."""
    if part.get("thought") is True and isinstance(text := part.get("text"), str):
        return ThinkingPart(text)
    for key, read in _LONE_READERS.items():
        if key in part and len(part) <= _MOST_LONE_KEYS and "type" not in part:
            return read(part[key])
    return None


_MOST_LONE_KEYS = 2  # Gemini puts a thoughtSignature beside the part


def _lone_text(inner: JsonValue) -> MessagePart | None:
    return TextPart(inner) if isinstance(inner, str) else None


def _lone_call(inner: JsonValue) -> MessagePart | None:
    return _tool_call(inner) if isinstance(inner, dict) and _first_text(inner, _NAME_KEYS) else None


def _lone_response(inner: JsonValue) -> MessagePart | None:
    if not isinstance(inner, dict) or "response" not in inner:
        return None
    return read_result(inner["response"], _first_text(inner, _ID_KEYS), _first_text(inner, _NAME_KEYS))


def _lone_tool_result(inner: JsonValue) -> MessagePart | None:
    if not isinstance(inner, dict) or "content" not in inner:
        return None
    content = inner["content"]
    parts = [part["json"] if isinstance(part, dict) and part.keys() == {"json"} else part
             for part in (content if isinstance(content, list) else [content])]  # fmt: skip
    return read_result(parts, _first_text(inner, _ID_KEYS), is_error=inner.get("status") == "error")


def _lone_reasoning(inner: JsonValue) -> MessagePart | None:
    if not isinstance(inner, dict):
        return None
    told = inner.get("reasoningText")
    text = told.get("text") if isinstance(told, dict) else None
    return ThinkingPart(text if isinstance(text, str) else "")


_LONE_READERS: dict[str, Callable[[JsonValue], MessagePart | None]] = {
    "text": _lone_text,
    "function_call": _lone_call,
    "functionCall": _lone_call,
    "toolUse": _lone_call,
    "function_response": _lone_response,
    "functionResponse": _lone_response,
    "toolResult": _lone_tool_result,
    "reasoningContent": _lone_reasoning,
}


def _tool_call(function: JsonObject) -> ToolCall:
    arguments = next((function[key] for key in _ARGUMENT_KEYS if function.get(key) is not None), None)
    if isinstance(arguments, str):
        arguments = read_json(arguments)
    call = ToolCall(_first_text(function, _NAME_KEYS) or "?", arguments, _first_text(function, _ID_KEYS))
    if function.get("type") == "mcp_call" and (answer := function.get("output") or function.get("error")) is not None:
        result = read_result(answer, call.call_id, is_error=function.get("error") is not None)
        return ToolCall(call.name, call.arguments, call.call_id, result)
    return call


def _first_text(part: JsonObject, keys: tuple[str, ...], *, is_empty_wanted: bool = False) -> str | None:
    return next((text for key in keys if isinstance(text := part.get(key), str) and (text or is_empty_wanted)), None)
