"""Chat completions of the real `openai` package."""

from __future__ import annotations

import asyncio

import openai
import pytest
from llm_server import Events, Reply, Silence
from llm_wire import USAGE_METRICS, chat_completion, chat_text_chunks
from pydantic import BaseModel

QUESTION = [{"role": "user", "content": "What is 2 + 2?"}]
ANSWER = [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Four."}}]


class Sum(BaseModel):
    total: int


def ask(client, **more):
    return client.chat.completions.create(model="gpt-4o", messages=QUESTION, **more)


def counted(span):
    """Return the metrics but those of time."""
    return {
        name: value for name, value in span["metrics"].items() if name not in {"start", "end", "time_to_first_token"}
    }


def test_a_call_is_a_span_with_messages_choices_and_usage(server, recorded, openai_client):
    server.reply(Reply(chat_completion()))
    assert ask(openai_client, temperature=0).choices[0].message.content == "Four."
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "Chat Completion"
    assert span["span_attributes"]["type"] == "llm"
    assert span["input"] == QUESTION
    assert span["metadata"] == {"provider": "openai", "model": "gpt-4o", "temperature": 0}
    assert span["output"] == ANSWER
    assert counted(span) == USAGE_METRICS
    assert span["metrics"]["end"] >= span["metrics"]["start"]
    assert span["metrics"]["time_to_first_token"] >= 0
    assert "error" not in span


def test_the_span_names_the_line_that_called(server, recorded, openai_client):
    server.reply(Reply(chat_completion()))
    ask(openai_client)
    assert recorded.only_span["context"]["caller_functionname"] == "ask"
    assert recorded.only_span["context"]["caller_filename"] == __file__


def test_a_call_hangs_below_the_span_that_runs(server, recorded, openai_client):
    server.reply(Reply(chat_completion()))
    with recorded.logger.start_span(name="agent"):
        ask(openai_client)
    outer, inner = recorded.spans
    assert inner["span_parents"] == [outer["span_id"]]


def test_arguments_not_given_never_reach_the_row(server, recorded, openai_client):
    server.reply(Reply(chat_completion()))
    ask(openai_client, temperature=openai.NOT_GIVEN, tools=openai.omit)
    assert set(recorded.only_span["metadata"]) == {"provider", "model"}


def test_a_parameter_in_the_extra_body_is_one_like_others(server, recorded, openai_client):
    server.reply(Reply(chat_completion()))
    ask(openai_client, extra_body={"top_k": 3})
    assert recorded.only_span["metadata"]["top_k"] == 3


def test_several_choices_and_tool_calls(server, recorded, openai_client):
    call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":2}'}}
    choices = [
        {"index": 0, "message": {"role": "assistant", "tool_calls": [call]}, "finish_reason": "tool_calls"},
        {"index": 1, "message": {"role": "assistant", "refusal": "No."}, "finish_reason": "stop"},
    ]
    server.reply(Reply(chat_completion(choices=choices)))
    ask(openai_client, n=2)
    assert recorded.only_span["output"] == choices


def test_parse_logs_the_object_and_returns_it(server, recorded, openai_client):
    server.reply(Reply(chat_completion({"content": '{"total": 4}'})))
    parsed = openai_client.chat.completions.parse(model="gpt-4o", messages=QUESTION, response_format=Sum)
    assert parsed.choices[0].message.parsed == Sum(total=4)
    span = recorded.only_span
    assert span["output"][0]["message"]["parsed"] == {"total": 4}
    assert span["metadata"]["response_format"]["json_schema"]["name"] == "Sum"


def test_the_beta_forms_are_the_same_calls(server, recorded, openai_client):
    server.reply(Reply(chat_completion({"content": '{"total": 4}'})), Reply(chat_completion()))
    completions = openai_client.beta.chat.completions
    assert completions.parse(model="m", messages=QUESTION, response_format=Sum).choices[0].message.parsed.total == 4
    completions.create(model="m", messages=QUESTION)
    assert [span["span_attributes"]["name"] for span in recorded.spans] == ["Chat Completion"] * 2


def test_an_answer_that_cannot_be_parsed_is_logged_beside_the_error(server, recorded, openai_client):
    choice = {"index": 0, "message": {"role": "assistant", "content": '{"to'}, "finish_reason": "length"}
    server.reply(Reply(chat_completion(choices=[choice])))
    with pytest.raises(openai.LengthFinishReasonError):
        openai_client.chat.completions.parse(model="gpt-4o", messages=QUESTION, response_format=Sum)
    span = recorded.only_span
    assert "LengthFinishReasonError" in span["error"]
    assert span["output"] == [choice]
    assert counted(span) == USAGE_METRICS


def test_a_raw_response_stays_one(server, recorded, openai_client):
    server.reply(Reply(chat_completion(), headers={"x-request-id": "req-1"}))
    raw = openai_client.chat.completions.with_raw_response.create(model="gpt-4o", messages=QUESTION)
    assert raw.headers["x-request-id"] == "req-1"
    assert raw.parse().choices[0].message.content == "Four."
    assert recorded.only_span["output"] == ANSWER
    assert counted(recorded.only_span) == USAGE_METRICS


def test_a_raw_stream_is_read_as_it_is_parsed(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))
    raw = openai_client.chat.completions.with_raw_response.create(model="gpt-4o", messages=QUESTION, stream=True)
    assert isinstance(raw.parse(), openai.Stream)
    assert raw.parse() is raw.parse()
    assert len(list(raw.parse())) == 4
    assert recorded.only_span["output"] == ANSWER


