"""Sends one prompt to an OpenAI-compatible endpoint and hands its answer on piece by piece; nothing is sent by itself.

One request at a time, on a thread of its own. Redirects are not followed: the key goes to the endpoint that was set up
and to no other.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal, Slot

from spanglass_viewer.values.chat.prompt_rows import PromptAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.values.decode import JsonValue
    from spanglass_viewer.values.media import MediaResolver

    JsonObject = dict[str, JsonValue]

CONNECT_SECS = 10.0
SILENCE_SECS = 120.0  # a model may think for a while before it says its first word
_MAX_ERROR_BYTES = 64 * 1024
_MAX_ANSWER_CHARS = 4_000_000
_MAX_LINE_BYTES = 16 * 1024 * 1024
_MAX_FILE_BYTES = 20 * 1024 * 1024
_STOP_SECS = 2.0
_OK = 200
_REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True)
class PromptRequest:
    """Where to send what; `key` is in memory alone."""

    base_url: str
    body: JsonObject
    key: str | None = field(default=None, repr=False)
    resolver: MediaResolver | None = None
    silence_secs: float = SILENCE_SECS


class PromptFault(Exception):  # noqa: N818 - a fault is the environment's
    """The endpoint or the way to it is in the way; a sentence."""


class PromptSender(QObject):
    """Sends, and tells how it goes; every answer ends with `ended`, that of a cancelled request too."""

    piece_received = Signal(str)
    ended = Signal(object)  # PromptAnswer
    _ended_there = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exchange: _Exchange | None = None
        self._thread: threading.Thread | None = None
        self._ended_there.connect(self._on_ended)

    @property
    def is_sending(self) -> bool:
        """Tell whether an answer is still under way."""
        return self._exchange is not None

    def send(self, request: PromptRequest) -> None:
        """Send a prompt; `piece_received` and `ended` follow. Raises RuntimeError while another one is under way."""
        if self._exchange is not None:
            raise RuntimeError("a prompt is under way")
        self._exchange = _Exchange(request, self)
        # no pool: its end would wait for an endpoint that takes no connection
        self._thread = threading.Thread(target=self._exchange.run, name="prompt", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Hang up."""
        if self._exchange is not None:
            self._exchange.cancel()

    def stop(self) -> None:
        """Hang up, and wait for the thread unless the network holds it."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(_STOP_SECS)

    def report(self, answer: PromptAnswer) -> None:
        """Hand over how it ended; the slot runs in the sender's own thread."""
        self._ended_there.emit(answer)

    @Slot(object)
    def _on_ended(self, answer: PromptAnswer) -> None:
        self._exchange = None
        self.ended.emit(answer)


