"""What the tracer says of itself."""

from __future__ import annotations

import io
import sys

import pytest

from spanglass import failures


def test_a_sentence_is_said_once(capsys):
    failures.say_once("it rains.")
    failures.say_once("it rains.")
    failures.say_once("it pours.")
    assert capsys.readouterr().err == "spanglass: it rains.\nspanglass: it pours.\n"


def test_the_number_of_sentences_is_bounded(capsys):
    for number in range(1000):
        failures.say_once(f"number {number}.")
    assert capsys.readouterr().err.count("\n") == 100


@pytest.mark.parametrize("stream", [None, "closed", "broken"])
def test_a_closed_stderr_is_no_fault(monkeypatch, stream):
    class Broken(io.StringIO):
        def write(self, _text):
            raise BrokenPipeError

    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", {None: None, "closed": closed, "broken": Broken()}[stream])
    failures.say_once("nobody hears this.")


def test_a_bug_of_ours_fails_our_tests_and_no_program(monkeypatch, capsys):
    with pytest.raises(ZeroDivisionError):
        failures.take_internal_fault(ZeroDivisionError())
    monkeypatch.setattr(failures, "raises_internal_faults", False)
    failures.take_internal_fault(ZeroDivisionError())
    assert "bug in Spanglass: ZeroDivisionError()" in capsys.readouterr().err


def test_an_exhausted_program_is_no_bug_and_is_counted(monkeypatch, capsys):
    monkeypatch.setattr(failures, "rows_left_out", 0)
    failures.take_internal_fault(RecursionError())
    failures.take_internal_fault(MemoryError())
    assert failures.rows_left_out == 2
    assert capsys.readouterr().err == ""
