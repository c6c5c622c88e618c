"""Visits that come through the window's doorway: read without waiting, answered, and told as a signal."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer, Signal

from spanglass_store.links.addresses import BadAddress, parse_address
from spanglass_viewer.instance.doorway import is_own_peer
from spanglass_viewer.instance.hand_over import REFUSED, TAKEN
from spanglass_viewer.instance.visit import MAX_LINE_BYTES, BadVisit, Visit, decode_visit

if TYPE_CHECKING:
    import socket

    from PySide6.QtGui import QFileOpenEvent

    from spanglass_viewer.instance.doorway import Doorway

_READ_TIMEOUT_MS = 1000
_MAX_CALLERS = 16
_CHUNK_BYTES = 16 * 1024


class Visitors(QObject):
    """Listens at a doorway, in the UI thread; `visited` carries a `Visit` whose every part has been checked."""

    visited = Signal(object)  # Visit

    def __init__(self, doorway: Doorway, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._doorway = doorway
        self._callers: set[_Caller] = set()
        self._notifier: QSocketNotifier | None = None
        if doorway.listener is not None:
            self._notifier = QSocketNotifier(doorway.listener.fileno(), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._on_called)

    def stop(self) -> None:
        """Let nobody in any more, and give the doorway to the next window."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
        for caller in list(self._callers):
            caller.hang_up()
        self._doorway.close()

    def _on_called(self) -> None:
        if self._doorway.listener is None:
            return
        try:
            connection, _ = self._doorway.listener.accept()
        except OSError:
            return  # the caller has gone again
        if len(self._callers) >= _MAX_CALLERS or not is_own_peer(connection):
            connection.close()
            return
        caller = _Caller(connection, self)
        self._callers.add(caller)
        caller.ended.connect(self._on_ended)

    def _on_ended(self, caller: _Caller, line: bytes | None) -> None:
        self._callers.discard(caller)
        caller.deleteLater()
        if line is None:
            return
        try:
            visit = decode_visit(line)
        except BadVisit:
            caller.answer(REFUSED)
        else:
            caller.answer(TAKEN)
            self.visited.emit(visit)


class OpenedLinks(QObject):
    """What macOS does in place of a second start: a click comes as an event to the application that runs."""

    visited = Signal(object)  # Visit

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the links that the desktop opens with this application."""
        if event.type() != QEvent.Type.FileOpen:
            return super().eventFilter(watched, event)
        with contextlib.suppress(BadAddress):
            self.visited.emit(Visit(parse_address(cast("QFileOpenEvent", event).url().toString())))
        return True


class _Caller(QObject):
    """One connection: a line within a second, or nothing."""

    ended = Signal(object, object)  # _Caller, bytes | None: the line without its end, None where none came

    def __init__(self, connection: socket.socket, parent: QObject) -> None:
        super().__init__(parent)
        self._connection = connection
        self._received = bytearray()
        connection.setblocking(False)
        self._notifier = QSocketNotifier(connection.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._time_over = QTimer(self, singleShot=True, interval=_READ_TIMEOUT_MS)
        self._time_over.timeout.connect(self._on_time_over)
        self._time_over.start()

    def answer(self, text: bytes) -> None:
        """Send the answer, as far as the caller takes it at once, and end the connection."""
        with contextlib.suppress(OSError):
            self._connection.send(text)
        self._connection.close()

    def hang_up(self) -> None:
        """End the connection without an answer."""
        self._end(None)

    def _on_readable(self) -> None:
        try:
            chunk = self._connection.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        self._received += chunk
        line, newline, _ = bytes(self._received).partition(b"\n")
        if newline:
            self._end(line)
        elif not chunk or len(self._received) > MAX_LINE_BYTES:
            self._end(None)

    def _on_time_over(self) -> None:
        self._end(None)

    def _end(self, line: bytes | None) -> None:
        self._notifier.setEnabled(False)
        self._time_over.stop()
        if line is None:
            self._connection.close()
        self.ended.emit(self, line)
