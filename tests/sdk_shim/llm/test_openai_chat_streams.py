"""Streamed chat completions: passed on chunk by chunk, put together beside it."""

from __future__ import annotations

import asyncio
import base64
import gc
import itertools

import openai
import pytest
from llm_server import Events
from llm_wire import USAGE_METRICS, chat_chunk, chat_text_chunks

from spanglass.llm import recording

QUESTION = [{"role": "user", "content": "What is 2 + 2?"}]
ANSWER = [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Four."}}]
PARTIAL = [{"index": 0, "message": {"role": "assistant", "content": "Fo"}}]

BROKEN = r"peer closed|closed connection|Connection error"  # as the versions of openai and httpx say it


def stream(client, **more):
    return client.chat.completions.create(model="gpt-4o", messages=QUESTION, stream=True, **more)


def texts(chunks):
    return [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]


@pytest.fixture
def slow_clock(monkeypatch):
    """Let a second pass between any two looks at the clock."""
    monkeypatch.setattr(recording, "monotonic_secs", map(float, itertools.count()).__next__)


@pytest.fixture
def still_clock(monkeypatch):
    monkeypatch.setattr(recording, "monotonic_secs", lambda: 0.0)


@pytest.mark.usefixtures("still_clock")
def test_chunks_pass_unchanged_and_become_an_answer(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.", usage=True)))
    chunks = stream(openai_client, stream_options={"include_usage": True})
    assert isinstance(chunks, openai.Stream)
    assert chunks.response.status_code == 200
    assert texts(chunks) == ["", "Fo", "ur.", None]
    span = recorded.only_span
    assert span["output"] == ANSWER
    assert USAGE_METRICS.items() <= span["metrics"].items()
    assert span["metadata"]["stream"] is True
    assert len(recorded.rows) == 2


def test_without_usage_there_are_no_tokens(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Four.")))
    list(stream(openai_client))
    assert set(recorded.only_span["metrics"]) == {"start", "end", "time_to_first_token"}


@pytest.mark.usefixtures("slow_clock")
def test_the_first_token_is_the_first_chunk_with_content(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))
    list(stream(openai_client))
    # a look at the start, one at the chunk that says the role, one at the first text
    assert recorded.only_span["metrics"]["time_to_first_token"] == 2


@pytest.mark.usefixtures("slow_clock")
def test_a_running_answer_is_visible(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))
    chunks = stream(openai_client)
    for _ in range(2):
        next(chunks)
    span = recorded.only_span
    assert span["metadata"]["partial_output"] == PARTIAL
    assert "output" not in span
    assert "end" not in span["metrics"]
    list(chunks)
    span = recorded.only_span
    assert span["metadata"] == {"provider": "openai", "model": "gpt-4o", "stream": True}
    assert span["output"] == ANSWER


@pytest.mark.usefixtures("slow_clock")
def test_propagated_metadata_outlive_the_partial_answer(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))
    with recorded.logger.start_span(name="agent", propagated_event={"metadata": {"user": "ada"}}):
        list(stream(openai_client))
    assert recorded.spans[1]["metadata"] == {"provider": "openai", "model": "gpt-4o", "stream": True, "user": "ada"}


@pytest.mark.usefixtures("slow_clock")
def test_what_the_caller_changes_meanwhile_does_not_show(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))
    samplers = ["top_k"]
    chunks = stream(openai_client, extra_body={"samplers": samplers})
    samplers.append("top_p")
    list(chunks)
    assert recorded.only_span["metadata"]["samplers"] == ["top_k"]


@pytest.mark.usefixtures("slow_clock")
def test_partial_rows_of_a_long_answer_stay_in_proportion(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks(*["word "] * 400)))
    list(stream(openai_client))
    assert 32 <= len(recorded.rows) < 130  # one a chunk at first, then one for each 32nd more


