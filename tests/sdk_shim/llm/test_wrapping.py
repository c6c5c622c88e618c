"""Which clients are wrapped, and what wrapping leaves as it was."""

from __future__ import annotations

import json
import subprocess
import sys

import openai
import pytest
from llm_server import Events, Reply
from llm_wire import chat_completion, chat_text_chunks, embedding

import spanglass
from spanglass import activity, failures
from spanglass.llm import patching
from spanglass.llm.openai_chat import ChatCompletions, ChatStream
from spanglass.span import Span

QUESTION = [{"role": "user", "content": "What is 2 + 2?"}]


def ask(client, **more):
    return client.chat.completions.create(model="gpt-4o", messages=QUESTION, **more)


def test_the_client_itself_is_returned(openai_client, anthropic_client):
    assert spanglass.wrap_openai(openai_client) is openai_client
    assert isinstance(openai_client, openai.OpenAI)
    assert spanglass.wrap_anthropic(anthropic_client) is anthropic_client


def test_wrapping_twice_gives_one_span(server, recorded, openai_client):
    server.reply(Reply(chat_completion()))
    ask(spanglass.wrap_openai(spanglass.wrap_openai(openai_client)))
    assert len(recorded.spans) == 1


def test_resources_taken_before_are_traced_too(server, recorded):
    server.reply(Reply(chat_completion()))
    with openai.OpenAI(api_key="none", base_url=f"{server.url}/v1") as client:
        create = client.chat.completions.create
        spanglass.wrap_openai(client)
        create(model="gpt-4o", messages=QUESTION)
    assert len(recorded.spans) == 1


def test_a_client_for_azure_is_one_too(server, recorded):
    server.reply(Reply(chat_completion()))
    with openai.AzureOpenAI(api_key="none", api_version="1", azure_endpoint=server.url) as client:
        ask(spanglass.wrap_openai(client))
    assert "/deployments/gpt-4o/" in server.received[0].path
    assert recorded.only_span["span_attributes"]["name"] == "Chat Completion"


class OpenAI:
    """Has the name alone."""


@pytest.mark.parametrize("wrap", [spanglass.wrap_openai, spanglass.wrap_anthropic])
@pytest.mark.parametrize("other", [None, "client", OpenAI(), openai])
def test_anything_else_is_returned_as_it_is_with_one_warning(capsys, wrap, other):
    assert wrap(other) is other
    assert wrap(other) is other
    assert capsys.readouterr().err.count("its calls are not traced") == 1


def test_the_other_provider_is_anything_else(capsys, openai_client, anthropic_client):
    spanglass.wrap_anthropic(openai_client)
    spanglass.wrap_openai(anthropic_client)
    assert capsys.readouterr().err.count("its calls are not traced") == 2


def test_without_a_logger_nothing_is_read(server, openai_client, monkeypatch):
    def read(*_):
        raise AssertionError

    monkeypatch.setattr(patching, "CallRecording", read)
    assert not activity.is_on
    server.reply(Reply(chat_completion()), Events(chat_text_chunks("Four.")))
    assert ask(openai_client).choices[0].message.content == "Four."
    assert len(list(ask(openai_client, stream=True))) == 3


def test_other_endpoints_are_not_traced(server, recorded, openai_client):
    server.reply(Reply({"object": "list", "data": []}))
    openai_client.post("/fine_tuning/jobs", cast_to=object, body={"model": "m"})
    assert recorded.spans == []


def test_importing_the_wrappers_loads_no_client():
    program = "import json, sys; from spanglass import wrap_openai, wrap_anthropic; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert not {"openai", "anthropic", "httpx", "httpx2", "pydantic"} & set(json.loads(done.stdout))


class OurBugError(Exception):
    pass


@pytest.fixture
def break_method(monkeypatch):
    """Have a method of ours raise, as in a user's program."""
    monkeypatch.setattr(failures, "raises_internal_faults", False)

    def broken(*_args, **_kwargs):
        raise OurBugError

    return lambda owner, name: monkeypatch.setattr(owner, name, broken)


@pytest.mark.parametrize("name", ["span_name", "read_request", "read_answer"])
def test_a_bug_of_ours_never_fails_a_call(server, recorded, openai_client, break_method, name):
    break_method(ChatCompletions, name)
    server.reply(Reply(chat_completion()))
    assert ask(openai_client).choices[0].message.content == "Four."
    assert all("end" in span["metrics"] for span in recorded.spans)
    assert "OurBugError" in str(failures._said)


@pytest.mark.parametrize(
    "method", [(ChatCompletions, "open_stream"), (ChatStream, "read"), (ChatStream, "answer")], ids=str
)
def test_a_bug_of_ours_never_fails_a_stream(server, recorded, openai_client, break_method, method):
    break_method(*method)
    server.reply(Events(chat_text_chunks("Fo", "ur.")))
    assert len(list(ask(openai_client, stream=True))) == 4
    assert "end" in recorded.only_span["metrics"]
    assert "OurBugError" in str(failures._said)


@pytest.mark.usefixtures("recorded")
def test_a_broken_stream_has_its_error_beside_a_bug_of_ours(server, recorded, openai_client, break_method):
    break_method(ChatStream, "answer")
    server.reply(Events([chat_text_chunks("Fo")[0], {"error": {"message": "no such luck"}}]))
    with pytest.raises(openai.APIError):
        list(ask(openai_client, stream=True))
    assert "no such luck" in recorded.only_span["error"]
    assert "end" in recorded.only_span["metrics"]


def test_an_error_of_the_api_is_not_hidden_by_a_bug_of_ours(server, openai_client, break_method):
    break_method(Span, "log")
    server.reply(Reply({"error": {"message": "no such luck"}}, status=400))
    with pytest.raises(openai.BadRequestError):
        ask(openai_client)


def test_an_answer_of_an_odd_shape_is_logged_as_far_as_it_goes(server, recorded, openai_client):
    odd = {"choices": "none", "usage": 3}
    server.reply(Reply(odd), Reply([1]), Reply(embedding(None)))
    ask(openai_client)
    ask(openai_client)
    openai_client.embeddings.with_raw_response.create(model="m", input="x")
    assert all("end" in span["metrics"] for span in recorded.spans)
    assert recorded.spans[0]["output"] == "none"
