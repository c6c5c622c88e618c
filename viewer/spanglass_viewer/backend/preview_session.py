"""Decoders that stay with one file while it is looked at: asked by a queue, answering by signals."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from spanglass_viewer.backend.decoder_process import DecoderProcess, open_media
from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.values.media_formats import HEAD_BYTES, MediaFormat, sniff_format

if TYPE_CHECKING:
    from typing import BinaryIO

    from spanglass_viewer.decoders.document import Wish
    from spanglass_viewer.values.media import MediaItem

_END_SECS = 5.0


class DecoderSession(QObject):
    """One file, one process, one thread that waits for it. A process that was ended is started anew when next asked."""

    recognised = Signal(object)  # MediaFormat: what the first bytes say
    answered = Signal(object, object)  # the wish, its Answer
    failed = Signal(object, str)  # the wish (None: the file itself), a sentence without its full stop

    ended = Signal()  # the process and the thread, after `let_go`

    _told = Signal(object, object)  # the wish, what came of it: from the thread that waits into the one that owns this

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes: deque[Wish] = deque()
        self._news = threading.Condition()
        self._process: DecoderProcess | None = None
        self._is_closed = False
        self._pending = 1  # what was asked and not told yet, and what the file is
        self._told.connect(self._on_told)
        self._thread = threading.Thread(target=self._run, name="spanglass preview", daemon=True)

    @property
    def is_idle(self) -> bool:
        """Tell whether everything asked for was answered."""
        return self._pending <= 0

    def open_source(self) -> tuple[BinaryIO, MediaFormat]:
        """Open the file for reading, and say what it is; called by the session's thread. Raises DecoderFault."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to read; connect to the signals before."""
        self._thread.start()

    def ask(self, wish: Wish, *, replaces: bool = False) -> None:
        """Ask for something; `replaces` drops what of the same kind still waits, as a slider that moves wants it."""
        with self._news:
            if replaces:
                kept = [waiting for waiting in self._wishes if waiting.get("do") != wish.get("do")]
                self._pending -= len(self._wishes) - len(kept)
                self._wishes = deque(kept)
            self._wishes.append(wish)
            self._pending += 1
            self._news.notify()

    def close(self) -> None:
        """End the process and the thread; nothing is answered any more."""
        self.blockSignals(True)
        process = self._leave()
        if process is not None:
            process.end()
        if self._thread.is_alive():
            self._thread.join(_END_SECS)

    def let_go(self) -> None:
        """End the process and the thread without waiting for them; nothing is answered any more."""
        process = self._leave()
        if process is not None:
            process.kill()

    def _leave(self) -> DecoderProcess | None:
        """Tell the thread to end; return the process that it may be waiting for."""
        self._pending = 0
        with self._news:
            self._is_closed = True
            process = self._process
            self._news.notify()
        return process

    @Slot(object, object)
    def _on_told(self, wish: Wish | None, told: object) -> None:
        if self._is_closed:
            return
        self._pending -= 1
        if isinstance(told, DecoderFault):
            if wish is None:  # nothing that was asked will be answered
                self._pending = 0
            self.failed.emit(wish, str(told))
        elif isinstance(told, MediaFormat):
            self.recognised.emit(told)
        else:
            self.answered.emit(wish, told)

    def _run(self) -> None:
        try:
            file, known = self.open_source()
            with file:
                self._told.emit(None, known)
                while (wish := self._next()) is not None:
                    try:
                        with self._news:
                            if self._is_closed:
                                break
                            process = self._process = self._process or DecoderProcess(file, known)
                        answer = process.ask(wish)
                    except DecoderFault as fault:
                        self._forget_ended()
                        self._told.emit(wish, fault)
                    else:
                        self._told.emit(wish, answer)
        except DecoderFault as fault:
            self._told.emit(None, fault)
        finally:
            with self._news:
                process, self._process = self._process, None
            if process is not None:
                process.close()
            self.ended.emit()

    def _next(self) -> Wish | None:
        with self._news:
            while not self._wishes and not self._is_closed:
                self._news.wait()
            return None if self._is_closed else self._wishes.popleft()

    def _forget_ended(self) -> None:
        with self._news:
            process = self._process
            if process is None or process.is_running:
                return
            self._process = None
        process.close()


class PreviewSession(DecoderSession):
    """The decoder of an attachment, whose first bytes say what it is."""

    def __init__(self, item: MediaItem, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._item = item

    def open_source(self) -> tuple[BinaryIO, MediaFormat]:
        """Open the attachment's bytes."""
        file = open_media(self._item)
        known = sniff_format(file.read(HEAD_BYTES), self._item.content_type, self._item.name)
        file.seek(0)
        return file, known
