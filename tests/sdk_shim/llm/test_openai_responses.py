"""Responses of the real `openai` package."""

from __future__ import annotations

import asyncio
import base64
import itertools

import openai
import pytest
from llm_server import Events, Reply
from llm_wire import message_item, response, response_events
from pydantic import BaseModel

from spanglass.llm import recording

METRICS = {
    "prompt_tokens": 12,
    "completion_tokens": 7,
    "tokens": 19,
    "prompt_cached_tokens": 4,
    "completion_reasoning_tokens": 2,
}
TOOL_ITEMS = [
    {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a": 2}'},
    {
        "id": "ws_1",
        "type": "web_search_call",
        "status": "completed",
        "action": {"type": "search", "query": "two and two"},
    },
    {
        "id": "mcp_1",
        "type": "mcp_call",
        "server_label": "sums",
        "name": "add",
        "arguments": "{}",
        "output": '{"total": 4}',
    },
    {"id": "mcp_2", "type": "mcp_call", "server_label": "sums", "name": "sub", "arguments": "{}", "error": "no"},
]

BROKEN = r"peer closed|closed connection|Connection error"  # as the versions of openai and httpx say it


class Sum(BaseModel):
    total: int


def ask(client, **more):
    return client.responses.create(model="gpt-4o", input="What is 2 + 2?", **more)


def test_a_call_logs_input_items_and_usage(server, recorded, openai_client):
    server.reply(Reply(response()))
    assert ask(openai_client, instructions="Be brief.").output_text == "Four."
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "openai.responses.create"
    assert span["span_attributes"]["type"] == "llm"
    assert span["input"] == "What is 2 + 2?"
    assert span["output"] == [message_item("Four.")]
    assert METRICS.items() <= span["metrics"].items()
    assert span["metadata"]["instructions"] == "Be brief."
    assert span["metadata"]["id"] == "resp_1"
    assert span["metadata"]["status"] == "completed"


def test_parse_has_its_own_name(server, recorded, openai_client):
    server.reply(Reply(response([message_item('{"total": 4}')])))
    parsed = openai_client.responses.parse(model="gpt-4o", input="2 + 2", text_format=Sum)
    assert parsed.output_parsed == Sum(total=4)
    assert recorded.only_span["span_attributes"]["name"] == "openai.responses.parse"
    assert recorded.only_span["output"][0]["content"][0]["parsed"] == {"total": 4}


def test_each_tool_call_is_a_child(server, recorded, openai_client):
    server.reply(Reply(response(TOOL_ITEMS)))
    ask(openai_client)
    call, *tools = recorded.spans
    assert {tuple(tool["span_parents"]) for tool in tools} == {(call["span_id"],)}
    assert {tool["span_attributes"]["type"] for tool in tools} == {"tool"}
    names = [tool["span_attributes"]["name"] for tool in tools]
    assert names == ["add", "web_search_call", "sums.add", "sums.sub"]
    function, search, remote, failed = tools
    assert function["input"] == {"a": 2}
    assert function["metadata"] == {"tool_type": "function_call", "tool_id": "fc_1", "call_id": "call_1"}
    assert "output" not in function
    assert search["input"] == {"action": {"type": "search", "query": "two and two"}}
    assert remote["output"] == {"output": {"total": 4}}
    assert failed["error"] == "no"
    assert all("end" in tool["metrics"] for tool in tools)
    assert {tool["context"]["caller_functionname"] for tool in tools} == {"ask"}


def test_a_streaming_response_closed_twice_is_one_answer(server, recorded, openai_client):
    server.reply(Reply(response(TOOL_ITEMS)))
    with openai_client.responses.with_streaming_response.create(model="m", input="2 + 2") as raw:
        raw.read()
        raw.close()
    assert len(recorded.spans) == 1 + len(TOOL_ITEMS)


def test_a_generated_image_is_an_attachment(server, recorded, openai_client):
    picture = base64.b64encode(b"\x89PNG picture").decode()
    item = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": picture}
    server.reply(Reply(response([item])))
    assert ask(openai_client).output[0].result == picture
    call, _ = recorded.spans
    reference = call["output"][0]["result"]
    assert reference["content_type"] == "image/png"
    assert recorded.stored(reference) == b"\x89PNG picture"


def test_a_picture_of_a_stream_is_stored_once(server, recorded, openai_client, monkeypatch):
    monkeypatch.setattr(recording, "monotonic_secs", map(float, itertools.count()).__next__)
    picture = base64.b64encode(b"\x89PNG picture").decode()
    item = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": picture}
    done = {"type": "response.output_item.done", "output_index": 0, "item": item, "sequence_number": 0}
    server.reply(Events([done, *response_events("Four.", final=response([item]))]))
    list(ask(openai_client, stream=True))
    assert recorded.stored(recorded.spans[0]["output"][0]["result"]) == b"\x89PNG picture"
    assert len({line["key"] for line in recorded.attachments}) == 1
    assert picture not in str(recorded.rows)


def test_a_stream(server, recorded, openai_client):
    server.reply(Events(response_events("Fo", "ur.")))
    kinds = [event.type for event in ask(openai_client, stream=True)]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    span = recorded.only_span
    assert span["output"] == [message_item("Four.")]
    assert METRICS.items() <= span["metrics"].items()
    assert "time_to_first_token" in span["metrics"]
    assert "partial_output" not in span["metadata"]


def test_tools_of_a_stream_are_children_once(server, recorded, openai_client):
    server.reply(Events(response_events("Four.", final=response(TOOL_ITEMS))))
    list(ask(openai_client, stream=True))
    assert len(recorded.spans) == 1 + len(TOOL_ITEMS)


def test_the_stream_helper(server, recorded, openai_client):
    server.reply(Events(response_events("Fo", "ur.")))
    with openai_client.responses.stream(model="gpt-4o", input="2 + 2") as events:
        assert events.get_final_response().output_text == "Four."
    assert recorded.only_span["output"] == [message_item("Four.")]


def test_a_running_answer_is_visible(server, recorded, openai_client, monkeypatch):
    monkeypatch.setattr(recording, "monotonic_secs", map(float, itertools.count()).__next__)
    server.reply(Events(response_events("Fo", "ur."), holds_after=5))
    events = ask(openai_client, stream=True)
    for _ in range(5):
        next(events)
    assert recorded.only_span["metadata"]["partial_output"] == [{"output_text": "Fo"}]
    server.release()
    list(events)
    assert "partial_output" not in recorded.only_span["metadata"]


def test_a_stream_that_breaks_off(server, recorded, openai_client):
    server.reply(Events(response_events("Fo", "ur."), breaks_after=5))
    with pytest.raises(Exception, match=BROKEN):
        list(ask(openai_client, stream=True))
    span = recorded.only_span
    assert span["metadata"]["partial_output"] == [{"output_text": "Fo"}]
    assert "error" in span
    assert "output" not in span


def test_a_response_that_failed_has_an_error(server, recorded, openai_client):
    failed = response([], status="failed", error={"code": "server_error", "message": "no such luck"}, usage=None)
    server.reply(Events(response_events("Fo", final=failed)))
    list(ask(openai_client, stream=True))
    assert recorded.only_span["error"] == {"code": "server_error", "message": "no such luck"}


def test_an_error_event_is_the_error_of_a_response_that_never_ends(server, recorded, openai_client):
    error = {"type": "error", "code": "overloaded", "message": "no such luck", "param": None, "sequence_number": 5}
    server.reply(Events([*response_events("Fo")[:5], error]))
    list(ask(openai_client, stream=True))
    assert recorded.only_span["error"]["message"] == "no such luck"
    assert recorded.only_span["metadata"]["partial_output"] == [{"output_text": "Fo"}]


def test_an_incomplete_response_says_why(server, recorded, openai_client):
    incomplete = response(status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    server.reply(Events(response_events("Fo", final=incomplete)))
    list(ask(openai_client, stream=True))
    assert recorded.only_span["metadata"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert recorded.only_span["output"] == [message_item("Four.")]


def test_an_error_of_the_api(server, recorded, openai_client):
    server.reply(Reply({"error": {"message": "no such luck"}}, status=400))
    with pytest.raises(openai.BadRequestError):
        ask(openai_client)
    assert "no such luck" in recorded.only_span["error"]


def test_asynchronous_forms(server, recorded, async_openai_client):
    server.reply(Reply(response()), Events(response_events("Fo", "ur.")))

    async def run() -> None:
        async with async_openai_client as client:
            await ask(client)
            async for _ in await ask(client, stream=True):
                pass

    asyncio.run(run())
    assert [span["output"] for span in recorded.spans] == [[message_item("Four.")]] * 2
