"""Exceptions as text."""

from __future__ import annotations

import sys
import traceback

from spanglass import errors
from spanglass.errors import format_error


def raised(error):
    try:
        raise error  # noqa: TRY301 - it needs a traceback
    except BaseException as caught:  # noqa: BLE001 - whatever it is
        return caught


def test_it_is_what_python_prints():
    error = raised(ValueError("x"))
    assert format_error(error) == "".join(traceback.format_exception(error))


def test_a_hostile_exception_has_a_text():
    class Hostile(Exception):  # noqa: N818 - a test's own
        def __str__(self):
            raise RuntimeError("no")

    assert "Hostile: <exception str() failed>" in format_error(raised(Hostile()))


def test_what_cannot_be_formatted_is_named(monkeypatch):
    monkeypatch.setattr(traceback.TracebackException, "from_exception", None)
    assert format_error(ValueError("x")) == "ValueError: <the traceback could not be formatted: TypeError>"


def test_a_giant_message_is_cut_in_the_middle():
    text = format_error(raised(ValueError("a" * errors.MAX_ERROR_CHARS + "z" * errors.MAX_ERROR_CHARS)))
    assert len(text) < errors.MAX_ERROR_CHARS + 100
    assert text.startswith("Traceback")
    assert "characters left out" in text
    assert text.endswith("z\n")


def test_of_a_deep_stack_the_frames_next_to_the_error_are_kept():
    def odd(depth):
        return even(depth - 1)

    def even(depth):
        if depth <= 0:
            raise ValueError("deep")
        return odd(depth - 1)

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(5000)
    try:
        even(2000)
    except ValueError as error:
        text = format_error(error)
    finally:
        sys.setrecursionlimit(before)
    assert text.count(" in odd\n") + text.count(" in even\n") == errors.MAX_FRAMES
    assert text.endswith("ValueError: deep\n")
