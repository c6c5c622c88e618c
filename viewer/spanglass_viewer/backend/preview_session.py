"""A decoder that stays with one file while it is looked at: asked by a queue, answering by signals."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from spanglass_viewer.backend.decoder_process import DecoderProcess, open_media
from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.values.media_formats import HEAD_BYTES, sniff_format

if TYPE_CHECKING:
    from spanglass_viewer.decoders.document import Wish
    from spanglass_viewer.values.media import MediaItem

_END_SECS = 5.0


class PreviewSession(QObject):
    """One file, one process, one thread that waits for it. A process that was ended is started anew when next asked."""

    recognised = Signal(object)  # MediaFormat: what the first bytes say
    answered = Signal(object, object)  # the wish, its Answer
    failed = Signal(object, str)  # the wish (None: the file itself), a sentence without its full stop

    def __init__(self, item: MediaItem, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._item = item
        self._wishes: deque[Wish] = deque()
        self._news = threading.Condition()
        self._process: DecoderProcess | None = None
        self._is_closed = False
        self._is_busy = True
        self._thread = threading.Thread(target=self._run, name="spanglass preview", daemon=True)

    @property
    def is_idle(self) -> bool:
        """Tell whether everything asked for was answered."""
        with self._news:
            return not self._is_busy and not self._wishes

    def start(self) -> None:
        """Begin to read; connect to the signals before."""
        self._thread.start()

    def ask(self, wish: Wish, *, replaces: bool = False) -> None:
        """Ask for something; `replaces` drops what of the same kind still waits, as a slider that moves wants it."""
        with self._news:
            if replaces:
                kept = [waiting for waiting in self._wishes if waiting.get("do") != wish.get("do")]
                self._wishes = deque(kept)
            self._wishes.append(wish)
            self._news.notify()

    def close(self) -> None:
        """End the process and the thread; nothing is answered any more."""
        self.blockSignals(True)
        with self._news:
            self._is_closed = True
            process = self._process
            self._news.notify()
        if process is not None:
            process.end()
        if self._thread.is_alive():
            self._thread.join(_END_SECS)

    def _run(self) -> None:
        try:
            with open_media(self._item) as file:
                known = sniff_format(file.read(HEAD_BYTES), self._item.content_type, self._item.name)
                file.seek(0)
                self.recognised.emit(known)
                while (wish := self._next()) is not None:
                    try:
                        with self._news:
                            if self._is_closed:
                                break
                            process = self._process = self._process or DecoderProcess(file, known)
                        answer = process.ask(wish)
                    except DecoderFault as fault:
                        self._forget_ended()
                        self.failed.emit(wish, str(fault))
                    else:
                        self.answered.emit(wish, answer)
        except DecoderFault as fault:
            self.failed.emit(None, str(fault))
        finally:
            with self._news:
                self._is_busy = False
                process, self._process = self._process, None
            if process is not None:
                process.close()

    def _next(self) -> Wish | None:
        with self._news:
            self._is_busy = bool(self._wishes)
            while not self._wishes and not self._is_closed:
                self._news.wait()
            self._is_busy = True
            return None if self._is_closed else self._wishes.popleft()

    def _forget_ended(self) -> None:
        with self._news:
            process = self._process
            if process is None or process.is_running:
                return
            self._process = None
        process.close()
