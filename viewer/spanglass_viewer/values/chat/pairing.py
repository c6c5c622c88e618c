"""Results under the calls that they answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.messages import Message, MessagePart, ToolCall, ToolResult

if TYPE_CHECKING:
    from collections.abc import Sequence

_Place = tuple[int, int]  # message, part


def pair_results(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return the messages with each result under its call.

    A result answers the last call before it that has its id and no answer yet (providers use ids again); one without
    an id, the first call that has its name and no answer yet. What answers nothing stays where it is; a message
    whose every part went elsewhere is left out.
    """
    waiting: dict[tuple[str, str], list[_Place]] = {}
    answers: dict[_Place, ToolResult] = {}
    moved: set[_Place] = set()
    for number, message in enumerate(messages):
        for position, part in enumerate(message.parts):
            if isinstance(part, ToolCall) and part.result is None:
                waiting.setdefault(("name", part.name), []).append((number, position))
                if part.call_id is not None:
                    waiting.setdefault(("id", part.call_id), []).append((number, position))
            elif isinstance(part, ToolResult):
                call = _take_call(part, waiting, answers)
                if call is not None:
                    answers[call] = part
                    moved.add((number, position))
    return tuple(
        replace(message, parts=kept)
        for number, message in enumerate(messages)
        if (kept := tuple(_kept_parts(number, message, answers, moved))) or not message.parts
    )


def _take_call(
    result: ToolResult, waiting: dict[tuple[str, str], list[_Place]], answers: dict[_Place, ToolResult]
) -> _Place | None:
    if result.call_id is not None:
        places = waiting.get(("id", result.call_id), [])
        while places:
            if (place := places.pop()) not in answers:
                return place
    if result.name is not None and result.call_id is None:
        places = waiting.get(("name", result.name), [])
        while places:
            if (place := places.pop(0)) not in answers:
                return place
    return None


def _kept_parts(
    number: int, message: Message, answers: dict[_Place, ToolResult], moved: set[_Place]
) -> list[MessagePart]:
    kept: list[MessagePart] = []
    for position, part in enumerate(message.parts):
        if (number, position) in moved:
            continue
        answer = answers.get((number, position))
        kept.append(replace(part, result=answer) if isinstance(part, ToolCall) and answer is not None else part)
    return kept
