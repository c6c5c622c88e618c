"""OpenAI's chat completions: messages in, choices out."""

from __future__ import annotations

from typing import Any

from spanglass.llm.deltas import Merged, TextPieces, merge_delta, plain
from spanglass.llm.endpoint import Answer, Request, Sent
from spanglass.llm.json_values import JsonObject, as_object, dump_model, list_objects
from spanglass.llm.media import attachment_of_base64, audio_content_type, with_attachments
from spanglass.llm.token_usage import openai_metrics


class ChatCompletions:
    """`/chat/completions`, whichever method asks for it."""

    answers_in_tokens = True

    def span_name(self, request: Request) -> str:
        """Return the one name that all of them have."""
        del request
        return "Chat Completion"

    def read_request(self, request: Request) -> Sent:
        """Return messages, model and parameters."""
        return split_request(request, "messages")

    def read_answer(self, body: JsonObject, request: Request) -> Answer:
        """Return choices and usage."""
        choices = body.get("choices")
        return Answer(_with_audio(choices, request), openai_metrics(body.get("usage")))

    def open_stream(self, request: Request) -> ChatStream:
        """Return a reader of `chat.completion.chunk` objects."""
        return ChatStream(request)


class ChatStream:
    """Chunks put together to choices, by their index."""

    def __init__(self, request: Request) -> None:
        self.has_tokens = False
        self.is_whole = False
        self._request = request
        self._choices: dict[int, Merged] = {}
        self._usage: Any = None

    def read(self, chunk: Any) -> None:
        """Add a chunk's deltas; the last chunk may hold nothing but the usage."""
        for part in chunk.choices or ():
            self._read_choice(part)
        usage = getattr(chunk, "usage", None)  # the first versions do not know it
        if usage is not None:
            self._usage = usage

    def partial_output(self) -> list[Any]:
        """Return the choices, of speech only what is said."""
        choices = self._list_choices()
        for audio in _list_audio(choices):
            del audio["data"]
        return choices

    def answer(self) -> Answer:
        """Return the choices as an answer in one piece has them."""
        choices = self._list_choices()
        usage = None if self._usage is None else dump_model(self._usage)
        return Answer(_with_audio(choices, self._request), openai_metrics(usage))

    def _list_choices(self) -> list[Any]:
        return [plain(self._choices[index]) for index in sorted(self._choices)]

    def _read_choice(self, part: Any) -> None:
        index = part.index or 0
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = {"index": index, "message": {}}
        delta = part.delta
        if delta is not None:
            content = delta.content
            pieces = choice["message"].get("content")
            if content and self.has_tokens and type(pieces) is TextPieces and _is_only_content(delta):
                pieces.append(content)  # nearly every chunk of nearly every answer
            else:
                merge_delta(choice["message"], delta)
                self.has_tokens = self.has_tokens or _has_tokens(choice["message"])
        logprobs = getattr(part, "logprobs", None)  # as above
        if logprobs is not None:
            merge_delta(choice.setdefault("logprobs", {}), logprobs)
        if part.finish_reason is not None:
            choice["finish_reason"] = part.finish_reason
            self.is_whole = True


def split_request(request: Request, *input_names: str, provider: str = "openai") -> Sent:
    """Return the named fields of a request as its input (alone, or several by name), the others as metadata."""
    body = request.body
    given = {name: with_attachments(body[name]) for name in input_names if name in body}
    metadata = {"provider": provider, **{name: value for name, value in body.items() if name not in given}}
    return Sent(given.get(input_names[0]) if len(input_names) == 1 else given, metadata)


def _is_only_content(delta: Any) -> bool:
    return delta.tool_calls is None and not delta.__pydantic_extra__ and getattr(delta, "refusal", None) is None


def _has_tokens(message: Merged) -> bool:
    return any(value for name, value in message.items() if name != "role" and value != [""])


def _with_audio(choices: Any, request: Request) -> Any:
    """Return the choices with spoken answers as attachments."""
    for audio in _list_audio(choices):
        audio_format = as_object(request.body.get("audio")).get("format")
        audio["data"] = attachment_of_base64(audio["data"], audio_content_type(audio_format))
    return choices


def _list_audio(choices: Any) -> list[JsonObject]:
    audio = [as_object(as_object(choice.get("message")).get("audio")) for choice in list_objects(choices)]
    return [spoken for spoken in audio if "data" in spoken]
