from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.values.messages import Message, TextPart, ToolCall, ValuePart, find_messages

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue


def test_a_conversation_with_tools() -> None:
    call: JsonValue = {"id": "c1", "type": "function", "function": {"name": "lookup", "arguments": '{"id": 7}'}}
    messages = find_messages(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": "x"}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": '{"total": 42.9}'},
        ]
    )
    assert messages == (
        Message("system", (TextPart("Be brief."),)),
        Message("user", (TextPart("See"), ValuePart({"type": "image_url", "image_url": "x"}))),
        Message("assistant", (ToolCall("lookup", {"id": 7}, "c1"),)),
        Message("tool", (ValuePart({"total": 42.9}),), "c1"),
    )


def test_choices_with_a_reason_worth_saying() -> None:
    def choice(reason: str) -> JsonValue:
        return {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": "Hi"}}

    said = Message("assistant", (TextPart("Hi"),))
    assert find_messages([choice("stop")]) == (said,)
    assert find_messages({"choices": [choice("length")]}) == (Message("assistant", said.parts, note="length"),)


def test_items_of_responses() -> None:
    messages = find_messages(
        [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Think"}]},
            {"type": "function_call", "name": "f", "arguments": "{broken", "call_id": "c"},
            {"type": "function_call_output", "call_id": "c", "output": "done"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
        ]
    )
    assert messages is not None
    assert [(m.role, m.note) for m in messages] == [
        ("assistant", "reasoning"), ("assistant", None), ("tool", None), ("assistant", None),
    ]  # fmt: skip
    assert messages[1].parts == (ToolCall("f", "{broken", "c"),)


@pytest.mark.parametrize(
    "value",
    [[], {}, "user: hi", [{"role": "user"}], [{"role": "admin", "content": "x"}], [{"role": "user", "content": "x"}, 3],
     {"role": "user", "name": "x"}, {"messages": [], "model": "x"}],
)  # fmt: skip
def test_what_is_no_chat(value: JsonValue) -> None:
    assert find_messages(value) is None


_KEYS = st.sampled_from(["role", "content", "tool_calls", "function", "type", "message", "index", "choices", "summary"])
_LEAVES = st.sampled_from(["user", "assistant", "function_call", "reasoning", "text"]) | st.none() | st.integers()


@given(st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5)))
def test_no_value_makes_it_fail(value: JsonValue) -> None:
    for message in find_messages(value) or ():
        assert message.preview()
