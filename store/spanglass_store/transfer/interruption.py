"""Ctrl+C at a moment that suits: after a step that is to be whole, rather than in the middle of it."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType


@contextlib.contextmanager
def ctrl_c_after() -> Generator[None]:
    """Raise KeyboardInterrupt for a Ctrl+C within the block at its end; a second one is not made to wait.

    Where the program has a handler of its own, or in another thread, it changes nothing.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    is_heard = False

    def hear(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_heard
        is_heard = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if is_heard:
        raise KeyboardInterrupt