def test_a_streaming_response_is_logged_where_its_body_was_read(server, recorded, openai_client):
    server.reply(Reply(chat_completion()), Reply(chat_completion()))
    create = openai_client.chat.completions.with_streaming_response.create
    with create(model="gpt-4o", messages=QUESTION) as response:
        assert response.parse().choices[0].message.content == "Four."
    with create(model="gpt-4o", messages=QUESTION) as response:
        assert b"Four." in b"".join(response.iter_bytes())
    read, passed = recorded.spans
    assert read["output"] == ANSWER
    assert "output" not in passed
    assert "end" in read["metrics"]
    assert "end" in passed["metrics"]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_of_the_api_is_logged_and_goes_on_unchanged(server, recorded, openai_client, status):
    server.reply(Reply({"error": {"message": "no such luck", "type": "test", "code": None}}, status=status))
    with pytest.raises(openai.APIStatusError) as caught:
        ask(openai_client)
    assert caught.value.status_code == status
    span = recorded.only_span
    assert "no such luck" in span["error"]
    assert f"openai.{type(caught.value).__name__}" in span["error"]
    assert "spanglass/llm" not in span["error"].replace("\\", "/")
    assert "end" in span["metrics"]
    assert "output" not in span


def test_a_time_out_is_an_error(server, recorded, openai_client):
    server.reply(Silence())
    with pytest.raises(openai.APITimeoutError):
        ask(openai_client, timeout=0.05)
    assert "APITimeoutError" in recorded.only_span["error"]


def test_a_refused_connection_is_an_error(recorded):
    import spanglass  # noqa: PLC0415 - beside its only use

    client = spanglass.wrap_openai(openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1", max_retries=0))
    with pytest.raises(openai.APIConnectionError):
        ask(client)
    client.close()
    assert "APIConnectionError" in recorded.only_span["error"]


def test_a_copy_of_the_client_is_traced_too(server, recorded, openai_client):
    server.reply(Reply(chat_completion()), Reply(chat_completion()))
    ask(openai_client.with_options(timeout=5))
    ask(openai_client.copy().with_options(timeout=6))
    assert [span["output"] for span in recorded.spans] == [ANSWER, ANSWER]


async def _ask_async(client, **more):
    async with client:
        return await client.chat.completions.create(model="gpt-4o", messages=QUESTION, **more)


def test_an_asynchronous_call(server, recorded, async_openai_client):
    server.reply(Reply(chat_completion()))
    answer = asyncio.run(_ask_async(async_openai_client))
    assert answer.choices[0].message.content == "Four."
    assert recorded.only_span["output"] == ANSWER
    assert recorded.only_span["context"]["caller_functionname"] == "_ask_async"


def test_an_asynchronous_error(server, recorded, async_openai_client):
    server.reply(Reply({"error": {"message": "no such luck"}}, status=500))
    with pytest.raises(openai.InternalServerError):
        asyncio.run(_ask_async(async_openai_client))
    assert "no such luck" in recorded.only_span["error"]


def test_a_cancelled_call_is_an_error(server, recorded, async_openai_client):
    server.reply(Silence())

    async def give_up() -> None:
        async with asyncio.timeout(0.1):
            await _ask_async(async_openai_client)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert "CancelledError" in recorded.only_span["error"]
