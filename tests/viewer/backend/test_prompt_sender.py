"""Prompts over a real connection to a server on the loopback: whole, refused, broken off, silent, hung up."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest
from llm_server import Events, LlmServer, Reply, Silence
from llm_wire import USAGE, chat_chunk, chat_completion, chat_text_chunks

from spanglass_viewer.backend.prompt_sender import PromptRequest, PromptSender
from spanglass_viewer.values.media import MediaItem, MediaKind, MediaResolver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.values.chat.prompt_rows import PromptAnswer

BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "2 + 2?"}], "stream": True}
KEY = "sk-secret-123"


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer() as made:
        yield made


@pytest.fixture
def sender(qtbot: QtBot) -> Iterator[PromptSender]:  # noqa: ARG001 - Qt has to be there
    made = PromptSender()
    yield made
    made.stop()


def _send(sender: PromptSender, qtbot: QtBot, request: PromptRequest) -> tuple[list[str], PromptAnswer]:
    pieces: list[str] = []
    answers: list[PromptAnswer] = []
    sender.piece_received.connect(pieces.append)
    sender.ended.connect(answers.append)
    sender.send(request)
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert not sender.is_sending
    return pieces, answers[0]


def test_an_answer_streams_in_pieces(sender: PromptSender, server: LlmServer, qtbot: QtBot) -> None:
    server.reply(Events(chat_text_chunks("Fo", "ur", usage=True)))
    pieces, answer = _send(sender, qtbot, PromptRequest(f"{server.url}/v1/", BODY, KEY))
    assert pieces == ["Fo", "ur"]
    assert (answer.text, answer.finish_reason, answer.usage, answer.problem) == ("Four", "stop", USAGE, None)
    assert answer.first_piece_secs is not None
    (received,) = server.received
    assert (received.path, received.body) == ("/v1/chat/completions", BODY)


def test_calls_are_put_together(sender: PromptSender, server: LlmServer, qtbot: QtBot) -> None:
    deltas = [
        {"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}},
        {"index": 0, "function": {"arguments": "{}"}},
    ]
    server.reply(
        Events([*(chat_chunk({"tool_calls": [delta]}) for delta in deltas), chat_chunk(finish="tool_calls"), "[DONE]"])
    )
    _, answer = _send(sender, qtbot, PromptRequest(server.url, BODY))
    assert answer.calls == ({"type": "function", "id": "c", "function": {"name": "f", "arguments": "{}"}},)


def test_an_endpoint_that_does_not_stream_is_read_whole(sender: PromptSender, server: LlmServer, qtbot: QtBot) -> None:
    server.reply(Reply(chat_completion()))
    pieces, answer = _send(sender, qtbot, PromptRequest(server.url, BODY))
    assert (pieces, answer.text, answer.problem) == (["Four."], "Four.", None)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply({"error": {"message": f"Bad key {KEY}"}}, 401), r"refused \(401\): Bad key …"),
        (Reply(b"<html>Bad gateway</html>", 502), r"refused \(502\): <html>"),
        (Reply({}, 302, {"Location": "http://127.0.0.1:1/"}), "redirects"),
        (Reply({"hello": 1}), "no chat completion"),
        (Reply(b"not json"), "connection failed"),
        (Events([chat_chunk({"content": "Fo"}), {"error": {"message": "overloaded"}}]), "broke off: overloaded"),
        (Events(chat_text_chunks("Fo", "ur"), breaks_after=2), "broke off|connection failed"),
        (Events([chat_chunk({"content": "Fo"})]), "broke off"),
        (Silence(), "No answer for 0.2 s"),
        (Events(chat_text_chunks("Fo", "ur"), holds_after=2), "No answer for 0.2 s"),
    ],
    ids=["key", "html", "redirect", "other", "no json", "error in stream", "dropped", "ended early", "silent", "held"],
)
def test_what_goes_wrong_is_said(sender: PromptSender, server: LlmServer, qtbot: QtBot, reply: Any, why: str) -> None:
    server.reply(reply)
    silence_secs = 0.2 if why == "No answer for 0.2 s" else 30.0
    pieces, answer = _send(sender, qtbot, PromptRequest(server.url, BODY, KEY, silence_secs=silence_secs))
    assert answer.problem is not None
    assert re.search(why, answer.problem), answer.problem
    assert KEY not in answer.problem
    assert answer.text == "".join(pieces), "what came before is kept"
    qtbot.waitUntil(lambda: bool(server.received))  # by a server that is slow, after it was given up
    assert len(server.received) == 1


def test_hanging_up(sender: PromptSender, server: LlmServer, qtbot: QtBot) -> None:
    server.reply(Events(chat_text_chunks("Fo", "ur"), holds_after=2))
    answers: list[PromptAnswer] = []
    sender.ended.connect(answers.append)
    sender.piece_received.connect(lambda _: sender.cancel())
    sender.send(PromptRequest(server.url, BODY))
    with pytest.raises(RuntimeError):
        sender.send(PromptRequest(server.url, BODY))
    qtbot.waitUntil(lambda: bool(answers), timeout=10_000)
    assert (answers[0].text, answers[0].problem) == ("Fo", "Cancelled")


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "http://x:port", "file:///etc/passwd"])
def test_what_is_no_endpoint_is_not_asked(sender: PromptSender, qtbot: QtBot, url: str) -> None:
    _, answer = _send(sender, qtbot, PromptRequest(url, BODY))
    assert "base URL in the settings" in (answer.problem or "")


def test_nobody_there(sender: PromptSender, qtbot: QtBot) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        _, answer = _send(sender, qtbot, PromptRequest(f"http://127.0.0.1:{taken.getsockname()[1]}", BODY))
    assert "connection failed" in (answer.problem or "")


class _OneFile(MediaResolver):
    def __init__(self, item: MediaItem) -> None:
        super().__init__({}, {})
        self._item = item

    def resolve(self, value: Any) -> MediaItem | None:
        return self._item if isinstance(value, dict) and value.get("type") == "braintrust_attachment" else None


def test_attachments_go_along_as_data(sender: PromptSender, server: LlmServer, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"abc")
    item = MediaItem("k", "a.png", "image/png", MediaKind.IMAGE, path=tmp_path / "a.png")
    body = BODY | {"messages": [{"role": "user", "content": [{"type": "braintrust_attachment", "key": "k"}]}]}
    server.reply(Reply(chat_completion()))
    _, answer = _send(sender, qtbot, PromptRequest(server.url, body, resolver=_OneFile(item)))
    assert answer.problem is None
    (part,) = server.received[0].body["messages"][0]["content"]
    assert part == {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}}
