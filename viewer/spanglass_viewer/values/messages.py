"""Chat messages in values: the shapes of OpenAI's chat and responses, as roles and parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.values.decode import JsonValue, NotJson, decode_json

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function", "model", "ai", "human"})
_TOOL_ROLES = frozenset({"tool", "function"})
_TEXT_TYPES = frozenset({"text", "input_text", "output_text", "summary_text", "refusal"})
_MAX_ARGUMENT_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class TextPart:
    """Something that was said."""

    text: str


@dataclass(frozen=True, slots=True)
class ValuePart:
    """Anything else in a message: an image, a file, an unknown part."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for; `arguments` are decoded where they are JSON, else the text."""

    name: str
    arguments: JsonValue
    call_id: str | None


MessagePart = TextPart | ValuePart | ToolCall


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `name` is who speaks within the role, `note` what else is said of it (a finish reason)."""

    role: str
    parts: tuple[MessagePart, ...]
    name: str | None = None
    note: str | None = None

    def preview(self) -> str:
        """Return the message in a line: its first text, else what it holds."""
        for part in self.parts:
            if isinstance(part, TextPart) and part.text.strip():
                return part.text[:1000]
            if isinstance(part, ToolCall):
                return f"{part.name}(…)"
        return "1 part" if len(self.parts) == 1 else f"{len(self.parts)} parts"


def find_messages(value: JsonValue) -> tuple[Message, ...] | None:
    """Return the messages that a value as a whole stands for, None where it is no chat."""
    if isinstance(value, dict):
        if "messages" in value and len(value) == 1:
            return find_messages(value["messages"])
        if isinstance(value.get("choices"), list):
            return find_messages(value["choices"])
        return find_messages([value])
    if not isinstance(value, list) or not value:
        return None
    found = [_find_message(item) for item in value]
    messages = tuple(message for message in found if message is not None)
    return messages if len(messages) == len(found) else None


def _find_message(item: JsonValue) -> Message | None:
    if not isinstance(item, dict):
        return None
    inner = item.get("message")
    if isinstance(inner, dict) and "index" in item:  # a choice
        message = _find_message(inner)
        reason = item.get("finish_reason")
        is_worth_saying = isinstance(reason, str) and reason not in {"stop", "tool_calls"}
        return message if message is None or not is_worth_saying else _with_note(message, str(reason))
    role = item.get("role")
    if isinstance(role, str) and role.lower() in _ROLES and not item.keys().isdisjoint(_CONTENT_KEYS):
        parts = tuple(_parts_of(item))
        return Message(role.lower(), _read_results(parts) if role.lower() in _TOOL_ROLES else parts, _speaker(item))
    return _find_response_item(item)


_CONTENT_KEYS = frozenset({"content", "tool_calls", "function_call", "refusal", "parts"})


def _find_response_item(item: dict[str, JsonValue]) -> Message | None:
    """Read an item of OpenAI's responses that is not a message."""
    named = item.get("type")
    if named == "function_call" and isinstance(item.get("name"), str):
        return Message("assistant", (_tool_call(item, item.get("call_id")),))
    if named == "function_call_output" and "output" in item:
        return Message("tool", _read_results(tuple(_content_parts(item["output"]))), name=_text_of(item, "call_id"))
    if named == "reasoning" and "summary" in item:
        return Message("assistant", tuple(_content_parts(item["summary"])), note="reasoning")
    return None


def _with_note(message: Message, note: str) -> Message:
    return Message(message.role, message.parts, message.name, note)


def _parts_of(item: dict[str, JsonValue]) -> Iterable[MessagePart]:
    for key in ("reasoning_content", "content", "refusal", "parts"):
        if item.get(key) is not None:
            yield from _content_parts(item[key])
    calls = item.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(call, dict) and isinstance(function, dict):
            yield _tool_call(function, call.get("id"))
        else:
            yield ValuePart(call)
    if isinstance(single := item.get("function_call"), dict):
        yield _tool_call(single, None)


def _content_parts(content: JsonValue) -> Iterable[MessagePart]:
    if isinstance(content, str):
        yield TextPart(content)
    elif isinstance(content, list):
        for part in content:
            text = _part_text(part)
            yield ValuePart(part) if text is None else TextPart(text)
    elif content is not None:
        yield ValuePart(content)


def _part_text(part: JsonValue) -> str | None:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return None
    text = part.get("refusal") if part.get("type") == "refusal" else part.get("text")
    is_text = part.get("type") in _TEXT_TYPES or part.keys() == {"text"}
    return text if is_text and isinstance(text, str) else None


def _tool_call(function: dict[str, JsonValue], call_id: JsonValue) -> ToolCall:
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        arguments = _read_json(arguments)
    name = function.get("name")
    return ToolCall(name if isinstance(name, str) else "?", arguments, call_id if isinstance(call_id, str) else None)


def _read_results(parts: tuple[MessagePart, ...]) -> tuple[MessagePart, ...]:
    """Read what tools answered: JSON written into a string, as a rule."""
    read: list[MessagePart] = []
    for part in parts:
        value = _read_json(part.text) if isinstance(part, TextPart) else None
        read.append(ValuePart(value) if isinstance(value, dict | list) else part)
    return tuple(read)


def _read_json(text: str) -> JsonValue:
    """Return the object or list that a text holds, else the text: a call may have broken off."""
    if len(text) > _MAX_ARGUMENT_CHARS or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return decode_json(text)
    except NotJson:
        return text


def _speaker(item: dict[str, JsonValue]) -> str | None:
    return _text_of(item, "name") or _text_of(item, "tool_call_id")


def _text_of(item: dict[str, JsonValue], key: str) -> str | None:
    found = item.get(key)
    return found if isinstance(found, str) and found else None
