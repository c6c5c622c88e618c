"""A value → the conversation that it is as a whole: messages, a request, an answer, or a span's attributes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.attributes import read_attributes
from spanglass_viewer.values.chat.call_facts import read_call_facts
from spanglass_viewer.values.chat.message_shapes import is_quiet_reason, read_message
from spanglass_viewer.values.chat.messages import Conversation, Message, ThinkingPart, ToolCall
from spanglass_viewer.values.chat.pairing import pair_results
from spanglass_viewer.values.chat.parts import read_content, read_part

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

    JsonObject = dict[str, JsonValue]

MAX_MESSAGES = 20_000
# where messages lie in a request or an answer, and where instructions do
_MESSAGE_KEYS = ("messages", "contents", "choices", "candidates", "generations", "output", "input", "outputs")
_SYSTEM_KEYS = ("system", "instructions", "systemInstruction", "system_instruction", "system_prompt")
_MOST_WRAPS = 4
# what an answer says of itself, and no reader asks for; the raw value has it
_FORMALITIES = frozenset({"object", "type", "run", "llm_output", "system_fingerprint", "modelVersion"})
_STATES = frozenset({"status", "stopReason", "stop_reason"})


def find_conversation(value: JsonValue) -> Conversation | None:
    """Return the conversation that a value as a whole is, results under their calls; None where it is no chat."""
    found = _find(value, _MOST_WRAPS)
    if found is None or not found.messages or len(found.messages) > MAX_MESSAGES:
        return None
    return replace(found, messages=pair_results(found.messages))


def _find(value: JsonValue, wraps: int) -> Conversation | None:
    if wraps == 0:
        return None
    if isinstance(value, dict):
        attributes = read_attributes(value)
        if attributes is not None:
            return attributes
        message = read_message(value)
        if message is not None:
            facts, _ = read_call_facts({key: value[key] for key in _ANSWER_KEYS if key in value})
            return Conversation((message,), facts)
        return _find_in_envelope(value, wraps)
    if not isinstance(value, list) or not value:
        return None
    return _find_in_list(value, wraps)


_ANSWER_KEYS = ("model", "usage", "usage_metadata")


def _find_in_list(items: list[JsonValue], wraps: int) -> Conversation | None:
    if len(items) <= 2 and isinstance(items[0], list):  # noqa: PLR2004 - LangChain's batches: [[message, …]]
        inner = [_find(item, wraps - 1) for item in items]
        found = [conversation for conversation in inner if conversation is not None]
        if len(found) != len(items):
            return None
        return Conversation(tuple(message for conversation in found for message in conversation.messages))
    if len(items) > MAX_MESSAGES:
        return None
    messages: list[Message] = []
    for item in items:
        message = read_message(item)
        if message is None:
            return None
        messages.append(message)
    return Conversation(tuple(_joined_items(messages)))


def _joined_items(messages: list[Message]) -> list[Message]:
    """Join what the model thought and called in one breath: OpenAI's responses have an item for each."""
    joined: list[Message] = []
    for message in messages:
        last = joined[-1] if joined else None
        is_item = len(message.parts) == 1 and not message.name and not message.note
        if last is not None and is_item and _goes_on(last, message):
            joined[-1] = replace(last, parts=last.parts + message.parts)
        else:
            joined.append(message)
    return joined


def _goes_on(last: Message, message: Message) -> bool:
    is_assistant = last.role == message.role == "assistant" and not last.name and not last.note
    return is_assistant and bool(last.parts) and isinstance(last.parts[-1], ThinkingPart | ToolCall)


def _find_in_envelope(value: JsonObject, wraps: int) -> Conversation | None:
    """Read a request or an answer: its messages, what it says of the call, and what is left."""
    inner: dict[str, Conversation] = {}
    for key in _MESSAGE_KEYS:
        member = value.get(key)
        is_text_input = key == "input" and isinstance(member, str) and _has_call_words(value)
        found = Conversation((Message("user", tuple(read_content(member))),)) if is_text_input else None
        if found is None and isinstance(member, dict | list):
            found = _find(member, wraps - 1)
        if found is not None and found.messages:
            inner[key] = found
    if not inner:
        return None
    messages = [message for conversation in inner.values() for message in conversation.messages]
    rest = {key: member for key, member in value.items() if key not in inner}
    for key in _SYSTEM_KEYS:
        if (said := rest.get(key)) and (instructions := _read_instructions(said)) is not None:
            messages.insert(0, instructions)
            rest.pop(key)
    facts, rest = read_call_facts(rest)
    for conversation in inner.values():
        facts = facts.joined(conversation.facts)
        rest |= {key: member for key, member in conversation.rest.items() if key not in rest}
    if "id" in rest and not rest.keys().isdisjoint(_FORMALITIES | {"created", "created_at"}):
        rest = {key: member for key, member in rest.items() if key not in {"id", "created", "created_at"}}
    rest = {key: member for key, member in rest.items() if not _is_formality(key, member)}
    return Conversation(tuple(messages), facts, rest)


def _is_formality(key: str, member: JsonValue) -> bool:
    return member is None or key in _FORMALITIES or (key in _STATES and is_quiet_reason(member))


def _has_call_words(value: JsonObject) -> bool:
    """Tell whether a text under `input` is a prompt: a model must be named beside it."""
    return isinstance(value.get("model"), str)


def _read_instructions(said: JsonValue) -> Message | None:
    if isinstance(said, dict):
        inner = read_message({"role": "system", **said})
        return inner or Message("system", tuple(read_part(said)))
    return Message("system", tuple(read_content(said))) if isinstance(said, str | list) else None
