"""Base64 data in messages."""

from __future__ import annotations

import base64
import copy

import pytest
from llm_server import Reply
from llm_wire import chat_completion

from spanglass.attachments import Attachment
from spanglass.llm.media import with_attachments

PICTURE = b"\x89PNG picture"
ENCODED = base64.b64encode(PICTURE).decode()
DATA_URL = f"data:image/png;base64,{ENCODED}"


def image_part(url):
    return {"type": "image_url", "image_url": {"url": url, "detail": "low"}}


def test_an_image_in_a_message_is_stored_and_the_message_stays_as_it_is(server, recorded, openai_client):
    server.reply(Reply(chat_completion()))
    messages = [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, image_part(DATA_URL)]}]
    before = copy.deepcopy(messages)
    openai_client.chat.completions.create(model="gpt-4o", messages=messages)
    assert messages == before
    assert server.received[0].body["messages"] == before
    text, image = recorded.only_span["input"][0]["content"]
    assert text == {"type": "text", "text": "What is this?"}
    reference = image["image_url"]["url"]
    assert image["image_url"]["detail"] == "low"
    assert (reference["filename"], reference["content_type"]) == ("image.png", "image/png")
    assert recorded.stored(reference) == PICTURE


def test_spoken_answers_are_attachments(server, recorded, openai_client):
    audio = {"id": "audio_1", "data": ENCODED, "transcript": "Four.", "expires_at": 0}
    server.reply(Reply(chat_completion({"content": None, "audio": audio})))
    openai_client.chat.completions.create(
        model="gpt-4o-audio", messages=[{"role": "user", "content": "?"}], audio={"format": "wav", "voice": "alloy"}
    )
    logged = recorded.only_span["output"][0]["message"]["audio"]
    assert logged["transcript"] == "Four."
    assert logged["data"]["content_type"] == "audio/wav"
    assert recorded.stored(logged["data"]) == PICTURE


@pytest.mark.parametrize(
    ("part", "path", "filename", "content_type"),
    [
        ({"type": "input_image", "image_url": DATA_URL}, ["image_url"], "image.png", "image/png"),
        (
            {"type": "input_audio", "input_audio": {"data": ENCODED, "format": "mp3"}},
            ["input_audio", "data"],
            "audio.mp3",
            "audio/mpeg",
        ),
        (
            {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{ENCODED}"}},
            ["file", "file_data"],
            "a.pdf",
            "application/pdf",
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": ENCODED}},
            ["source", "data"],
            "image.jpg",
            "image/jpeg",
        ),
        (
            {"type": "input_file", "file_data": f"data:text/plain;charset=utf-8;base64,{ENCODED}"},
            ["file_data"],
            "file.txt",
            "text/plain",
        ),
    ],
)
def test_each_provider_has_its_place_for_data(part, path, filename, content_type):
    found = with_attachments([{"role": "user", "content": [part]}])[0]["content"][0]
    for key in path:
        found = found[key]
    assert isinstance(found, Attachment)
    assert (found.filename, found.content_type, found.data) == (filename, content_type, PICTURE)


@pytest.mark.parametrize(
    "value",
    [
        "data: the new oil",
        "data:,hello",
        "data:image/png;base64,",
        "data:image/png;base64,@",
        "https://example.com/a.png",
        {"type": "base64", "data": "@"},
        {"data": 7, "format": "wav"},
        [1, None, {"a": ("b", 2.5)}],
    ],
)
def test_what_holds_no_data_stays_the_very_same(value):
    messages = [{"role": "user", "content": value}]
    assert with_attachments(messages) == messages


def test_messages_without_data_are_not_copied():
    messages = [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]
    assert with_attachments(messages) is messages


def test_a_message_that_holds_itself_is_left_alone():
    message = {"role": "user"}
    message["content"] = [message]
    with_attachments([message])
