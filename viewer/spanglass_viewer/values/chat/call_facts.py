"""What a call was made with and what it used: parameters, tool schemas, token counts, by whichever names they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.values.chat.messages import CallFacts, ToolSchema
from spanglass_viewer.values.chat.parts import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.values.decode import JsonValue

    JsonObject = dict[str, JsonValue]

# in the order in which they are shown; what comes in camel case or with a prefix is found by the same words
_PARAMETERS = (
    "model", "temperature", "max_tokens", "max_completion_tokens", "max_output_tokens", "top_p", "top_k", "n", "seed",
    "stop", "stop_sequences", "frequency_penalty", "presence_penalty", "reasoning_effort", "reasoning", "thinking",
    "verbosity", "response_format", "tool_choice", "parallel_tool_calls", "logprobs", "top_logprobs", "logit_bias",
    "service_tier", "stream", "candidate_count", "response_mime_type",
)  # fmt: skip
_SAME_WORDS = {
    "modelid": "model", "modelname": "model", "requestmodel": "model", "maxtokens": "max_tokens",
    "numpredict": "max_tokens", "maxtokenstosample": "max_tokens",
}  # fmt: skip
_CANONICAL = {name.replace("_", ""): name for name in _PARAMETERS} | _SAME_WORDS
_PREFIXES = ("gen_ai.request.", "llm.request.", "gen_ai.openai.request.", "llm.")
_NESTS = ("generationConfig", "generation_config", "inferenceConfig", "inference_config", "invocation_params",
          "llm.invocation_parameters", "config", "parameters", "modelParameters", "options")  # fmt: skip
_TOOL_KEYS = ("tools", "functions", "toolConfig", "tool_config", "gen_ai.tool.definitions", "llm.request.functions")
_TOKEN_NESTS = ("usage", "usageMetadata", "usage_metadata", "token_usage", "tokenUsage")
_TOKENS = {
    "in": ("prompt_tokens", "input_tokens", "inputTokens", "promptTokenCount", "prompt_token_count",
           "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    "cached": ("prompt_cached_tokens", "cache_read_input_tokens", "cacheReadInputTokens", "cachedContentTokenCount",
               "cached_content_token_count", "llm.token_count.prompt_details.cache_read"),
    "out": ("completion_tokens", "output_tokens", "outputTokens", "candidatesTokenCount", "candidates_token_count",
            "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
    "thinking": ("completion_reasoning_tokens", "reasoning_tokens", "thoughtsTokenCount", "thoughts_token_count",
                 "llm.token_count.completion_details.reasoning"),
}  # fmt: skip
_TOTALS = ("tokens", "total_tokens", "totalTokens", "totalTokenCount", "total_token_count", "llm.token_count.total",
           "gen_ai.usage.total_tokens")  # fmt: skip
_FLAT_TOOL = "llm.tools."
_MAX_CHIP_CHARS = 60


def read_call_facts(fields: JsonObject) -> tuple[CallFacts, JsonObject]:
    """Return what the members of an object say of a call, and the members that say nothing of it."""
    rest = dict(fields)
    found: dict[str, JsonValue] = {}
    for nest in _NESTS:
        inner = rest.get(nest)
        given = read_json(inner) if isinstance(inner, str) else inner
        if isinstance(given, dict) and (taken := _take_parameters(given)):
            found |= taken
            left = {key: member for key, member in given.items() if _name_of(key) is None}
            rest.pop(nest)
            if left:
                rest[nest] = left
    for name, value in _take_parameters(rest).items():
        found[name] = value
    rest = {key: member for key, member in rest.items() if _name_of(key) is None or not _fits_chip(member)}
    tools = tuple(_take_tools(rest))
    tokens = _take_tokens(rest)
    parameters = tuple((name, found[name]) for name in _PARAMETERS if found.get(name) is not None)
    return CallFacts(parameters, tools, tokens), rest


def _take_parameters(fields: JsonObject) -> dict[str, JsonValue]:
    return {name: member for key, member in fields.items()
            if (name := _name_of(key)) is not None and _fits_chip(member)}  # fmt: skip


def _name_of(key: str) -> str | None:
    for prefix in _PREFIXES:
        key = key.removeprefix(prefix)
    return _CANONICAL.get(key.replace("_", "").lower())


def _fits_chip(value: JsonValue) -> bool:
    """Tell whether a parameter is short enough for a chip; a long one stays among the rest, where it is whole."""
    if isinstance(value, dict | list):
        return len(value) <= 4 and len(str(value)) <= _MAX_CHIP_CHARS  # noqa: PLR2004 - a look at the text is cheap then
    return not isinstance(value, str) or len(value) <= _MAX_CHIP_CHARS


def _take_tools(rest: JsonObject) -> Iterator[ToolSchema]:
    for key in _TOOL_KEYS:
        found = rest.get(key)
        given = read_json(found) if isinstance(found, str) else found
        schemas = list(_iter_schemas(given))
        if schemas:
            rest.pop(key)
            yield from schemas
    for key in [key for key in rest if key.startswith(_FLAT_TOOL)]:
        told = rest.pop(key)
        yield from _iter_schemas([read_json(told) if isinstance(told, str) else told])


def _iter_schemas(given: JsonValue) -> Iterator[ToolSchema]:
    if isinstance(given, dict):  # Bedrock's {"tools": [{"toolSpec": {…}}], "toolChoice": …}
        yield from _iter_schemas(given.get("tools"))
    for tool in given if isinstance(given, list) else []:
        if not isinstance(tool, dict):
            continue
        declared = tool.get("functionDeclarations") or tool.get("function_declarations")
        if isinstance(declared, list):
            yield from _iter_schemas(declared)
            continue
        inner = next((spec for key in ("function", "toolSpec") if isinstance(spec := tool.get(key), dict)), tool)
        name = inner.get("name") or tool.get("type") or next(iter(tool), "tool")
        yield ToolSchema(str(name), tool)


def _take_tokens(rest: JsonObject) -> tuple[tuple[str, int], ...]:
    counts = dict(rest)
    for nest in _TOKEN_NESTS:
        if isinstance(inner := rest.get(nest), dict):
            counts |= inner
            for details in inner.values():
                counts |= details if isinstance(details, dict) else {}
    found: list[tuple[str, int]] = []
    for what, keys in _TOKENS.items():
        count = next((n for key in keys if isinstance(n := counts.get(key), int) and not isinstance(n, bool)), None)
        if count:
            found.append((what, count))
    if not found:
        total = next((n for key in _TOTALS if isinstance(n := counts.get(key), int)), None)
        found = [("tokens", total)] if total else []
    if found:
        for key in (*_TOKEN_NESTS, *_TOTALS, *(key for keys in _TOKENS.values() for key in keys)):
            rest.pop(key, None)
    return tuple(found)
