from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.values.chat.conversation import find_conversation
from spanglass_viewer.values.chat.messages import (
    Message,
    MessagePart,
    TextPart,
    ThinkingPart,
    ToolCall,
    ToolResult,
    ValuePart,
)
from spanglass_viewer.values.media import MediaResolver
from spanglass_viewer.values.pretty import compact_json

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

IMAGE: JsonValue = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def _told(part: MessagePart) -> str:
    if isinstance(part, TextPart):
        return part.text
    if isinstance(part, ThinkingPart):
        return f"~{part.text}~"
    if isinstance(part, ToolCall):
        answer = "" if part.result is None else f" -> {_told(part.result)}"
        return f"{part.name}({compact_json(part.arguments)}){answer}"
    if isinstance(part, ToolResult):
        said = " ".join(map(_told, part.parts))
        return f"!{said}" if part.is_error else said
    return f"<{compact_json(part.value)}>"


def _transcript(value: JsonValue) -> list[str]:
    found = find_conversation(value)
    assert found is not None
    return [f"{message.role}: {' | '.join(map(_told, message.parts))}" for message in found.messages]


def _langchain(name: str, **fields: JsonValue) -> JsonValue:
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", name], "kwargs": fields}


OPENAI_CHAT: JsonValue = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "See"}, IMAGE]},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": '{"id": 7}'}},
        {"id": "c2", "type": "function", "function": {"name": "lookup", "arguments": "{broken"}}]},
    {"role": "tool", "tool_call_id": "c2", "content": "none"},
    {"role": "tool", "tool_call_id": "c1", "content": '{"total": 42.9}'},
    {"role": "tool", "tool_call_id": "c9", "content": "whose?"},
]  # fmt: skip
OPENAI_RESPONSES: JsonValue = [
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Think"}]},
    {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"},
    {"type": "function_call_output", "call_id": "c", "output": "done"},
    {"type": "web_search_call", "id": "w", "status": "completed"},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
]
ANTHROPIC: JsonValue = {
    "model": "claude-sonnet-5", "max_tokens": 20, "system": [{"type": "text", "text": "You are Claude."}],
    "messages": [
        {"role": "user", "content": "Look"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "x"},
            {"type": "tool_use", "id": "t", "name": "read", "input": {"path": "a"}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t", "is_error": True, "content": [{"type": "text", "text": "No"}]},
            {"type": "text", "text": "Never mind"}]},
    ],
}  # fmt: skip
GEMINI: JsonValue = {
    "systemInstruction": {"parts": [{"text": "Be kind"}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Weather?"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "w", "args": {"city": "Oslo"}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "w", "response": {"temp": 3}}}]},
    ],
}
BEDROCK: JsonValue = {
    "system": [{"text": "Be a DJ"}],
    "messages": [
        {"role": "user", "content": [{"text": "Play"}]},
        {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "top", "input": {"n": 1}}}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [{"json": {"song": "S"}}]}}]},
    ],
}
LANGCHAIN: JsonValue = {
    "messages": [[
        _langchain("SystemMessage", content="Translate."),
        _langchain("HumanMessage", content="Love"),
        _langchain("AIMessage", content="", tool_calls=[{"name": "dict", "args": {"w": "love"}, "id": "x"}]),
        _langchain("ToolMessage", content="aimer", tool_call_id="x"),
    ]],
}  # fmt: skip
LANGCHAIN_DICTS: JsonValue = [
    {"type": "human", "data": {"content": "Love"}},
    {"type": "ai", "content": [{"type": "tool_use", "id": "x", "name": "dict", "input": {}}],
     "tool_calls": [{"name": "dict", "args": {}, "id": "x"}]},
    {"type": "tool", "content": "aimer", "tool_call_id": "x", "status": "error"},
]  # fmt: skip
OPENINFERENCE: JsonValue = {
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.contents.0.message_content.type": "text",
    "llm.input_messages.0.message.contents.0.message_content.text": "Look",
    "llm.input_messages.0.message.contents.1.message_content.type": "image",
    "llm.input_messages.0.message.contents.1.message_content.image.image.url": "https://x/a.png",
    "llm.input_messages.10.message.role": "user",
    "llm.input_messages.10.message.content": "the eleventh",
    "llm.input_messages.9.message.role": "user",
    "llm.input_messages.9.message.content": "the tenth",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "zoom",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"by": 2}',
}
GENAI: JsonValue = {
    "gen_ai.system_instructions": '[{"type": "text", "content": "Brief"}]',
    "gen_ai.input.messages": [
        {"role": "user", "parts": [{"type": "text", "content": "Weather?"}]},
        {"role": "assistant", "parts": [
            {"type": "reasoning", "content": "Hm"},
            {"type": "tool_call", "id": "c", "name": "w", "arguments": {"city": "Paris"}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": "rain"}]},
    ],
    "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "Rain"}]}]',
}  # fmt: skip
GENAI_EVENTS: JsonValue = [
    {"name": "gen_ai.user.message", "body": {"content": "Hi"}},
    {"name": "gen_ai.choice", "attributes": {"index": 0, "message": {"role": "assistant", "content": "Ho"}}},
]
GENAI_INDEXED: JsonValue = {
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "Hi",
    "gen_ai.completion.0.content": "Ho",
}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (OPENAI_CHAT, [
            "system: Be brief.",
            'user: See | <{"type": "image_url", "image_url": {"url": "data:image/png;base64,… 8 B"}}>',
            'assistant: lookup({"id": 7}) -> <{"total": 42.9}> | lookup("{broken") -> none',
            "tool: whose?",
        ]),
        (OPENAI_RESPONSES, [
            "assistant: ~Think~ | f({}) -> done",
            'assistant: <{"type": "web_search_call", "id": "w", "status": "completed"}>',
            "assistant: Hi",
        ]),
        (ANTHROPIC, ["system: You are Claude.", "user: Look", 'assistant: ~Hm~ | read({"path": "a"}) -> !No',
                     "user: Never mind"]),
        (GEMINI, ["system: Be kind", "user: Weather?", 'model: w({"city": "Oslo"}) -> <{"temp": 3}>']),
        (BEDROCK, ["system: Be a DJ", "user: Play", 'assistant: top({"n": 1}) -> <{"song": "S"}>']),
        (LANGCHAIN, ["system: Translate.", "user: Love", 'assistant: dict({"w": "love"}) -> aimer']),
        (LANGCHAIN_DICTS, ["user: Love", "assistant: dict({}) -> !aimer"]),
        (OPENINFERENCE, ['user: Look | <{"type": "image_url", "image_url": {"url": "https://x/a.png"}}>',
                         "user: the tenth", "user: the eleventh", 'assistant: zoom({"by": 2})']),
        (GENAI, ["system: Brief", "user: Weather?", 'assistant: ~Hm~ | w({"city": "Paris"}) -> rain',
                 "assistant: Rain"]),
        (GENAI_EVENTS, ["user: Hi", "assistant: Ho"]),
        (GENAI_INDEXED, ["user: Hi", "assistant: Ho"]),
    ],
    ids=["openai chat", "openai responses", "anthropic", "gemini", "bedrock", "langchain", "langchain dicts",
         "openinference", "genai", "genai events", "genai indexed"],
)  # fmt: skip
def test_every_shape_reads_as_the_same_chat(value: JsonValue, told: list[str]) -> None:
    assert _transcript(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"id": "r", "object": "response", "status": "completed", "model": "gpt-5", "output": OPENAI_RESPONSES},
         "assistant: Hi"),
        ({"role": "assistant", "content": [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "Hi"}]},
         "assistant: ~~ | Hi"),
        ({"candidates": [{"content": {"parts": [{"text": "Hm", "thought": True}, {"text": "3"}]}, "index": 0}]},
         "model: ~Hm~ | 3"),
        ({"output": {"message": {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "Hm"}}}, {"text": "S"}]}}, "stopReason": "end_turn"},
         "assistant: ~Hm~ | S"),
        ({"generations": [[{"text": "x", "message": _langchain("AIMessageChunk", content="x")}]]}, "assistant: x"),
        ([{"role": "assistant", "content": [{"type": "tool-call", "toolCallId": "1", "toolName": "f", "input": {}}]}],
         "assistant: f({})"),
    ],
    ids=["responses", "anthropic", "gemini", "bedrock", "langchain", "ai sdk"],
)  # fmt: skip
def test_answers(value: JsonValue, told: str) -> None:
    assert _transcript(value)[-1] == told


