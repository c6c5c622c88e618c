"""`wrap_openai` and `wrap_anthropic`: the clients are known by where their classes come from."""

from __future__ import annotations

from typing import TypeVar

from spanglass.failures import say_once
from spanglass.llm.anthropic_messages import Messages
from spanglass.llm.openai_chat import ChatCompletions
from spanglass.llm.openai_images import Images
from spanglass.llm.openai_responses import Responses
from spanglass.llm.openai_vectors import Embeddings, Moderations
from spanglass.llm.patching import Endpoints, trace_requests

T = TypeVar("T")

# The bases of all clients of a package, those for clouds too → whether they are asynchronous.
_CLIENT_BASES = {"SyncAPIClient": False, "AsyncAPIClient": True}

_OPENAI: Endpoints = {
    "chat/completions": ChatCompletions(),
    "responses": Responses(),
    "embeddings": Embeddings(),
    "moderations": Moderations(),
    "images/generations": Images("Image Generation"),
    "images/edits": Images("Image Edit"),
    "images/variations": Images("Image Variation"),
}
_ANTHROPIC: Endpoints = {"v1/messages": Messages()}


def wrap_openai(client: T) -> T:
    """Trace the calls of an OpenAI client, synchronous or not: chat, responses, embeddings, moderations, images.

    The client is changed in place and returned, as are copies made of it with `with_options`. Anything else than
    a client of the `openai` package is returned as it is, with a warning on stderr.
    """
    return _wrap(client, "openai", _OPENAI)


def wrap_anthropic(client: T) -> T:
    """Trace the messages of an Anthropic client, synchronous or not, as `wrap_openai` does."""
    return _wrap(client, "anthropic", _ANTHROPIC)


def _wrap(client: T, package: str, endpoints: Endpoints) -> T:
    for base in type(client).__mro__:
        if base.__name__ in _CLIENT_BASES and base.__module__.partition(".")[0] == package:
            trace_requests(client, package, endpoints, is_async=_CLIENT_BASES[base.__name__])
            return client
    kind = type(client)
    say_once(
        f"wrap_{package} was given a {kind.__module__}.{kind.__qualname__}, which is no client of the {package}"
        " package: its calls are not traced."
    )
    return client
