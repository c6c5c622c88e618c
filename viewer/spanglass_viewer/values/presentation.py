"""How a value is best shown: a decision in plain data, which the pane turns into widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.conversation import find_conversation
from spanglass_viewer.values.pretty import compact_json, pretty_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spanglass_viewer.values.chat.messages import Conversation
    from spanglass_viewer.values.decode import JsonValue
    from spanglass_viewer.values.media import MediaItem, MediaResolver

_MAX_PRETTY_CHARS = 24_000
_MAX_PRETTY_NODES = 800
_MAX_DEPTH = 40
_MAX_ROWS = 40
_MAX_NESTED_ROWS = 4
_LONG_TEXT_CHARS = 72
_MAX_LINE_MEMBERS = 4
_MAX_LINE_CHARS = 48
_MAX_SEARCHED_NODES = 4000  # a picture that lies deeper in a large value is found by the attachments card


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Text as it is, with its line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonBlock:
    """JSON, indented."""

    text: str


@dataclass(frozen=True, slots=True)
class TreeBlock:
    """A value too large to lay out: a lazy tree."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class MediaBlock:
    """An attachment or image, where it stands."""

    item: MediaItem


@dataclass(frozen=True, slots=True)
class RowsBlock:
    """Names with their values."""

    rows: tuple[tuple[str, Block], ...]


@dataclass(frozen=True, slots=True)
class ChatBlock:
    """Chat messages, and what is said of the call beside them."""

    conversation: Conversation


Block = TextBlock | JsonBlock | TreeBlock | MediaBlock | RowsBlock | ChatBlock


def present(value: JsonValue, resolver: MediaResolver, *, prefers_rows: bool = False) -> Block:
    """Decide how a value is shown; `prefers_rows` asks for names and values even where JSON would do."""
    return _present(value, resolver, prefers_rows=prefers_rows, level=0)


def present_inner(value: JsonValue, resolver: MediaResolver, *, prefers_rows: bool = False) -> Block:
    """Decide how a value inside another one is shown: as `present` does, but never as a chat of its own."""
    return _present(value, resolver, prefers_rows=prefers_rows, level=1)


def present_part(value: JsonValue, resolver: MediaResolver) -> Block:
    """Decide how a part of a message is shown: what is short stands on one line."""
    if isinstance(value, dict) and len(value) <= _MAX_LINE_MEMBERS and resolver.resolve(value) is None:
        is_flat = not any(isinstance(member, dict | list) for member in value.values())
        if is_flat and len(line := compact_json(value)) <= _MAX_LINE_CHARS:
            return JsonBlock(line)
    return present_inner(value, resolver)


def scalar_text(value: str | float | None) -> str:
    """Return a scalar as people write it: a string without quotes, `true`, `null`, a number."""
    return value if isinstance(value, str) else pretty_json(value)


def _present(value: JsonValue, resolver: MediaResolver, *, prefers_rows: bool, level: int) -> Block:
    if (item := resolver.resolve(value)) is not None:
        return MediaBlock(item)
    if not isinstance(value, dict | list):
        return TextBlock(scalar_text(value))
    if level == 0 and (conversation := find_conversation(value)) is not None:
        return ChatBlock(conversation)
    is_small = _is_small(value)
    fits_rows = 0 < len(value) <= _MAX_ROWS and level < _MAX_NESTED_ROWS
    has_media = fits_rows and next(resolver.iter_media(value, _MAX_SEARCHED_NODES), None) is not None
    if not is_small and not has_media:
        return TreeBlock(value)
    if fits_rows and (has_media or (isinstance(value, dict) and (prefers_rows or _has_long_text(value.values())))):
        rows = [(key, _present(member, resolver, prefers_rows=False, level=level + 1)) for key, member in _named(value)]
        return RowsBlock(tuple(rows))
    return JsonBlock(pretty_json(value)) if is_small else TreeBlock(value)


def _named(value: dict[str, JsonValue] | list[JsonValue]) -> Iterable[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        return value.items()
    # members that are all containers (files, say) need no numbers to be told apart
    has_numbers = any(not isinstance(member, dict) for member in value)
    return ((str(number) if has_numbers else "", member) for number, member in enumerate(value))


def _has_long_text(members: Iterable[JsonValue]) -> bool:
    return any(isinstance(member, str) and (len(member) > _LONG_TEXT_CHARS or "\n" in member) for member in members)


def _is_small(value: JsonValue) -> bool:
    """Tell whether indented JSON of the value is short, shallow, and quick to lay out."""
    nodes, chars = 0, 0
    waiting: list[tuple[JsonValue, int]] = [(value, 0)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        chars += len(node) if isinstance(node, str) else 8
        if nodes > _MAX_PRETTY_NODES or chars > _MAX_PRETTY_CHARS or depth > _MAX_DEPTH:
            return False
        if isinstance(node, dict | list):
            if len(node) > _MAX_PRETTY_NODES:
                return False
            members = node.values() if isinstance(node, dict) else node
            waiting.extend((member, depth + 1) for member in members)
            chars += sum(map(len, node)) if isinstance(node, dict) else 0
    return True
