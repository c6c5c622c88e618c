"""Who comes through the doorway of a window, and what becomes of those who should not."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QUrl

from spanglass_store.links.addresses import SpanAddress
from spanglass_viewer.app import visitors as visitors_module
from spanglass_viewer.app.visitors import OpenedLinks, Visitors
from spanglass_viewer.instance.doorway import claim_doorway, connect
from spanglass_viewer.instance.hand_over import REFUSED, TAKEN
from spanglass_viewer.instance.visit import MAX_LINE_BYTES, BadVisit, Visit, decode_visit, encode_visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

STORE = "6dc42f11-a877-4916-a52a-c39ab9d77c7f"
VISIT = Visit(SpanAddress("a", "b"))


class _Opened(QEvent):
    """The event of macOS, which Qt lets nobody else make."""

    def __init__(self, url: str) -> None:
        super().__init__(QEvent.Type.FileOpen)
        self._url = url

    def url(self) -> QUrl:
        return QUrl(self._url)


def test_a_link_that_macos_opens_is_a_visit_and_anything_else_is_dropped() -> None:
    links, watched = OpenedLinks(), QObject()
    taken: list[Visit] = []
    links.visited.connect(taken.append)
    watched.installEventFilter(links)
    QCoreApplication.sendEvent(watched, _Opened("spanglass://trace/a?span=b"))
    QCoreApplication.sendEvent(watched, _Opened("file:///etc/passwd"))
    QCoreApplication.sendEvent(watched, QEvent(QEvent.Type.User))
    assert taken == [VISIT]


class Guests:
    def __init__(self, qtbot: QtBot) -> None:
        doorway = claim_doorway(STORE)
        assert doorway is not None
        self._qtbot = qtbot
        self.visitors = Visitors(doorway)
        self.taken: list[Visit] = []
        self.visitors.visited.connect(self.taken.append)

    def call(self, data: bytes, *, hangs_up: bool = True) -> bytes:
        """Send bytes, and return what the window answers before it ends the connection."""
        with connect(STORE, 5) as connection:
            connection.setblocking(False)
            sent = 0
            while sent < len(data):
                try:
                    sent += connection.send(data[sent : sent + 8192])
                except BlockingIOError:
                    self._qtbot.wait(1)
                except OSError:
                    break  # the window has hung up
            if hangs_up:
                try:
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    return b""
            answer: list[bytes] = []

            def is_answered() -> bool:
                try:
                    answer.append(connection.recv(64))
                except BlockingIOError:
                    return False
                except OSError:
                    answer.append(b"")
                return True

            self._qtbot.waitUntil(is_answered)
            return answer[0]


@pytest.fixture
def guests(qtbot: QtBot) -> Iterator[Guests]:
    made = Guests(qtbot)
    yield made
    made.visitors.stop()
    made.visitors.deleteLater()


def test_a_visit_is_taken_and_told(guests: Guests) -> None:
    assert guests.call(encode_visit(VISIT)) == TAKEN
    assert guests.call(encode_visit(Visit())[:-1] + b"\nand more\n") == TAKEN
    assert guests.taken == [VISIT, Visit()]


def test_a_line_of_another_version_is_refused(guests: Guests) -> None:
    assert guests.call(b'{"version":2,"trace":"a"}\n') == REFUSED
    assert guests.taken == []


def test_a_caller_who_says_too_much_or_too_little_is_hung_up_on(
    guests: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guests.call(b"x" * (2 * MAX_LINE_BYTES), hangs_up=False) == b""
    assert guests.call(b"no newline") == b""
    monkeypatch.setattr(visitors_module, "_READ_TIMEOUT_MS", 20)
    assert guests.call(b"slow", hangs_up=False) == b""
    assert guests.call(encode_visit(VISIT)) == TAKEN
    assert guests.taken == [VISIT]


def test_a_crowd_does_not_shut_the_door_for_ever(guests: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors_module, "_READ_TIMEOUT_MS", 100)
    crowd = [connect(STORE, 5) for _ in range(12)]
    late = [connect(STORE, 5) for _ in range(4)]
    try:
        assert guests.call(encode_visit(VISIT)) in {TAKEN, b""}
        for connection in (*crowd, *late):
            connection.close()
        answers = iter(lambda: guests.call(encode_visit(VISIT)), TAKEN)
        assert len(list(answers)) < 20
    finally:
        for connection in (*crowd, *late):
            connection.close()


def test_another_user_is_let_in_by_nobody(guests: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors_module, "is_own_peer", lambda _connection: False)
    assert guests.call(encode_visit(VISIT)) == b""
    assert guests.taken == []


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=2000), st.binary(max_size=200).map(lambda data: b'{"version":1' + data + b"}\n")))
def test_any_bytes_leave_the_window_alive_and_in_its_place(guests: Guests, data: bytes) -> None:
    guests.taken.clear()
    guests.call(data)
    try:
        expected = [decode_visit(data.partition(b"\n")[0])] if b"\n" in data else []
    except BadVisit:
        expected = []
    assert guests.taken == expected
    assert guests.call(encode_visit(VISIT)) == TAKEN
