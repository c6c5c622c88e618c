"""A server on the loopback that speaks the wire formats of OpenAI and Anthropic; each reply is written beforehand."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

# Longer than any test waits: a reply that is held back goes on when the server stops.
_HOLD_SECS = 30


@dataclass(frozen=True)
class Reply:
    """An answer in one piece."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Events:
    """A stream of server-sent events; an event is JSON, or text as it is (`[DONE]`).

    Events of Anthropic carry their type as the event's name too. After `breaks_after` events the connection
    drops; after `holds_after` events it stays silent until `LlmServer.release`.
    """

    events: Sequence[Any]
    named: bool = False
    breaks_after: int | None = None
    holds_after: int | None = None


@dataclass(frozen=True)
class Silence:
    """A request that is taken, and never answered."""


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    path: str
    body: Any


class LlmServer:
    """A context manager; `url` is where it listens, `replies` what it will answer, in order."""

    def __init__(self) -> None:
        self.replies: deque[Reply | Events | Silence] = deque()
        self.received: list[Received] = []
        self._released = threading.Event()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def reply(self, *replies: Reply | Events | Silence) -> None:
        """Answer the next requests with these."""
        self.replies.extend(replies)

    def release(self) -> None:
        """Go on with what is held back."""
        self._released.set()

    def hold(self) -> None:
        self._released.wait(_HOLD_SECS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: LlmServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up in the middle are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        owner = self.server.owner
        owner.received.append(Received(self.path, self._read_body()))
        reply = owner.replies.popleft()
        if isinstance(reply, Reply):
            self._send_whole(reply)
        elif isinstance(reply, Events):
            self._send_events(reply)
        else:
            owner.hold()
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _read_body(self) -> Any:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return json.loads(data) if "json" in self.headers.get("Content-Type", "") else data

    def _send_whole(self, reply: Reply) -> None:
        data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _send_events(self, reply: Events) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, event in enumerate(reply.events):
            if number == reply.breaks_after:
                self._drop()
                return
            if number == reply.holds_after:
                self.server.owner.hold()
            self._send_chunk(_event_text(event, named=reply.named))
        self._send_chunk(b"")

    def _send_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _event_text(event: Any, *, named: bool) -> bytes:
    text = event if isinstance(event, str) else json.dumps(event)
    name = f"event: {event['type']}\n" if named else ""
    return f"{name}data: {text}\n\n".encode()
