"""Messages of the real `anthropic` package."""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys

import anthropic
import pytest
from llm_server import Events, Reply, Silence
from llm_wire import anthropic_events, anthropic_message, anthropic_text_events

from spanglass.llm import recording

QUESTION = [{"role": "user", "content": "What is 2 + 2?"}]
BROKEN = r"peer closed|closed connection|Connection error"  # as the versions of anthropic and httpx say it
HEAD = {"role": "assistant", "model": "claude-test"}
TEXT = {**HEAD, "content": [{"type": "text", "text": "Four."}], "stop_reason": "end_turn"}
HALF = {**HEAD, "content": [{"type": "text", "text": "Fo"}]}


def ask(client, **more):
    return client.messages.create(model="claude-test", max_tokens=100, messages=QUESTION, **more)


def stream(client, **more):
    return client.messages.stream(model="claude-test", max_tokens=100, messages=QUESTION, **more)


def test_a_call_logs_messages_answer_and_tokens(server, recorded, anthropic_client):
    server.reply(Reply(anthropic_message()))
    assert ask(anthropic_client, system="Be brief.", stop_sequences=["!"]).content[0].text == "Four."
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "anthropic.messages.create"
    assert span["span_attributes"]["type"] == "llm"
    assert span["input"] == [{"role": "system", "content": "Be brief."}, *QUESTION]
    assert span["output"] == TEXT
    assert span["metadata"]["model"] == "claude-test"
    assert span["metadata"]["max_tokens"] == 100
    assert span["metadata"]["stop_sequences"] == ["!"]
    assert span["metrics"]["prompt_tokens"] == 16  # 10 new, 4 from the cache, 2 into it
    assert span["metrics"]["prompt_cached_tokens"] == 4
    assert span["metrics"]["prompt_cache_creation_tokens"] == 2
    assert span["metrics"]["completion_tokens"] == 7
    assert span["metrics"]["tokens"] == 23
    assert span["context"]["caller_functionname"] == "ask"


def test_arguments_not_given_never_reach_the_row(server, recorded, anthropic_client):
    server.reply(Reply(anthropic_message()))
    ask(anthropic_client, stop_sequences=anthropic.NOT_GIVEN)
    assert set(recorded.only_span["metadata"]) == {"provider", "model", "max_tokens"}


def test_thinking_and_tool_use_are_blocks_of_the_answer(server, recorded, anthropic_client):
    blocks = [
        {"type": "thinking", "thinking": "Add them.", "signature": "s"},
        {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 2}},
    ]
    server.reply(Reply(anthropic_message(blocks, stop_reason="tool_use")))
    ask(anthropic_client, tools=[{"name": "add", "input_schema": {"type": "object"}}])
    assert recorded.only_span["output"]["content"] == blocks
    assert recorded.only_span["metadata"]["tools"][0]["name"] == "add"


def test_a_tool_that_ran_on_the_server_is_a_child(server, recorded, anthropic_client):
    blocks = [
        {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "2 + 2"}},
        {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": []},
        {"type": "server_tool_use", "id": "srv_2", "name": "web_search", "input": {"query": "?"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srv_2",
            "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"},
        },
        {"type": "text", "text": "Four."},
    ]
    server.reply(Reply(anthropic_message(blocks)))
    ask(anthropic_client)
    call, found, failed = recorded.spans
    assert found["span_parents"] == [call["span_id"]]
    assert found["span_attributes"] | {"name": "web_search", "type": "tool"} == found["span_attributes"]
    assert found["input"] == {"query": "2 + 2"}
    assert found["output"] == []
    assert failed["error"]["error_code"] == "unavailable"


def test_a_raw_response_stays_one(server, recorded, anthropic_client):
    server.reply(Reply(anthropic_message(), headers={"request-id": "req-1"}))
    create = anthropic_client.messages.with_raw_response.create
    raw = create(model="claude-test", max_tokens=100, messages=QUESTION)
    assert raw.headers["request-id"] == "req-1"
    assert raw.parse().content[0].text == "Four."
    assert recorded.only_span["output"] == TEXT


def test_a_streamed_create(server, recorded, anthropic_client):
    server.reply(Events(anthropic_text_events("Fo", "ur."), named=True))
    events = ask(anthropic_client, stream=True)
    assert isinstance(events, anthropic.Stream)
    assert [event.type for event in events][-1] == "message_stop"
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "anthropic.messages.stream"
    assert span["output"] == TEXT
    assert span["metrics"]["prompt_tokens"] == 14
    assert span["metrics"]["completion_tokens"] == 7
    assert "time_to_first_token" in span["metrics"]


def test_the_stream_helper_keeps_its_text_and_its_final_message(server, recorded, anthropic_client):
    server.reply(Events(anthropic_text_events("Fo", "ur."), named=True))
    with stream(anthropic_client) as events:
        assert list(events.text_stream) == ["Fo", "ur."]
        assert events.get_final_message().content[0].text == "Four."
    assert recorded.only_span["output"] == TEXT


