"""What went wrong inside the tracer is said once, on stderr; it never reaches the traced program."""

from __future__ import annotations

import sys

# Our own tests set it: a fault of ours must fail them, and must never fail a user's program.
raises_internal_faults = False

# Rows that were given up because the program had run out of stack or memory; said at its exit.
rows_left_out: int = 0

_MAX_SENTENCES = 100
_said: set[str] = set()


def say_once(sentence: str) -> None:
    """Say a sentence to whoever reads the program's stderr, unless it was said before."""
    # Without a lock, which a fork could leave held in the child: at worst two threads say the same.
    if sentence in _said or len(_said) >= _MAX_SENTENCES:
        return
    _said.add(sentence)
    say(sentence)


def say(sentence: str) -> None:
    """Say a sentence on stderr; silent where stderr is closed or gone."""
    try:
        sys.stderr.write(f"spanglass: {sentence}\n")
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):  # None under pythonw, a closed pipe, a closed file
        return


def take_internal_fault(error: Exception) -> None:
    """Take an exception from our own code: the program goes on without this span or this part of it."""
    global rows_left_out  # noqa: PLW0603 - counted over the whole process
    if sys is None or sys.is_finalizing():  # pyright: ignore[reportUnnecessaryComparison] - modules are being emptied
        return
    if isinstance(error, RecursionError | MemoryError):
        rows_left_out += 1  # the program is out of stack or memory: there is none left to say so
        return
    if raises_internal_faults:
        raise error
    say_once(f"a span was not recorded as it should be, because of a bug in Spanglass: {error!r}")


def forget_what_was_said() -> None:
    """Start anew, as a forked child and a test do."""
    _said.clear()
