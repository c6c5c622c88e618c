"""The arguments of a traced call."""

from __future__ import annotations

import json

import pytest

from spanglass.arguments import GIVEN_NOTHING, ArgumentNames
from spanglass.snapshot import snapshot_value


def one(a, b=2, *rest, c=3, **kw): ...


def two(a, b=2): ...


def quoted(ü): ...  # noqa: PLC2401 - such names are allowed


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "named"),
    [
        (two, (1,), {}, {"a": 1}),
        (two, (1, 5), {}, {"a": 1, "b": 5}),
        (two, (), {"b": 5, "a": 1}, {"a": 1, "b": 5}),
        (one, (1, 5, 6), {"c": 9, "d": 4}, {"a": 1, "b": 5, "rest": [6], "c": 9, "kw": {"d": 4}}),
        (quoted, ("x",), {}, {"ü": "x"}),
        (lambda: None, (), {}, {}),
    ],
)
def test_they_are_named_without_defaults(function, args, kwargs, named):
    names = ArgumentNames(function)
    assert json.loads(json.dumps(names.bind(args, kwargs))) == named
    before, value, after = names.name_given(args, kwargs)
    if names.before_one is not None and len(args) == 1:
        before, value, after = names.before_one, args[0], b"}}\n"
    line = b'{"id":1' + before.encode() + snapshot_value(value) + after
    assert json.loads(line) == {"id": 1, "input": named}


def test_what_does_not_fit_is_left_to_python():
    names = ArgumentNames(two)
    assert names.bind((1, 2, 3), {}) is None
    assert names.name_given((1, 2, 3), {}) == GIVEN_NOTHING
