from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.values.chat.conversation import find_conversation
from spanglass_viewer.values.chat.prompt_draft import (
    BadDraft,
    DraftMessage,
    PromptDraft,
    answer_text,
    can_try,
    describe_parameters,
    make_draft,
    read_parameters,
)

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

ANTHROPIC = {
    "model": "claude-sonnet-5", "max_tokens": 50, "thinking": {"type": "enabled"}, "system": "Be brief.",
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image", "source": {"x": 1}}]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "Hm"},
            {"type": "tool_use", "id": "t", "name": "read", "input": {"p": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": '{"a": 1}'}]},
    ],
    "tools": [{"name": "read", "description": "Reads", "input_schema": {"type": "object"}}, {"type": "web_search"}],
}  # fmt: skip


def test_another_providers_call_becomes_an_openai_request() -> None:
    conversation = find_conversation(ANTHROPIC)  # pyright: ignore[reportArgumentType]
    assert conversation is not None
    assert can_try(conversation)
    assert make_draft(conversation).to_body() == {
        "model": "claude-sonnet-5",
        "max_tokens": 50,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image", "source": {"x": 1}}]},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "t", "type": "function", "function": {"name": "read", "arguments": '{"p": 1}'}}]},
            {"role": "tool", "content": '{"a": 1}', "tool_call_id": "t"},
        ],
        "tools": [{"type": "function", "function": {
            "name": "read", "parameters": {"type": "object"}, "description": "Reads"}}, {"type": "web_search"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }  # fmt: skip


@pytest.mark.parametrize(
    "tool",
    [{"type": "web_search_20250305", "name": "web_search", "max_uses": 2},
     {"type": "code_interpreter", "container": {}},
     {"googleSearch": {}}, {"type": "function", "function": {"name": "f", "strict": True}}],
)  # fmt: skip
def test_a_tool_that_a_provider_runs_is_sent_as_it_was_logged(tool: JsonValue) -> None:
    conversation = find_conversation({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "tools": [tool]})
    assert conversation is not None
    assert make_draft(conversation).to_body()["tools"] == [tool]


def test_parameters_are_edited_as_json() -> None:
    text = describe_parameters({"temperature": 0.2, "stop": ["a"]})
    assert read_parameters(text) == {"temperature": 0.2, "stop": ["a"]}
    assert read_parameters(" ") == {}
    for bad in ("{", "[1]", "0.2"):
        with pytest.raises(BadDraft):
            read_parameters(bad)


def test_parameters_never_replace_what_the_editors_say() -> None:
    draft = PromptDraft("m", [DraftMessage("user", "Hi")], {"model": "other", "stream": False, "n": 1})
    body = draft.to_body()
    assert (body["model"], body["stream"], body["n"]) == ("m", True, 1)


def test_what_cannot_be_sent_says_why() -> None:
    with pytest.raises(BadDraft, match="model"):
        PromptDraft(" ", [DraftMessage("user", "Hi")]).to_body()
    with pytest.raises(BadDraft, match="message"):
        PromptDraft("m", []).to_body()


def test_an_answer_as_text() -> None:
    answer = find_conversation(
        {
            "role": "assistant",
            "content": "Look",
            "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
        }
    )
    assert answer is not None
    assert answer_text(answer) == "Look\n\nf({})"
    assert not can_try(answer)
