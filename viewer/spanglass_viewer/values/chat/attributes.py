"""Flattened attributes of OpenInference and of the GenAI conventions → the conversation that they tell.

`llm.input_messages.0.message.role` and `gen_ai.prompt.0.content` are put together again; `gen_ai.input.messages` holds
JSON, as a text or as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.call_facts import read_call_facts
from spanglass_viewer.values.chat.message_shapes import read_message
from spanglass_viewer.values.chat.messages import Conversation, Message
from spanglass_viewer.values.chat.parts import read_content, read_json

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

    JsonObject = dict[str, JsonValue]

_OPENINFERENCE = ("llm.input_messages", "llm.output_messages")
_INDEXED_GENAI = ("gen_ai.prompt", "gen_ai.completion")
_GENAI = ("gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages")
_MARKS = ("llm.", "gen_ai.")
_MOST_DEPTH = 12


def read_attributes(value: JsonObject) -> Conversation | None:
    """Return the conversation in a span's attributes, None where there is none."""
    if not any(key.startswith(_MARKS) for key in value):
        return None
    messages: list[Message] = []
    told: set[str] = set()
    for prefix in (*_OPENINFERENCE, *_INDEXED_GENAI):
        flat = {key: member for key, member in value.items() if key == prefix or key.startswith(f"{prefix}.")}
        told |= flat.keys()
        nested = _nested(flat, prefix)
        messages += _read_all(read_json(nested) if isinstance(nested, str) else nested)
    for key in _GENAI:
        if key in value:
            told.add(key)
            found = value[key]
            given = read_json(found) if isinstance(found, str) else found
            messages += _read_instructions(given) if key == _GENAI[0] else _read_all(given)
    if not messages:
        return None
    rest = {key: member for key, member in value.items() if key not in told}
    facts, rest = read_call_facts(rest)
    return Conversation(tuple(messages), facts, rest)


def _read_all(found: JsonValue) -> list[Message]:
    items = found if isinstance(found, list) else [found]
    return [message for item in items if (message := read_message(_with_flat_calls(item))) is not None]


def _read_instructions(found: JsonValue) -> list[Message]:
    parts = tuple(read_content(found))
    return [Message("system", parts)] if parts else []


def _with_flat_calls(item: JsonValue) -> JsonValue:
    """Return an indexed prompt with a role, as `gen_ai.completion.0` may leave it out."""
    if isinstance(item, dict) and "role" not in item and "message" not in item and "content" in item:
        return {"role": "assistant", **item}
    return item


def _nested(flat: JsonObject, prefix: str) -> JsonValue:
    """Return `{"p.0.message.role": "user"}` as `[{"message": {"role": "user"}}]`."""
    if prefix in flat:
        return flat[prefix]
    tree: JsonObject = {}
    for key, member in flat.items():
        names = key[len(prefix) + 1 :].split(".", _MOST_DEPTH)
        node: JsonValue = tree
        for name in names[:-1]:
            node = node.setdefault(name, {}) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node[names[-1]] = member
    return _as_lists(tree)


def _as_lists(node: JsonValue) -> JsonValue:
    if not isinstance(node, dict):
        return node
    members = {name: _as_lists(member) for name, member in node.items()}
    if members and all(name.isascii() and name.isdigit() for name in members):
        return [members[name] for name in sorted(members, key=int)]
    return members