def test_all_kinds_of_blocks_are_put_together(server, recorded, anthropic_client):
    events = anthropic_events(
        (
            {"type": "thinking", "thinking": "", "signature": ""},
            [
                {"type": "thinking_delta", "thinking": "Add "},
                {"type": "thinking_delta", "thinking": "them."},
                {"type": "signature_delta", "signature": "abc"},
            ],
        ),
        (
            {"type": "text", "text": ""},
            [
                {"type": "text_delta", "text": "Four"},
                {"type": "citations_delta", "citation": {"type": "char_location", "cited_text": "4"}},
                {"type": "text_delta", "text": "."},
            ],
        ),
        (
            {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {}},
            [
                {"type": "input_json_delta", "partial_json": '{"a":'},
                {"type": "input_json_delta", "partial_json": " 2}"},
            ],
        ),
    )
    server.reply(Events(events, named=True))
    list(ask(anthropic_client, stream=True))
    thinking, text, tool = recorded.only_span["output"]["content"]
    assert thinking == {"type": "thinking", "thinking": "Add them.", "signature": "abc"}
    assert text["text"] == "Four."
    assert text["citations"][0]["cited_text"] == "4"
    assert tool == {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 2}}


def test_a_block_may_begin_with_text(server, recorded, anthropic_client):
    events = anthropic_events(({"type": "text", "text": "Fo"}, [{"type": "text_delta", "text": "ur."}]))
    server.reply(Events(events, named=True))
    list(ask(anthropic_client, stream=True))
    assert recorded.only_span["output"] == TEXT


def test_a_running_answer_is_visible(server, recorded, anthropic_client, monkeypatch):
    monkeypatch.setattr(recording, "monotonic_secs", map(float, itertools.count()).__next__)
    server.reply(Events(anthropic_text_events("Fo", "ur."), named=True, holds_after=4))
    with stream(anthropic_client) as events:
        assert next(events.text_stream) == "Fo"
        assert recorded.only_span["metadata"]["partial_output"] == HALF
        server.release()
        events.until_done()
    assert "partial_output" not in recorded.only_span["metadata"]


def test_a_stream_that_breaks_off(server, recorded, anthropic_client):
    server.reply(Events(anthropic_text_events("Fo", "ur."), named=True, breaks_after=4))
    with pytest.raises(Exception, match=BROKEN):
        list(ask(anthropic_client, stream=True))
    span = recorded.only_span
    assert span["metadata"]["partial_output"] == HALF
    assert "error" in span
    assert "output" not in span
    assert "end" in span["metrics"]


def test_an_error_inside_a_stream(server, recorded, anthropic_client):
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}}
    server.reply(Events([*anthropic_text_events("Fo")[:4], overloaded], named=True))
    with pytest.raises(anthropic.APIStatusError):
        list(ask(anthropic_client, stream=True))
    assert "overloaded" in recorded.only_span["error"]
    assert recorded.only_span["metadata"]["partial_output"] == HALF


def test_a_stream_left_early(server, recorded, anthropic_client):
    server.reply(Events(anthropic_text_events("Fo", "ur."), named=True, holds_after=4))
    with stream(anthropic_client) as events:
        next(events.text_stream)
    assert recorded.only_span["metadata"]["partial_output"] == HALF
    assert "error" not in recorded.only_span


def test_a_forgotten_stream_ends_its_span(server, recorded, anthropic_client):
    server.reply(Events(anthropic_text_events("Fo", "ur."), named=True, holds_after=4))
    events = ask(anthropic_client, stream=True)
    next(events)
    del events
    gc.collect()
    assert "end" in recorded.only_span["metrics"]


@pytest.mark.parametrize("status", [400, 401, 429, 500, 529])
def test_an_error_of_the_api(server, recorded, anthropic_client, status):
    error = {"type": "error", "error": {"type": "api_error", "message": "no such luck"}}
    server.reply(Reply(error, status=status))
    with pytest.raises(anthropic.APIStatusError):
        ask(anthropic_client)
    assert "no such luck" in recorded.only_span["error"]
    assert "output" not in recorded.only_span


def test_a_time_out(server, recorded, anthropic_client):
    server.reply(Silence())
    with pytest.raises(anthropic.APITimeoutError):
        ask(anthropic_client, timeout=0.05)
    assert "APITimeoutError" in recorded.only_span["error"]


def test_beta_messages(server, recorded, anthropic_client):
    server.reply(Reply(anthropic_message()), Events(anthropic_text_events("Fo", "ur."), named=True))
    ask(anthropic_client.beta, betas=["one-2026-01-01"])
    with stream(anthropic_client.beta) as events:
        events.until_done()
    assert [span["output"] for span in recorded.spans] == [TEXT, TEXT]


def test_counting_tokens_is_no_call_of_a_model(server, recorded, anthropic_client):
    server.reply(Reply({"input_tokens": 3}))
    anthropic_client.messages.count_tokens(model="claude-test", messages=QUESTION)
    assert recorded.spans == []


def test_asynchronous_forms(server, recorded, async_anthropic_client):
    server.reply(
        Reply(anthropic_message()),
        Events(anthropic_text_events("Fo", "ur."), named=True),
        Events(anthropic_text_events("Fo", "ur."), named=True),
    )

    async def run() -> None:
        async with async_anthropic_client as client:
            await ask(client)
            async for _ in await ask(client, stream=True):
                pass
            async with stream(client) as events:
                assert await events.get_final_text() == "Four."

    asyncio.run(run())
    assert [span["output"] for span in recorded.spans] == [TEXT] * 3
    assert recorded.spans[0]["context"]["caller_functionname"] in {"ask", "run"}


def test_the_package_is_never_imported_for_it(recorded, monkeypatch):
    import spanglass  # noqa: PLC0415 - beside its only use

    monkeypatch.setitem(sys.modules, "anthropic", None)
    assert spanglass.wrap_anthropic(recorded) is recorded
