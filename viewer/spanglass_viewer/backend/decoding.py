"""Reading large JSON beside the UI: a field of megabytes must not stop the window."""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from spanglass_viewer.backend.large_values import read_whole
from spanglass_viewer.values.decode import NotJson, decode_json_in_steps
from spanglass_viewer.values.readings import read_value

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from spanglass_viewer.trace.references import LargeValue
    from spanglass_viewer.values.media import MediaResolver
    from spanglass_viewer.values.readings import Reading


@dataclass(frozen=True, slots=True)
class Decoded:
    """The answer to the request of this number."""

    number: int
    reading: Reading


class JsonDecoder(QObject):
    """Decodes large JSON texts one after another on a thread of its own."""

    decoded = Signal(object)  # Decoded
    _made = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._last_number = 0
        self._waiting = 0
        self._made.connect(self._on_made)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is being decoded."""
        return self._waiting == 0

    def request(self, title: str, text: str, resolver: MediaResolver) -> int:
        """Read a text for the card of a title; `decoded` follows with the number that this returns."""
        return self._start(title, lambda: text, resolver)

    def request_large(self, title: str, value: LargeValue, resolver: MediaResolver) -> int:
        """Read a large value whole after all, as its reader asked for; else as `request`."""
        return self._start(title, lambda: read_whole(value), resolver)

    def _start(self, title: str, load: Callable[[], str], resolver: MediaResolver) -> int:
        self._last_number += 1
        self._waiting += 1
        self._pool.start(_Decoding(self, self._last_number, title, load, resolver))
        return self._last_number

    def stop(self) -> None:
        """Let go of what waits, and wait for what is being decoded."""
        self._pool.clear()
        self._pool.waitForDone()

    def report(self, made: Decoded) -> None:
        """Hand over what the thread made; the slot runs in the decoder's own thread."""
        self._made.emit(made)

    @Slot(object)
    def _on_made(self, made: Decoded) -> None:
        self._waiting -= 1
        self.decoded.emit(made)


class _Decoding(QRunnable):
    def __init__(
        self, decoder: JsonDecoder, number: int, title: str, load: Callable[[], str], resolver: MediaResolver
    ) -> None:
        super().__init__()
        self._decoder = decoder
        self._number = number
        self._title = title
        self._load = load
        self._resolver = resolver

    def run(self) -> None:
        text = self._load()
        try:
            with _collector_at_rest():
                value = decode_json_in_steps(text)
        except NotJson:  # shown as it is: better odd than missing
            value = text
        self._decoder.report(Decoded(self._number, read_value(self._title, text, value, self._resolver)))


@contextlib.contextmanager
def _collector_at_rest() -> Generator[None]:
    """Keep the garbage collector from walking a million new containers, which are no garbage, over and over.

    Each walk would hold the interpreter's lock for 100 ms. Freezing and unfreezing puts them all among the old ones.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if was_enabled:
            gc.enable()
