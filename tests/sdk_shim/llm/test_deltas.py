"""Deltas, put together."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from spanglass.llm.deltas import merge_delta, plain


def merged(*deltas):
    state = {}
    for delta in deltas:
        merge_delta(state, delta)
    return plain(state)


@given(st.lists(st.text(), min_size=1))
def test_text_adds_up(pieces):
    assert merged(*({"content": piece} for piece in pieces)) == {"content": "".join(pieces)}


@given(st.text(min_size=1), st.data())
def test_arguments_arrive_whole_however_they_are_cut(name, data):
    text = json.dumps({name: [1, 2]})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    deltas = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    assert merged(*deltas)["tool_calls"][0]["function"]["arguments"] == text


def test_names_that_are_repeated_do_not_add_up():
    once = {"role": "assistant", "tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "x"}}]}
    assert merged(once, once) == {
        "role": "assistant",
        "tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "xx"}}],
    }


def test_tool_calls_without_an_index_begin_with_their_id():
    deltas = [
        {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "1"}}]},
        {"tool_calls": [{"function": {"arguments": "2"}}]},
        {"tool_calls": [{"id": "b", "function": {"name": "g", "arguments": "3"}}]},
    ]
    calls = merged(*deltas)["tool_calls"]
    assert [(call["id"], call["function"]["arguments"]) for call in calls] == [("a", "12"), ("b", "3")]


def test_null_changes_nothing_and_numbers_replace():
    assert merged({"a": "x", "n": 1}, {"a": None, "n": 2}) == {"a": "x", "n": 2}


def test_what_was_handed_out_does_not_change():
    state = {}
    merge_delta(state, {"parts": [{"index": 0, "text": "a"}]})
    before = plain(state)
    merge_delta(state, {"parts": [{"index": 0, "text": "b"}]})
    assert before == {"parts": [{"index": 0, "text": "a"}]}
    assert plain(state) == {"parts": [{"index": 0, "text": "ab"}]}
