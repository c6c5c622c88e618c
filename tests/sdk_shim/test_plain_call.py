"""The short way of a traced call writes what the long one does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass.testing import captured_spans
from spanglass.traced import traced

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


def rows_of_calls(monkeypatch: pytest.MonkeyPatch, arguments: list[tuple[Any, ...]], *, fully: bool) -> list[Any]:
    """Return the rows of nested calls, two for each tuple of arguments; `fully` by the way of masked values."""

    @traced
    def inner(*args: Any, **kwargs: Any) -> Any:
        return [args, kwargs]

    @traced(type="task")
    def outer(first: Any, second: Any = None) -> Any:
        return inner(first, second=second)

    with captured_spans() as captured, monkeypatch.context() as patch:
        if fully:
            patch.setattr("spanglass.masking.masked_fields", lambda fields, _: fields)
            patch.setattr("spanglass.masking.mask", lambda value: value)
        for given_arguments in arguments:
            outer(*given_arguments)
    return [json.dumps(row, sort_keys=True) for row in captured.rows]


@given(st.lists(st.tuples(VALUES) | st.tuples(VALUES, VALUES), min_size=1, max_size=3))
def test_both_ways_write_the_same_rows(arguments):
    with pytest.MonkeyPatch.context() as monkeypatch:
        short, long = (rows_of_calls(monkeypatch, arguments, fully=fully) for fully in (False, True))
    assert len(short) == 4 * len(arguments)
    assert short == long
