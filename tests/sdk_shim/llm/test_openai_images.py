"""Images of the real `openai` package."""

from __future__ import annotations

import asyncio
import base64
import io

import pytest
from llm_server import Events, Reply

PICTURE = b"\x89PNG picture"
ENCODED = base64.b64encode(PICTURE).decode()
URL = "https://example.com/picture.png"


def images(*parts, **more):
    return {"created": 1795442531, "data": list(parts), **more}


def test_a_generated_picture_is_an_attachment(server, recorded, openai_client):
    usage = {"input_tokens": 5, "output_tokens": 9, "total_tokens": 14, "input_tokens_details": {"text_tokens": 5}}
    server.reply(Reply(images({"b64_json": ENCODED}, output_format="webp", usage=usage)))
    answer = openai_client.images.generate(model="gpt-image-1", prompt="A cat", size="1024x1024")
    assert answer.data[0].b64_json == ENCODED
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "Image Generation"
    assert span["input"] == "A cat"
    assert span["metadata"] == {"provider": "openai", "model": "gpt-image-1", "size": "1024x1024"}
    assert span["output"]["images_count"] == 1
    assert span["output"]["output_format"] == "webp"
    reference = span["output"]["images"][0]["image_url"]["url"]
    assert reference["type"] == "braintrust_attachment"
    assert reference["content_type"] == "image/webp"
    assert recorded.stored(reference) == PICTURE
    assert span["metrics"]["prompt_tokens"] == 5
    assert span["metrics"]["prompt_text_tokens"] == 5
    assert span["metrics"]["tokens"] == 14


def test_a_picture_elsewhere_is_its_url(server, recorded, openai_client):
    server.reply(Reply(images({"url": URL, "revised_prompt": "A black cat"})))
    openai_client.images.generate(prompt="A cat")
    assert recorded.only_span["output"]["images"] == [{"image_url": {"url": URL}, "revised_prompt": "A black cat"}]
    assert set(recorded.only_span["metrics"]) == {"start", "end"}


def test_the_pictures_to_edit_are_attachments(server, recorded, openai_client):
    server.reply(Reply(images({"url": URL})))
    openai_client.images.edit(
        model="gpt-image-1", prompt="Add a hat", image=[("cat.png", PICTURE, "image/png"), PICTURE], mask=b"mask"
    )
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "Image Edit"
    assert span["input"]["prompt"] == "Add a hat"
    first, second = span["input"]["image"]
    assert first["filename"] == "cat.png"
    assert recorded.stored(first) == recorded.stored(second) == PICTURE
    assert recorded.stored(span["input"]["mask"]) == b"mask"


def test_a_file_to_edit_is_left_for_the_client_to_read(server, recorded, openai_client):
    server.reply(Reply(images({"url": URL})))
    openai_client.images.edit(model="gpt-image-1", prompt="Add a hat", image=io.BytesIO(PICTURE))
    assert "image" in recorded.only_span["input"]
    assert PICTURE in server.received[0].body


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_a_variation(server, recorded, openai_client):
    server.reply(Reply(images({"url": URL})))
    openai_client.images.create_variation(image=PICTURE)
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "Image Variation"
    assert recorded.stored(span["input"]["image"]) == PICTURE
    assert span["context"]["caller_filename"] == __file__


@pytest.mark.parametrize("broken", ["", "@@@"])
def test_a_picture_that_is_no_base64_stays_text(server, recorded, openai_client, broken):
    server.reply(Reply(images({"b64_json": broken})))
    openai_client.images.generate(prompt="A cat")
    assert recorded.only_span["output"]["images"] == [{"image_url": {"url": broken}}]


def test_a_streamed_picture(server, recorded, openai_client):
    partial = {"type": "image_generation.partial_image", "partial_image_index": 0, "b64_json": ENCODED}
    usage = {"input_tokens": 5, "output_tokens": 9, "total_tokens": 14}
    done = {"type": "image_generation.completed", "b64_json": ENCODED, "output_format": "png", "usage": usage}
    server.reply(Events([partial, done]))
    assert len(list(openai_client.images.generate(prompt="A cat", stream=True))) == 2
    span = recorded.only_span
    (picture,) = span["output"]["images"]
    assert recorded.stored(picture["image_url"]["url"]) == PICTURE
    assert span["metrics"]["tokens"] == 14


def test_an_asynchronous_edit(server, recorded, async_openai_client):
    server.reply(Reply(images({"b64_json": ENCODED})))

    async def run() -> None:
        async with async_openai_client as client:
            await client.images.edit(prompt="Add a hat", image=PICTURE)

    asyncio.run(run())
    assert recorded.stored(recorded.only_span["input"]["image"]) == PICTURE
