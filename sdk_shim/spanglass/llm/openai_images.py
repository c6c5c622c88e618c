"""OpenAI's images: a prompt, and pictures to work on, in; pictures out, as attachments."""

from __future__ import annotations

import os
from typing import Any, cast

from spanglass.llm.endpoint import Answer, Request, Sent
from spanglass.llm.json_values import JsonObject, dump_model, list_objects
from spanglass.llm.media import attachment_of_base64, attachment_of_bytes
from spanglass.llm.openai_chat import split_request
from spanglass.llm.token_usage import openai_metrics

_INPUTS = ("prompt", "image", "mask")
_ANSWER_FIELDS = ("created", "background", "output_format", "quality", "size")


class Images:
    """`/images/generations`, `/images/edits` or `/images/variations`."""

    answers_in_tokens = False

    def __init__(self, span_name: str) -> None:
        self._span_name = span_name

    def span_name(self, request: Request) -> str:
        """Return `Image Generation`, `Image Edit` or `Image Variation`."""
        del request
        return self._span_name

    def read_request(self, request: Request) -> Sent:
        """Return prompt and pictures (a prompt alone as it is), model and parameters."""
        sent = split_request(request, *_INPUTS)
        for name, file in request.files:
            _add_file(sent.input, name.partition("[")[0], _logged_file(file))
        given: JsonObject = sent.input
        return Sent(given["prompt"] if list(given) == ["prompt"] else given, sent.metadata)

    def read_answer(self, body: JsonObject, request: Request) -> Answer:
        """Return the pictures, each as an attachment or with its URL."""
        content_type = _content_type(body, request)
        pictures = [_logged_picture(part, content_type) for part in list_objects(body.get("data"))]
        told = {name: body[name] for name in _ANSWER_FIELDS if body.get(name) is not None}
        return Answer({**told, **_counted(pictures)}, openai_metrics(body.get("usage")))

    def open_stream(self, request: Request) -> ImageStream:
        """Return a reader of `image_generation.…` and `image_edit.…` events."""
        return ImageStream(request)


class ImageStream:
    """Events of pictures that become clearer: the last one of each counts."""

    def __init__(self, request: Request) -> None:
        self.has_tokens = False
        self.is_whole = False
        self._request = request
        self._pictures: list[JsonObject] = []

    def read(self, chunk: Any) -> None:
        """Keep the picture that is complete; those on the way to it are large and many."""
        self.has_tokens = True
        if chunk.type.endswith(".completed"):
            self.is_whole = True
            self._pictures.append(dump_model(chunk))

    def partial_output(self) -> None:
        """Return nothing: half a picture is no output."""

    def answer(self) -> Answer:
        """Return the pictures that are complete."""
        metrics: dict[str, float] = {}
        for picture in self._pictures:
            metrics |= openai_metrics(picture.get("usage"))
        pictures = [_logged_picture(picture, _content_type(picture, self._request)) for picture in self._pictures]
        return Answer(_counted(pictures) if pictures else None, metrics)


def _counted(pictures: list[JsonObject]) -> JsonObject:
    return {"images_count": len(pictures), "images": pictures}


def _logged_picture(part: JsonObject, content_type: str) -> JsonObject:
    """Return a picture in the form that it has in a message, which whoever shows messages can show."""
    encoded = part.get("b64_json")
    url = part.get("url") if encoded is None else attachment_of_base64(encoded, content_type)
    prompt = part.get("revised_prompt")
    return {"image_url": {"url": url}, **({"revised_prompt": prompt} if prompt else {})}


def _content_type(body: JsonObject, request: Request) -> str:
    name = body.get("output_format") or request.body.get("output_format")
    return f"image/{name}" if isinstance(name, str) and name != "auto" else "image/png"


def _add_file(given: JsonObject, name: str, file: Any) -> None:
    """Put a file where the caller gave it; several of one name are a list."""
    if name in given:
        before = given[name]
        given[name] = [*before, file] if isinstance(before, list) else [before, file]
    else:
        given[name] = file


def _logged_file(file: Any) -> Any:
    """Return bytes that are at hand as an attachment, and anything else by its name: a stream is read only once."""
    name: Any = None
    content_type: Any = None
    content: Any = file
    if isinstance(file, tuple):
        name, content, content_type, *_ = (*cast("tuple[Any, ...]", file), None, None)
    filename = os.path.basename(name) if isinstance(name, str) else None  # noqa: PTH119 - text in, text out
    if isinstance(content, bytes | bytearray):
        return attachment_of_bytes(content, content_type or "image/png", filename)
    return filename or f"<{type(content).__name__}>"