@pytest.mark.parametrize(
    "part",
    [
        {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}},
        {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "iVBORw0KGgo="},
        {"type": "image", "source_type": "base64", "mime_type": "image/png", "data": "iVBORw0KGgo="},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
        IMAGE,
    ],
    ids=["bedrock", "genai", "langchain", "anthropic", "gemini", "openai"],
)
def test_images_of_all_providers_are_shown_where_they_stand(part: JsonValue) -> None:
    found = find_conversation([{"role": "user", "content": [part]}])
    assert found is not None
    ((shown,),) = [message.parts for message in found.messages]
    assert isinstance(shown, ValuePart)
    item = MediaResolver({}, {}).resolve(shown.value)
    assert item is not None
    assert item.content_type == "image/png"


def test_nothing_beside_a_chat_is_left_out() -> None:
    request: JsonValue = {
        "model": "gpt-5", "temperature": 0.2, "stream": True, "user": "u-7", "store": {"deep": [1]},
        "tools": [{"type": "function", "function": {"name": "f"}}, {"type": "web_search"}],
        "messages": [{"role": "user", "content": "Hi"}],
    }  # fmt: skip
    found = find_conversation(request)
    assert found is not None
    assert found.facts.parameters == (("model", "gpt-5"), ("temperature", 0.2), ("stream", True))
    assert [tool.name for tool in found.facts.tools] == ["f", "web_search"]
    assert found.rest == {"user": "u-7", "store": {"deep": [1]}}


