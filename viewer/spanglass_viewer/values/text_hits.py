"""Where a text stands in a value: places in a text, paths in JSON, in the order in which a reader meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.messages import Message, TextPart, ThinkingPart, ToolCall, ToolResult
from spanglass_viewer.values.pretty import compact_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.values.chat.messages import MessagePart
    from spanglass_viewer.values.decode import JsonValue

Keys = tuple[str | int, ...]


def iter_text_hits(text: str, needle: str) -> Iterator[int]:
    """Yield where a text begins in another one, in whatever case; hits do not overlap."""
    whole, wanted = text.casefold(), needle.casefold()
    if len(whole) != len(text):  # as "ß" grows by it: places would be wrong
        whole, wanted = text.lower(), needle.lower()
    at = whole.find(wanted) if wanted else -1
    while at >= 0:
        yield at
        at = whole.find(wanted, at + len(wanted))


def iter_json_hits(value: JsonValue, needle: str) -> Iterator[Keys | None]:
    """Yield the paths of names and scalars that hold a text; None now and then, so that a caller can rest."""
    wanted = needle.casefold()
    waiting: list[tuple[Keys, JsonValue]] = [((), value)]
    looked_at = 0
    while waiting:
        path, node = waiting.pop()
        looked_at += 1
        if looked_at % 200 == 0:
            yield None
        is_named = bool(path) and isinstance(path[-1], str) and wanted in path[-1].casefold()
        if isinstance(node, dict | list):
            if is_named:
                yield path
            members = list(node.items()) if isinstance(node, dict) else list(enumerate(node))
            waiting.extend(((*path, key), member) for key, member in reversed(members))
        elif is_named or wanted in (node if isinstance(node, str) else compact_json(node)).casefold():
            yield path


def count_message_hits(message: Message, needle: str) -> int:
    """Return how often a text stands in a message, its calls, their results and its thoughts."""
    return sum(_count_in_part(part, needle) for part in message.parts)


def _count_in_part(part: MessagePart, needle: str) -> int:
    if isinstance(part, TextPart | ThinkingPart):
        return sum(1 for _ in iter_text_hits(part.text, needle))
    if isinstance(part, ToolCall):
        found = _count_in_value(part.arguments, needle) + (needle.casefold() in part.name.casefold())
        return found + (_count_in_part(part.result, needle) if part.result is not None else 0)
    if isinstance(part, ToolResult):
        return sum(_count_in_part(said, needle) for said in part.parts)
    return _count_in_value(part.value, needle)


def _count_in_value(value: JsonValue, needle: str) -> int:
    if isinstance(value, str):
        return sum(1 for _ in iter_text_hits(value, needle))
    return sum(1 for path in iter_json_hits(value, needle) if path is not None)
