"""A language model that knows its lines: LLM spans as the OpenAI wrapper would log them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import spanglass

from .pace import spend

if TYPE_CHECKING:
    from collections.abc import Sequence

Message = dict[str, Any]

# US dollars for a million tokens: fresh prompt, cached prompt, completion
_PRICES = {
    "gpt-5-mini": (0.25, 0.025, 2.0),
    "gpt-5-vision": (1.25, 0.125, 10.0),
    "gpt-5-transcribe": (2.5, 2.5, 10.0),
    "claude-sonnet-5": (3.0, 0.3, 15.0),
}


@dataclass(frozen=True)
class Usage:
    """What a call used: tokens, and the seconds that it took."""

    prompt: int
    completion: int
    cached: int = 0
    secs: float = 0.4


def complete(
    model: str,
    messages: Sequence[Message],
    reply: str | Message,
    usage: Usage,
    *,
    name: str = "chat.completions",
    **parameters: Any,
) -> str:
    """Log one chat completion and return the text of its reply ("" for a reply of tool calls alone).

    `reply` is the text, or the whole assistant message where it calls tools.
    """
    with spanglass.start_span(
        name=name, type="llm", input=list(messages), metadata={"model": model, "temperature": 0.2, **parameters}
    ) as span:
        spend(usage.secs * 0.35)
        span.log(metrics={"time_to_first_token": round(usage.secs * 0.35, 3)})
        spend(usage.secs * 0.65)
        message = {"role": "assistant", "content": reply} if isinstance(reply, str) else reply
        reason = "tool_calls" if message.get("tool_calls") else "stop"
        span.log(
            output=[{"index": 0, "finish_reason": reason, "message": message}],
            metrics={
                "prompt_tokens": usage.prompt,
                "completion_tokens": usage.completion,
                "tokens": usage.prompt + usage.completion,
                "prompt_cached_tokens": usage.cached,
                "estimated_cost": _price(model, usage),
            },
        )
    return message.get("content") or ""


def tool_call(call_id: str, name: str, arguments: str) -> Message:
    """Return one tool call of an assistant message; `arguments` is JSON text, as the APIs have it."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _price(model: str, usage: Usage) -> float:
    fresh, cached, completion = _PRICES[model]
    million = (usage.prompt - usage.cached) * fresh + usage.cached * cached + usage.completion * completion
    return round(million / 1_000_000, 6)
