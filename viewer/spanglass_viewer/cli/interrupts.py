"""Ctrl+C during a query: Python hears of it only after the query, so a thread beside it cancels the query."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING

from spanglass_store.faults import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_AGAIN_SECS = 0.05


@contextlib.contextmanager
def cancelled_by_ctrl_c(cancel: Callable[[], None]) -> Generator[None]:
    """Call `cancel` at Ctrl+C while the block runs; a query that it cancels leaves as KeyboardInterrupt.

    Outside of the main thread, where no signals come in, it changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard, told = socket.socketpair()
    told.setblocking(False)
    is_over = threading.Event()
    listener = threading.Thread(target=_listen, args=(heard, cancel, is_over), name="ctrl-c", daemon=True)
    listener.start()
    before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    try:
        yield
    except Interrupted as error:
        raise KeyboardInterrupt from error
    finally:
        signal.set_wakeup_fd(before)
        is_over.set()
        told.close()
        listener.join()
        heard.close()


def _listen(heard: socket.socket, cancel: Callable[[], None], is_over: threading.Event) -> None:
    """Cancel once Ctrl+C was heard, again and again: a query that is just beginning does not take note of it."""
    while signals := heard.recv(64):
        while signal.SIGINT in signals and not is_over.wait(_AGAIN_SECS):
            cancel()