def test_a_reason_worth_saying_is_said() -> None:
    def choice(reason: str) -> JsonValue:
        return {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": "Hi"}}

    for reason, note in (("stop", None), ("tool_calls", None), ("length", "length"), ("MAX_TOKENS", "max tokens")):
        found = find_conversation({"choices": [choice(reason)]})
        assert found is not None
        assert found.messages == (Message("assistant", (TextPart("Hi"),), note=note),)


def test_an_id_that_is_used_again_means_the_last_call() -> None:
    turn: list[JsonValue] = []
    for number in (1, 2):
        turn += [
            {
                "role": "assistant",
                "tool_calls": [{"id": "call_0", "function": {"name": f"f{number}", "arguments": ""}}],
            },
            {"role": "tool", "tool_call_id": "call_0", "content": f"answer {number}"},
        ]
    assert _transcript(turn) == ['assistant: f1("") -> answer 1', 'assistant: f2("") -> answer 2']


@pytest.mark.parametrize(
    "value",
    [[], {}, "user: hi", [{"role": "user"}], [{"role": "admin", "content": "x"}], [{"role": "user", "content": "x"}, 3],
     {"role": "user", "name": "x"}, {"messages": [], "model": "x"}, {"input": "hi", "n": 1}, {"text": "hi"},
     {"type": "function", "name": "f"}, {"output": {"status": "done"}}, {"gen_ai.request.model": "x"}, [[1], [2]]],
)  # fmt: skip
def test_what_is_no_chat(value: JsonValue) -> None:
    assert find_conversation(value) is None


_KEYS = st.sampled_from(
    ["role", "content", "parts", "tool_calls", "function", "type", "message", "index", "choices", "summary", "kwargs",
     "lc", "id", "data", "toolUse", "functionCall", "gen_ai.input.messages", "llm.input_messages.0.message", "tools"]
)  # fmt: skip
_LEAVES = (
    st.sampled_from(["user", "assistant", "function_call", "tool_result", "thinking", "text", "[1]"])
    | st.none()
    | st.integers()
)


@given(st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5)))
def test_no_value_makes_it_fail(value: JsonValue) -> None:
    found = find_conversation(value)
    for message in found.messages if found is not None else ():
        assert message.preview() or not any(isinstance(part, ValuePart) for part in message.parts)
