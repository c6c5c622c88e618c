"""A message, or an item that stands for one, in any of the shapes that are known → a `Message`.

OpenAI's chat and responses, Anthropic, Gemini, Bedrock, LangChain (serialised by `lc` or by `type`), OpenInference,
the GenAI conventions (messages with parts, and the older events).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.messages import Message, MessagePart, TextPart, ThinkingPart, ToolResult, ValuePart
from spanglass_viewer.values.chat.parts import read_call, read_content, read_part, read_result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.values.decode import JsonValue

    JsonObject = dict[str, JsonValue]

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function", "model", "ai", "human"})
_TOOL_ROLES = frozenset({"tool", "function"})
_CONTENT_KEYS = ("content", "tool_calls", "function_call", "refusal", "parts", "contents")
_LANGCHAIN_ROLES = {
    "human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "tool", "chat": "user",
    "developer": "developer",
}  # fmt: skip
_CLASS_SUFFIXES = ("MessageChunk", "Message")
_QUIET_REASONS = frozenset({
    "stop", "tool_calls", "end_turn", "tool_use", "stop_sequence", "completed", "tool_call", "tool-calls",
    "finish_reason_stop", "function_call",
})  # fmt: skip
_REASON_KEYS = ("finish_reason", "stop_reason", "finishReason", "stopReason")
_RESPONSE_TYPES = frozenset({
    "function_call", "custom_tool_call", "mcp_call", "function_call_output", "custom_tool_call_output", "reasoning",
})  # fmt: skip
_EVENT_ROLES = {
    "gen_ai.system.message": "system", "gen_ai.user.message": "user", "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool", "gen_ai.choice": "assistant",
}  # fmt: skip
_MOST_WRAPS = 4


def read_message(item: JsonValue) -> Message | None:
    """Return the message that a value stands for, None where it is none."""
    return _read(item, _MOST_WRAPS)


def _read(item: JsonValue, wraps: int) -> Message | None:
    if not isinstance(item, dict) or wraps == 0:
        return None
    inner = item.get("message")
    if isinstance(inner, dict) and not isinstance(item.get("role"), str):
        return _read_wrapped(item, inner, wraps)
    content = item.get("content")
    if isinstance(content, dict) and "parts" in content:  # a candidate of Gemini
        message = _read({"role": "model", **content}, wraps - 1)
        return message and _with_reason(message, item)
    for read in (_read_role, _read_langchain, _read_response_item, _read_event):
        if (message := read(item)) is not None:
            return _with_reason(message, item)
    return None


def _read_wrapped(item: JsonObject, inner: JsonObject, wraps: int) -> Message | None:
    """Read a choice, a generation of LangChain, or OpenInference's `{"message": {…}}`, whose keys may be flat."""
    is_wrap = len(item) == 1 or not item.keys().isdisjoint({"index", "generation_info", "text", *_REASON_KEYS})
    if not is_wrap:
        return None
    message = _read(inner, wraps - 1)
    info = item.get("generation_info")
    return message and _with_reason(message, {**item, **(info if isinstance(info, dict) else {})})


def _read_role(item: JsonObject) -> Message | None:
    role = item.get("role")
    if not isinstance(role, str) or role.lower() not in _ROLES or item.keys().isdisjoint(_CONTENT_KEYS):
        return None
    return _made(role.lower(), item, is_error=item.get("status") == "error")


def _made(role: str, item: JsonObject, *, is_error: bool = False) -> Message:
    parts = tuple(_iter_parts(item))
    call_id, name = _text_of(item, "tool_call_id"), _text_of(item, "name")
    is_answer = role in _TOOL_ROLES and not any(isinstance(part, ToolResult) for part in parts)
    if is_answer:
        said = tuple(part for part in parts if isinstance(part, TextPart | ValuePart))
        read = [read_result(part.text if isinstance(part, TextPart) else part.value, None).parts for part in said]
        answer = tuple(part for piece in read for part in piece) or (TextPart(""),)
        return Message("tool", (ToolResult(answer, call_id or _text_of(item, "id"), name, is_error=is_error),), name)
    return Message(role, parts, name)


def _iter_parts(item: JsonObject) -> Iterator[MessagePart]:
    for key in ("reasoning_content", "reasoning"):
        if isinstance(thought := item.get(key), str) and thought:
            yield ThinkingPart(thought)
    for key in ("content", "refusal", "parts", "contents"):
        found = item.get(key)
        if key == "contents" and isinstance(found, list):  # OpenInference: [{"message_content": {…}}]
            found = [part.get("message_content", part) if isinstance(part, dict) else part for part in found]
        # beside calls, an empty content is a form and nothing that was said
        if found is not None and not (found == "" and item.get("tool_calls")):
            yield from (_openinference_part(part) for part in read_content(found))
    calls = item.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        yield read_call(call)
    if isinstance(single := item.get("function_call"), dict):
        yield read_call(single)
    if isinstance(audio := item.get("audio"), dict):
        yield ValuePart(audio)


