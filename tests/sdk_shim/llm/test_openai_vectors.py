"""Embeddings and moderations of the real `openai` package."""

from __future__ import annotations

import asyncio
import base64
import struct

from llm_server import Reply
from llm_wire import embedding, moderation


def test_an_embedding_is_logged_by_its_length(server, recorded, openai_client):
    server.reply(Reply(embedding([0.1, 0.2, 0.3])))
    answer = openai_client.embeddings.create(model="text-embedding-3-small", input="four")
    assert answer.data[0].embedding == [0.1, 0.2, 0.3]
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "Embedding"
    assert span["span_attributes"]["type"] == "llm"
    assert span["input"] == "four"
    assert span["output"] == {"embedding_length": 3}
    assert span["metadata"]["model"] == "text-embedding-3-small"
    assert span["metrics"]["prompt_tokens"] == 3
    assert span["metrics"]["tokens"] == 3


def test_an_embedding_in_base64_has_the_same_length(server, recorded, openai_client):
    packed = base64.b64encode(struct.pack("<3f", 1, 2, 3)).decode()
    server.reply(Reply(embedding(packed)), Reply(embedding(packed)))
    assert openai_client.embeddings.create(model="m", input="four").data[0].embedding == [1, 2, 3]
    openai_client.embeddings.with_raw_response.create(model="m", input="four")
    assert [span["output"] for span in recorded.spans] == [{"embedding_length": 3}] * 2


def test_a_moderation(server, recorded, openai_client):
    server.reply(Reply(moderation()))
    assert openai_client.moderations.create(input="four").results[0].flagged is False
    span = recorded.only_span
    assert span["span_attributes"]["name"] == "Moderation"
    assert span["input"] == "four"
    (result,) = span["output"]
    assert result["flagged"] is False
    assert result["category_scores"]["violence"] == 0.01


def test_asynchronous_forms(server, recorded, async_openai_client):
    server.reply(Reply(embedding([0.5])), Reply(moderation()))

    async def run() -> None:
        async with async_openai_client as client:
            await client.embeddings.create(model="m", input="four")
            await client.moderations.create(input="four")

    asyncio.run(run())
    assert [span["span_attributes"]["name"] for span in recorded.spans] == ["Embedding", "Moderation"]