class _Exchange:
    """One request and its answer."""

    def __init__(self, request: PromptRequest, sender: PromptSender) -> None:
        self._request = request
        self._sender = sender
        self._connection: http.client.HTTPConnection | None = None
        self._is_cancelled = False
        self._pieces: list[str] = []
        self._chars = 0
        self._calls: dict[int, JsonObject] = {}
        self._finish_reason: str | None = None
        self._usage: JsonValue = None
        self._model: str | None = None
        self._began = 0.0
        self._first_piece_secs: float | None = None

    def cancel(self) -> None:
        """Hang up; called from another thread."""
        self._is_cancelled = True
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Send and read to the end; never raises."""
        problem: str | None = None
        self._began = time.monotonic()
        try:
            self._talk()
        except PromptFault as fault:
            problem = str(fault)
        except TimeoutError:
            problem = f"No answer for {self._request.silence_secs:g} s. What came before is kept"
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"The connection failed: {_said(error)}. What came before is kept"
        finally:
            if self._connection is not None:
                self._connection.close()
        if self._is_cancelled:
            problem = "Cancelled"
        elif problem is not None and self._request.key:
            problem = problem.replace(self._request.key, "…")  # an endpoint may quote what it was sent
        calls = tuple(cast("JsonValue", self._calls[place]) for place in sorted(self._calls))
        answer = PromptAnswer("".join(self._pieces), calls, self._finish_reason, self._usage, self._model, problem,
                              self._first_piece_secs)  # fmt: skip
        with contextlib.suppress(RuntimeError):  # the window has gone meanwhile
            self._sender.report(answer)

    def _talk(self) -> None:
        body = json.dumps(_with_files(self._request.body, self._request.resolver)).encode()
        connection, path = _connect(self._request.base_url)
        self._connection = connection
        connection.connect()
        if self._is_cancelled:
            return
        connection.sock.settimeout(self._request.silence_secs)
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", "User-Agent": "spanglass"}
        if self._request.key:
            headers["Authorization"] = f"Bearer {self._request.key}"
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        if response.status != _OK:
            raise PromptFault(_refusal(response))
        if "event-stream" in (response.getheader("Content-Type") or ""):
            self._read_stream(response)
        else:
            self._read_whole(response)

    def _read_whole(self, response: http.client.HTTPResponse) -> None:
        answer: JsonValue = json.loads(response.read(_MAX_LINE_BYTES))
        if not isinstance(answer, dict) or not isinstance(answer.get("choices"), list):
            raise PromptFault("The endpoint's answer is no chat completion")
        self._take_chunk(answer, "message")

    def _read_stream(self, response: http.client.HTTPResponse) -> None:
        is_whole = False
        for data in _iter_events(response):
            if data == "[DONE]":
                return
            chunk: JsonValue = json.loads(data)
            if isinstance(chunk, dict):
                if "error" in chunk:
                    raise PromptFault(f"The endpoint broke off: {_error_text(chunk)}")
                self._take_chunk(chunk, "delta")
                is_whole = is_whole or self._finish_reason is not None
            if self._chars > _MAX_ANSWER_CHARS:
                raise PromptFault("The answer is too long to go on with. What came before is kept")
        if not is_whole:
            raise PromptFault("The answer broke off. What came before is kept")

    def _take_chunk(self, chunk: JsonObject, key: str) -> None:
        self._usage = chunk.get("usage") or self._usage
        if isinstance(model := chunk.get("model"), str):
            self._model = model
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return
        if isinstance(reason := choice.get("finish_reason"), str):
            self._finish_reason = reason
        said = choice.get(key)
        if not isinstance(said, dict):
            return
        text = said.get("content")
        if isinstance(text, str) and text:
            self._take_text(text)
        calls = said.get("tool_calls")
        for place, call in enumerate(calls if isinstance(calls, list) else []):
            if isinstance(call, dict):
                self._take_call(call, place)

    def _take_text(self, text: str) -> None:
        if self._first_piece_secs is None:
            self._first_piece_secs = time.monotonic() - self._began
        self._pieces.append(text)
        self._chars += len(text)
        self._sender.piece_received.emit(text)

    def _take_call(self, call: JsonObject, place: int) -> None:
        number = call.get("index")
        known = self._calls.setdefault(number if isinstance(number, int) else place, {"type": "function"})
        if isinstance(call.get("id"), str):
            known["id"] = call["id"]
        given, function = call.get("function"), known.setdefault("function", {"name": "", "arguments": ""})
        if isinstance(given, dict) and isinstance(function, dict):
            for name in ("name", "arguments"):
                piece = given.get(name)
                if isinstance(piece, str):
                    function[name] = f"{function[name]}{piece}"


def _connect(base_url: str) -> tuple[http.client.HTTPConnection, str]:
    try:
        parts = urlsplit(base_url.strip())
        port = parts.port
    except ValueError:
        raise PromptFault("The base URL in the settings is no URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PromptFault("The base URL in the settings must begin with http:// or https://")
    path = f"{parts.path.rstrip('/')}/chat/completions"
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(parts.hostname, port, timeout=CONNECT_SECS, context=context), path
    return http.client.HTTPConnection(parts.hostname, port, timeout=CONNECT_SECS), path


def _refusal(response: http.client.HTTPResponse) -> str:
    if response.status in _REDIRECTS:
        return f"The endpoint redirects ({response.status}), which is not followed. Check the base URL in the settings"
    text = response.read(_MAX_ERROR_BYTES).decode("utf-8", "replace")
    try:
        told = _error_text(json.loads(text))
    except ValueError:
        told = text.strip()[:500]
    return f"The endpoint refused ({response.status}): {told or response.reason}"


def _error_text(answer: JsonValue) -> str:
    error = answer.get("error") if isinstance(answer, dict) else answer
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else json.dumps(message)[:500]


def _iter_events(response: http.client.HTTPResponse) -> Iterator[str]:
    """Yield the data of the stream's events. Raises HTTPException where the stream breaks off."""
    lines: list[str] = []
    while line := response.readline(_MAX_LINE_BYTES):
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text.startswith("data:"):
            lines.append(text[5:].removeprefix(" "))
        elif not text and lines:
            yield "\n".join(lines)
            lines.clear()
    if lines:
        yield "\n".join(lines)


def _with_files(value: JsonValue, resolver: MediaResolver | None) -> JsonValue:
    """Return the body with the attachments that it names written into it, as data URLs."""
    if isinstance(value, list):
        return [_with_files(member, resolver) for member in value]
    if not isinstance(value, dict):
        return value
    item = resolver.resolve(value) if resolver is not None else None
    if item is None:
        return {name: _with_files(member, resolver) for name, member in value.items()}
    address = item.url if item.data is None else item.data.as_url()
    if item.path is not None:
        if item.path.stat().st_size > _MAX_FILE_BYTES:
            raise PromptFault(f"{item.name} is too large to be sent along")
        encoded = base64.b64encode(item.path.read_bytes()).decode()
        address = f"data:{item.content_type or 'application/octet-stream'};base64,{encoded}"
    if address is None:
        raise PromptFault(f"{item.name} cannot be sent along: {item.problem}")
    return {"type": "image_url", "image_url": {"url": address}}


def _said(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "it broke off in the middle"
    return str(error) or type(error).__name__