def test_tool_calls_refusals_reasoning_and_choices_are_put_together(server, recorded, openai_client):
    def call(index, **function):
        head = {"id": f"call_{index}", "type": "function"} if "name" in function else {}
        return {"tool_calls": [{"index": index, "function": function, **head}]}

    chunks = [
        chat_chunk({"role": "assistant", "reasoning_content": "Add "}),
        chat_chunk({"reasoning_content": "them."}),
        chat_chunk(call(0, name="add", arguments="")),
        chat_chunk({"role": "assistant", "refusal": "I can"}, index=1),
        chat_chunk(call(0, arguments='{"a":')),
        chat_chunk(call(1, name="sub", arguments="{}")),
        chat_chunk({"refusal": "not."}, index=1),
        chat_chunk(call(0, arguments="2}")),
        chat_chunk(finish="tool_calls"),
        chat_chunk(finish="stop", index=1),
    ]
    server.reply(Events([*chunks, "[DONE]"]))
    list(stream(openai_client, n=2))
    first, second = recorded.only_span["output"]
    assert first["message"] == {
        "role": "assistant",
        "reasoning_content": "Add them.",
        "tool_calls": [
            {"index": 0, "id": "call_0", "type": "function", "function": {"name": "add", "arguments": '{"a":2}'}},
            {"index": 1, "id": "call_1", "type": "function", "function": {"name": "sub", "arguments": "{}"}},
        ],
    }
    assert first["finish_reason"] == "tool_calls"
    assert second == {
        "index": 1,
        "message": {"role": "assistant", "refusal": "I cannot."},
        "finish_reason": "stop",
    }


@pytest.mark.usefixtures("slow_clock")
def test_a_spoken_answer_is_stored_once_however_many_rows_tell_of_it(server, recorded, openai_client):
    encoded = [base64.b64encode(data).decode() for data in (b"\x01", b"\x02\x03")]
    spoken = [chat_chunk({"audio": {"data": data, "transcript": "Fo"}}) for data in encoded]
    server.reply(Events([*spoken, chat_chunk(finish="stop"), "[DONE]"]))
    chunks = stream(openai_client, audio={"format": "pcm16", "voice": "alloy"})
    next(chunks)
    assert recorded.only_span["metadata"]["partial_output"][0]["message"] == {"audio": {"transcript": "Fo"}}
    list(chunks)
    audio = recorded.only_span["output"][0]["message"]["audio"]
    assert audio["transcript"] == "FoFo"
    assert recorded.stored(audio["data"]) == b"\x01\x02\x03"
    assert len({line["key"] for line in recorded.attachments}) == 1


def test_log_probabilities_are_kept(server, recorded, openai_client):
    chunks = chat_text_chunks("Fo", "ur.")
    for number, chunk in enumerate(chunks[1:3]):
        entry = {"token": str(number), "logprob": -0.5, "bytes": None, "top_logprobs": []}
        chunk["choices"][0]["logprobs"] = {"content": [entry], "refusal": None}
    server.reply(Events(chunks))
    list(stream(openai_client, logprobs=True))
    assert [entry["token"] for entry in recorded.only_span["output"][0]["logprobs"]["content"]] == ["0", "1"]


