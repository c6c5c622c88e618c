"""What a program may log."""

from __future__ import annotations

import types

import pytest

from spanglass.validation import checked_event


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({"scores": {"s": 1.01}}, "between 0 and 1"),
        ({"scores": {"s": -0.01}}, "between 0 and 1"),
        ({"scores": {"s": float("nan")}}, "between 0 and 1"),
        ({"scores": {"s": "1"}}, "scores must be numbers"),
        ({"scores": {1: 1}}, "keys of scores must be strings"),
        ({"scores": [1]}, "scores must be a dictionary"),
        ({"metrics": {"m": None}}, "metrics must be numbers"),
        ({"metrics": {"m": "1"}}, "metrics must be numbers"),
        ({"metrics": {1: 1}}, "keys of metrics must be strings"),
        ({"metrics": 1}, "metrics must be a dictionary"),
        ({"metadata": {1: 1}}, "keys of metadata must be strings"),
        ({"metadata": "x"}, "metadata must be a dictionary"),
        ({"tags": "x"}, "tags must be a list"),
        ({"tags": [1]}, "tags must be strings"),
        ({"tags": ["a", "a"]}, "must not be repeated"),
        ({"span_attributes": 1}, "span_attributes must be a dictionary"),
        ({"input": 1, "inputs": 2}, "only one of input and inputs"),
    ],
)
def test_misuse_is_named(event, sentence):
    with pytest.raises(ValueError, match=sentence):
        checked_event(event)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"scores": {"a": True, "b": False, "c": None, "d": 0.5}}, {"scores": {"a": 1, "b": 0, "c": None, "d": 0.5}}),
        ({"metrics": {"a": 1, "b": 2.5, "c": -3}}, {"metrics": {"a": 1, "b": 2.5, "c": -3}}),
        ({"tags": ("a", "b")}, {"tags": ["a", "b"]}),
        ({"metadata": types.MappingProxyType({"a": 1})}, {"metadata": {"a": 1}}),
        ({"inputs": 1}, {"input": 1}),
        ({"inputs": None, "input": 1}, {"input": 1}),
        ({"input": None, "scores": None, "tags": None}, {}),
        ({"input": 0, "output": "", "metadata": {}}, {"input": 0, "output": "", "metadata": {}}),
        ({"dataset_record_id": "d", "span_id": "no", "created": "no"}, {"dataset_record_id": "d"}),
    ],
)
def test_what_is_logged(event, expected):
    assert checked_event(event) == expected


def test_the_programs_own_dictionaries_stay_as_they_are():
    scores = {"a": True}
    checked_event({"scores": scores})
    assert scores["a"] is True