def _openinference_part(part: MessagePart) -> MessagePart:
    """Return the image in OpenInference's `{"type": "image", "image": {"image": {"url": …}}}` as OpenAI has it."""
    value = part.value if isinstance(part, ValuePart) else None
    image = value.get("image") if isinstance(value, dict) else None
    inner = image.get("image", image) if isinstance(image, dict) else None
    if isinstance(inner, dict) and inner.keys() == {"url"}:
        return ValuePart({"type": "image_url", "image_url": inner})
    return part


def _read_langchain(item: JsonObject) -> Message | None:
    """Read `{"lc": 1, "id": […, "HumanMessage"], "kwargs": {…}}`, `{"type": "human", "data": {…}}`, or it flat."""
    path, fields = item.get("id"), item.get("kwargs")
    if "lc" in item and isinstance(path, list) and path and isinstance(fields, dict):
        name = str(path[-1])
        suffix = next((suffix for suffix in _CLASS_SUFFIXES if name.endswith(suffix)), None)
        kind = name.removesuffix(suffix).lower() if suffix else ""
    else:
        kind = str(item.get("type", "")).removesuffix("MessageChunk").removesuffix("Message").lower()
        fields = item.get("data") if isinstance(item.get("data"), dict) else item
    if not isinstance(fields, dict) or kind not in _LANGCHAIN_ROLES or "content" not in fields:
        return None
    extra = fields.get("additional_kwargs")
    called = extra.get("tool_calls") if isinstance(extra, dict) else None
    given = {**fields, "tool_calls": fields.get("tool_calls") or called}
    answered = fields.get("response_metadata")
    message = _made(_LANGCHAIN_ROLES[kind], given, is_error=fields.get("status") == "error")
    return _without_doubled_calls(_with_reason(message, answered if isinstance(answered, dict) else {}))


def _without_doubled_calls(message: Message) -> Message:
    """Leave out calls that stand in the content (Anthropic's blocks) and in `tool_calls` too."""
    seen: set[str] = set()
    kept: list[MessagePart] = []
    for part in message.parts:
        call_id = getattr(part, "call_id", None)
        if call_id is None or isinstance(part, ToolResult):
            kept.append(part)
        elif call_id not in seen:
            seen.add(call_id)
            kept.append(part)
    return Message(message.role, tuple(kept), message.name, message.note)


def _read_response_item(item: JsonObject) -> Message | None:
    """Read an item of OpenAI's responses that is not a message."""
    named = item.get("type")
    if not isinstance(named, str):
        return None
    if named in _RESPONSE_TYPES:
        part = next(iter(read_part(item)))
        if isinstance(part, ValuePart):
            return None
        return Message("tool" if isinstance(part, ToolResult) else "assistant", (part,))
    if named.endswith("_call") and "id" in item and "status" in item:  # web_search_call, image_generation_call, …
        return Message("assistant", (ValuePart(item),), note=named.removesuffix("_call").replace("_", " "))
    return None


def _read_event(item: JsonObject) -> Message | None:
    """Read an event of the older GenAI conventions: `{"name": "gen_ai.user.message", "body": {…}}`."""
    named = item.get("event_name") or item.get("event.name") or item.get("name")
    role = _EVENT_ROLES.get(named) if isinstance(named, str) else None
    body = item.get("body") or item.get("attributes")
    if role is None or not isinstance(body, dict):
        return None
    inner = body.get("message")
    fields = {**body, **inner} if isinstance(inner, dict) else body
    message = _made(str(fields.get("role") or role).lower(), fields)
    return _with_reason(message, body)


def is_quiet_reason(reason: JsonValue) -> bool:
    """Tell whether an answer ended in the ordinary way, which is not worth saying."""
    return isinstance(reason, str) and reason.lower() in _QUIET_REASONS


def _with_reason(message: Message, item: JsonObject) -> Message:
    """Say why the message ended, where that is not the ordinary way."""
    reason = next((reason for key in _REASON_KEYS if isinstance(reason := item.get(key), str)), None)
    if reason is None or message.note or is_quiet_reason(reason):
        return message
    return Message(message.role, message.parts, message.name, reason.lower().replace("_", " "))


def _text_of(item: JsonObject, key: str) -> str | None:
    found = item.get(key)
    return found if isinstance(found, str) and found else None
