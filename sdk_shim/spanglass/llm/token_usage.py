"""The `usage` of an answer as metrics, under the same names whoever the provider is."""

from __future__ import annotations

from typing import Any, TypeGuard

from spanglass.llm.json_values import as_object

_NAMES = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "total_tokens": "tokens",
}
_PREFIXES = {"input": "prompt", "output": "completion"}
_DETAILS = "_tokens_details"

_ANTHROPIC_NAMES = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "cache_read_input_tokens": "prompt_cached_tokens",
    "cache_creation_input_tokens": "prompt_cache_creation_tokens",
}
_CACHE_LIFETIMES = {
    "ephemeral_5m_input_tokens": "prompt_cache_creation_5m_tokens",
    "ephemeral_1h_input_tokens": "prompt_cache_creation_1h_tokens",
}


def openai_metrics(usage: Any) -> dict[str, float]:
    """Return the numbers of an OpenAI usage object: `prompt_tokens`, `completion_tokens`, `tokens`, and details.

    `X_tokens_details.Y` becomes `prompt_Y` or `completion_Y`.
    """
    metrics: dict[str, float] = {}
    for name, value in as_object(usage).items():
        if name.endswith(_DETAILS):
            side = name.removesuffix(_DETAILS)
            prefix = _PREFIXES.get(side, side)
            metrics |= {
                f"{prefix}_{detail}": number for detail, number in as_object(value).items() if _is_number(number)
            }
        elif _is_number(value):
            metrics[_NAMES.get(name, name)] = value
    return metrics


def anthropic_metrics(usage: Any) -> dict[str, float]:
    """Return the numbers of an Anthropic usage object.

    `prompt_tokens` counts what was read from and written to the cache too, as OpenAI's does; thinking is
    `completion_reasoning_tokens`. Where the cache's writes are told apart by lifetime, their sum is left out.
    """
    by_name = as_object(usage)
    metrics = _renamed(by_name, _ANTHROPIC_NAMES)
    lifetimes = _renamed(as_object(by_name.get("cache_creation")), _CACHE_LIFETIMES)
    written = sum(lifetimes.values()) if lifetimes else metrics.get("prompt_cache_creation_tokens", 0)
    if lifetimes:
        metrics.pop("prompt_cache_creation_tokens", None)
        metrics |= lifetimes
    thinking = as_object(by_name.get("output_tokens_details")).get("thinking_tokens")
    if _is_number(thinking):
        metrics["completion_reasoning_tokens"] = thinking
    for name, value in as_object(by_name.get("server_tool_use")).items():
        if _is_number(value):
            metrics[f"server_tool_use_{name}"] = value
    if "prompt_tokens" in metrics:
        metrics["prompt_tokens"] += metrics.get("prompt_cached_tokens", 0) + written
        if "completion_tokens" in metrics:
            metrics["tokens"] = metrics["prompt_tokens"] + metrics["completion_tokens"]
    return metrics


def _renamed(values: dict[str, Any], names: dict[str, str]) -> dict[str, float]:
    return {name: values[given] for given, name in names.items() if _is_number(values.get(given))}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
