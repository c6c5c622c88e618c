from __future__ import annotations

import pytest

from spanglass_viewer.values.chat.call_facts import read_call_facts


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({"prompt_tokens": 12, "completion_tokens": 3, "prompt_cached_tokens": 9, "start": 1.0},
         (("in", 12), ("cached", 9), ("out", 3))),
        ({"usage": {"input_tokens": 12, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 2}}},
         (("in", 12), ("out", 3), ("thinking", 2))),
        ({"usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 3}}, (("in", 12), ("out", 3))),
        ({"usage": {"inputTokens": 12, "outputTokens": 3, "totalTokens": 15}}, (("in", 12), ("out", 3))),
        ({"llm.token_count.prompt": 12}, (("in", 12),)),
        ({"tokens": 15}, (("tokens", 15),)),
        ({"prompt_tokens": True, "tokens": "many"}, ()),
    ],
)  # fmt: skip
def test_tokens_by_whichever_name(fields: dict[str, object], tokens: tuple[tuple[str, int], ...]) -> None:
    assert read_call_facts(fields)[0].tokens == tokens  # pyright: ignore[reportArgumentType]


def test_parameters_out_of_their_nests() -> None:
    facts, rest = read_call_facts(
        {"modelId": "m", "inferenceConfig": {"maxTokens": 5, "topP": 0.9, "odd": 1}, "stop": ["x" * 100], "other": None}
    )
    assert facts.parameters == (("model", "m"), ("max_tokens", 5), ("top_p", 0.9))
    assert rest == {"inferenceConfig": {"odd": 1}, "stop": ["x" * 100], "other": None}


def test_tools_of_all_providers() -> None:
    facts, rest = read_call_facts(
        {
            "tools": [{"functionDeclarations": [{"name": "a"}, {"name": "b"}]}, {"googleSearch": {}}],
            "toolConfig": {"tools": [{"toolSpec": {"name": "c"}}]},
            "llm.tools.0.tool.json_schema": '{"type": "function", "function": {"name": "d"}}',
            "functions": "none",
        }
    )
    assert [tool.name for tool in facts.tools] == ["a", "b", "googleSearch", "c", "d"]
    assert rest == {"functions": "none"}
