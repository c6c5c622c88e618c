"""A line that tells how far long work has come; only where somebody watches a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Generator

_EVERY_SECS = 0.1
_QUICK_SECS = 0.5  # what is done sooner needs no line
_BAR_CELLS = 24


class ProgressLine:
    """Draws over one line of the standard error stream; silent in a pipe or a file."""

    def __init__(self, label: str, stream: TextIO | None = None) -> None:
        self._label = label
        self._stream = sys.stderr if stream is None else stream
        self._is_shown = self._stream.isatty()
        self._drawn_at = 0.0
        self._began_at = time.monotonic()
        self._width = 0

    def show(self, done: int, total: int | None) -> None:
        """Draw how many bytes of how many are done; None where their number is not known."""
        now = time.monotonic()
        is_long = now - self._began_at >= _QUICK_SECS
        if self._is_shown and is_long and now - self._drawn_at >= _EVERY_SECS:
            self._drawn_at = now
            self._draw(f"{self._label}  {_bar(done, total)}{done / 1e6:,.0f} MB")

    def say(self, label: str) -> None:
        """Tell what is done from here on."""
        self._label = label
        self._began_at = time.monotonic()

    @contextlib.contextmanager
    def ticking(self) -> Generator[Self]:
        """Draw what is done and for how long already, where nobody knows how far it is; what is quick draws nothing.

        DuckDB's own progress says -1 or 0 throughout of a statement that sorts, or writes a file.
        """
        if not self._is_shown:
            yield self
            return
        self._began_at = time.monotonic()
        is_over = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(is_over,), name="progress", daemon=True)
        ticker.start()
        try:
            yield self
        finally:
            is_over.set()
            ticker.join()
            self.clear()

    def clear(self) -> None:
        """Leave an empty line to whatever is written next."""
        if self._width:
            self._draw("")

    def _tick(self, is_over: threading.Event) -> None:
        wait_secs = _QUICK_SECS
        while not is_over.wait(wait_secs):
            self._draw(f"{self._label}  {int(time.monotonic() - self._began_at):,} s")
            wait_secs = _EVERY_SECS

    def _draw(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width) + ("" if text else "\r"))
        self._stream.flush()
        self._width = len(text)


def _bar(done: int, total: int | None) -> str:
    if not total:
        return ""
    share = min(1.0, done / total)
    cells = int(share * _BAR_CELLS)
    return f"[{'#' * cells}{'.' * (_BAR_CELLS - cells)}] {share:4.0%}  "
