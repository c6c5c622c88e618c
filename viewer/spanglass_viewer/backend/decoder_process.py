"""The helper process that decodes one untrusted file: started, asked, ended, whatever becomes of it."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, BinaryIO

from spanglass_viewer.decoders.answers import Answer, DecoderFault, read_answer
from spanglass_viewer.values.media_formats import ANSWER_SECS

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_viewer.decoders.document import Wish
    from spanglass_viewer.values.media import MediaItem
    from spanglass_viewer.values.media_formats import MediaFormat

_END_SECS = 5.0
_MAX_INLINE_BYTES = 256_000_000
# a decoder learns nothing of the user's environment, which may hold keys
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PYTHONPATH", "LD_LIBRARY_PATH")


class DecoderProcess:
    """One process for one file. `ask` blocks: call it beside the UI. `end` may be called from any thread."""

    def __init__(self, file: BinaryIO, known: MediaFormat) -> None:
        self._ending = threading.Lock()
        self._is_overdue = False
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        fd = file.fileno()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module; the name is one of our own table
                [sys.executable, "-m", "spanglass_viewer.decoders", known.name, str(fd)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                pass_fds=(fd,),
                cwd=os.path.sep,
                start_new_session=True,
            )
        except OSError as fault:
            raise DecoderFault(f"The decoder could not be started ({fault.strerror})") from None

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether the process still lives."""
        return self._process.poll() is None

    def ask(self, wish: Wish, timeout_secs: float = ANSWER_SECS) -> Answer:
        """Return what the decoder answers.

        Raises DecoderFault where it says why it cannot, takes too long, or has ended.
        """
        wishes, answers = self._process.stdin, self._process.stdout
        if wishes is None or answers is None:
            raise AssertionError("both are pipes")
        clock = threading.Timer(timeout_secs, self._on_overdue)
        clock.daemon = True
        clock.start()
        try:
            wishes.write(json.dumps(wish).encode() + b"\n")
            wishes.flush()
            return read_answer(answers)  # pyright: ignore[reportArgumentType] - a buffered pipe of bytes
        except (OSError, EOFError, ValueError):
            self.end()
            if self._is_overdue:
                raise DecoderFault(f"It takes longer than {timeout_secs:g} seconds to decode") from None
            raise DecoderFault("It cannot be decoded within the limits of memory and time") from None
        finally:
            clock.cancel()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        with self._ending:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECS)

    def kill(self) -> None:
        """Tell the process to end, and do not wait for it."""
        self._process.kill()

    def close(self) -> None:
        """End the process and let go of its pipes; call this when nothing is being asked."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _on_overdue(self) -> None:
        self._is_overdue = True
        self.end()


class DecoderCrew:
    """The decoders at work for one owner: each is started, asked once, ended. `end` ends all, and no more starts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[DecoderProcess] = set()
        self._is_ended = False

    def ask_once(self, file: BinaryIO, known: MediaFormat, wish: Wish, timeout_secs: float = ANSWER_SECS) -> Answer:
        """Return the one answer that is wanted. Raises DecoderFault."""
        with self._lock:
            if self._is_ended:
                raise DecoderFault("The window is closing")
            process = DecoderProcess(file, known)
            self._running.add(process)
        try:
            return process.ask(wish, timeout_secs)
        finally:
            with self._lock:
                self._running.discard(process)
            process.close()

    def end(self) -> None:
        """End the decoders; who waits for one is told that it failed."""
        with self._lock:
            self._is_ended = True
            for process in self._running:
                process.end()


def open_media(item: MediaItem) -> BinaryIO:
    """Open the bytes of an attachment for reading. Raises DecoderFault.

    Only a plain file is opened: a pipe or a device in a file's place would never end.
    """
    if item.path is not None:
        return open_plain_file(item.path)
    if item.data is None:
        raise DecoderFault(item.problem or "Its bytes are not here")
    if item.data.size_bytes > _MAX_INLINE_BYTES:
        raise DecoderFault("The inline data is too large to be shown")
    try:
        data = item.data.decode()
    except ValueError as fault:
        raise DecoderFault(f"The inline data cannot be read, {fault}") from None
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on, open
    file.write(data)
    file.seek(0)
    return file  # pyright: ignore[reportReturnType] - a wrapper of a binary file on some systems


def open_plain_file(path: Path) -> BinaryIO:
    """Open a file for reading, unless it is a pipe or a device. Raises DecoderFault."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        fd = os.open(path, flags)
    except OSError as fault:
        raise DecoderFault(f"The file cannot be read ({fault.strerror})") from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise DecoderFault("It is no plain file")
    return os.fdopen(fd, "rb")
