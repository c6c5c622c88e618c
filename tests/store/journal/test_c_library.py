"""Functions of the C library."""

from __future__ import annotations

import os

import pytest

from spanglass_store.journal import c_library
from spanglass_store.journal.c_library import load_c_function


@pytest.mark.skipif(os.name != "posix", reason="there is none to load from")
def test_a_function_is_called_as_it_is():
    assert load_c_function("abs")(-5) == 5


def test_what_is_not_there_is_none(monkeypatch):
    assert load_c_function("no_such_function_anywhere") is None
    monkeypatch.setattr(c_library.os, "name", "nt")
    assert load_c_function("abs") is None