def test_a_stream_that_breaks_off(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur."), breaks_after=2))
    chunks = stream(openai_client)
    with pytest.raises(Exception, match=BROKEN):
        list(chunks)
    span = recorded.only_span
    assert span["metadata"]["partial_output"] == PARTIAL
    assert "Error" in span["error"]
    assert "output" not in span
    assert "end" in span["metrics"]


def test_an_error_inside_a_stream(server, recorded, openai_client):
    server.reply(Events([*chat_text_chunks("Fo")[:2], {"error": {"message": "overloaded"}}]))
    with pytest.raises(openai.APIError, match="overloaded"):
        list(stream(openai_client))
    span = recorded.only_span
    assert "overloaded" in span["error"]
    assert span["metadata"]["partial_output"] == PARTIAL


def test_a_stream_that_ends_too_early_has_no_output(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo")[:2]))
    list(stream(openai_client))
    span = recorded.only_span
    assert span["metadata"]["partial_output"] == PARTIAL
    assert "output" not in span
    assert "error" not in span


def leave_by_close(chunks):
    chunks.close()


def leave_by_with(chunks):
    with chunks:
        pass


def leave_by_response(chunks):
    chunks.response.close()


@pytest.mark.parametrize("leave", [leave_by_close, leave_by_with, leave_by_response])
def test_a_stream_left_early_ends_its_span_without_an_error(server, recorded, openai_client, leave):
    server.reply(Events(chat_text_chunks("Fo", "ur."), holds_after=2))
    chunks = stream(openai_client)
    for _ in range(2):
        next(chunks)
    leave(chunks)
    span = recorded.only_span
    assert span["metadata"]["partial_output"] == PARTIAL
    assert "end" in span["metrics"]
    assert "error" not in span
    assert "output" not in span


@pytest.mark.parametrize("steps", [0, 2])
def test_a_forgotten_stream_ends_its_span(server, recorded, openai_client, steps):
    server.reply(Events(chat_text_chunks("Fo", "ur."), holds_after=2))
    chunks = stream(openai_client)
    for _ in range(steps):
        next(chunks)
    assert "end" not in recorded.only_span["metrics"]
    del chunks
    gc.collect()
    assert "end" in recorded.only_span["metrics"]


def test_a_stream_left_after_its_last_word_has_an_output(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur."), holds_after=4))
    with stream(openai_client) as chunks:
        for chunk in chunks:
            if chunk.choices[0].finish_reason:
                break
    assert recorded.only_span["output"] == ANSWER


def test_the_stream_helper_keeps_its_events_and_its_final_completion(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))
    with openai_client.chat.completions.stream(model="gpt-4o", messages=QUESTION) as events:
        kinds = [event.type for event in events]
        final = events.get_final_completion()
    assert "content.delta" in kinds
    assert final.choices[0].message.content == "Four."
    assert recorded.only_span["output"] == ANSWER


def test_the_stream_helper_left_early(server, recorded, openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur."), holds_after=2))
    with openai_client.chat.completions.stream(model="gpt-4o", messages=QUESTION) as events:
        next(event for event in events if event.type == "content.delta" and event.delta)
    assert recorded.only_span["metadata"]["partial_output"] == PARTIAL
    assert "end" in recorded.only_span["metrics"]


def test_an_asynchronous_stream(server, recorded, async_openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.", usage=True)))

    async def run() -> list[str | None]:
        async with async_openai_client as client:
            chunks = await stream(client)
            assert isinstance(chunks, openai.AsyncStream)
            return texts([chunk async for chunk in chunks])

    assert asyncio.run(run()) == ["", "Fo", "ur.", None]
    assert recorded.only_span["output"] == ANSWER
    assert USAGE_METRICS.items() <= recorded.only_span["metrics"].items()


def test_an_asynchronous_stream_helper(server, recorded, async_openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))

    async def run() -> str | None:
        async with (
            async_openai_client as client,
            client.chat.completions.stream(model="gpt-4o", messages=QUESTION) as events,
        ):
            return (await events.get_final_completion()).choices[0].message.content

    assert asyncio.run(run()) == "Four."
    assert recorded.only_span["output"] == ANSWER


def test_an_asynchronous_raw_stream(server, recorded, async_openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur.")))

    async def run() -> int:
        async with async_openai_client as client:
            raw = await client.chat.completions.with_raw_response.create(model="gpt-4o", messages=QUESTION, stream=True)
            return len([chunk async for chunk in raw.parse()])

    assert asyncio.run(run()) == 4
    assert recorded.only_span["output"] == ANSWER


def test_an_asynchronous_stream_that_breaks_off(server, recorded, async_openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur."), breaks_after=2))

    async def run() -> None:
        async with async_openai_client as client:
            async for _ in await stream(client):
                pass

    with pytest.raises(Exception, match=BROKEN):
        asyncio.run(run())
    assert recorded.only_span["metadata"]["partial_output"] == PARTIAL
    assert "error" in recorded.only_span


def test_an_asynchronous_stream_that_is_cancelled(server, recorded, async_openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur."), holds_after=2))

    async def run() -> None:
        seen = 0
        async with async_openai_client as client, asyncio.timeout(None) as limit:
            async for _ in await stream(client):
                seen += 1
                if seen == 2:  # the server holds what comes next
                    limit.reschedule(0.0)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert recorded.only_span["metadata"]["partial_output"] == PARTIAL
    assert "CancelledError" in recorded.only_span["error"]


def test_an_asynchronous_stream_left_early(server, recorded, async_openai_client):
    server.reply(Events(chat_text_chunks("Fo", "ur."), holds_after=2))

    async def run() -> None:
        async with async_openai_client as client, await stream(client) as chunks:
            await anext(chunks)
            await anext(chunks)

    asyncio.run(run())
    assert recorded.only_span["metadata"]["partial_output"] == PARTIAL
    assert "error" not in recorded.only_span
