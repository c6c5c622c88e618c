"""OpenAI's embeddings and moderations: text in, numbers out."""

from __future__ import annotations

import binascii
from typing import Any, cast

from spanglass.llm.endpoint import Answer, Request, Sent
from spanglass.llm.json_values import JsonObject, list_objects
from spanglass.llm.openai_chat import split_request
from spanglass.llm.token_usage import openai_metrics

_FLOAT_BYTES = 4


class _Unstreamed:
    answers_in_tokens = False

    def read_request(self, request: Request) -> Sent:
        """Return input, model and parameters."""
        return split_request(request, "input")

    def open_stream(self, request: Request) -> None:
        """Return nothing: the endpoint answers in one piece."""


class Embeddings(_Unstreamed):
    """`/embeddings`: of the vectors only the length is logged."""

    def span_name(self, request: Request) -> str:
        """Return `Embedding`."""
        del request
        return "Embedding"

    def read_answer(self, body: JsonObject, request: Request) -> Answer:
        """Return the length of the vectors; they are numbers without a meaning of their own."""
        del request
        vectors = list_objects(body.get("data"))
        length = _length(vectors[0].get("embedding")) if vectors else None
        return Answer({"embedding_length": length}, openai_metrics(body.get("usage")))


class Moderations(_Unstreamed):
    """`/moderations`."""

    def span_name(self, request: Request) -> str:
        """Return `Moderation`."""
        del request
        return "Moderation"

    def read_answer(self, body: JsonObject, request: Request) -> Answer:
        """Return the results."""
        del request
        return Answer(body.get("results"))


def _length(embedding: Any) -> int | None:
    if isinstance(embedding, str):  # base64, as the client asks for to save bytes
        return len(binascii.a2b_base64(embedding)) // _FLOAT_BYTES
    return len(cast("list[Any]", embedding)) if isinstance(embedding, list) else None
