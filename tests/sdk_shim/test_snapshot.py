"""What becomes of logged values."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import types
import unittest.mock
import uuid
from typing import ClassVar, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass import bounded_walk, conversion, snapshot
from spanglass.snapshot import snapshot_json, snapshot_value


def logged(value):
    return json.loads(snapshot_json({"v": value}))["v"]


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: object = None


@dataclasses.dataclass(slots=True)
class Slotted:
    x: int


class Model:
    """What pydantic's models look like to us."""

    model_fields: ClassVar = {}

    def model_dump(self, **options):
        assert options["exclude_none"] is True
        return {"name": "m", "when": dt.date(2026, 11, 23)}


class OldModel:
    __fields__: ClassVar = {}

    def dict(self, *, exclude_none):
        return {"old": exclude_none}


OldModel.__module__ = "pydantic.main"


class HostileRepr:
    def __init__(self, error):
        self.error = error

    def __repr__(self):
        raise self.error


class Pair(NamedTuple):
    a: int
    b: int


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ([True, 1, 1.5, "é"], [True, 1, 1.5, "é"]),
        ((1, (2,)), [1, [2]]),
        ({3}, [3]),
        (frozenset({3}), [3]),
        (collections.deque([1]), [1]),
        (Pair(1, 2), [1, 2]),
        ({1: "a", None: "b", False: "c", (1, 2): "d"}, {"1": "a", "None": "b", "False": "c", "(1, 2)": "d"}),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        (collections.OrderedDict(a=1), {"a": 1}),
        (float("nan"), "NaN"),
        ([float("inf"), -float("inf")], ["Infinity", "-Infinity"]),
        ({"a": {"b": [None, float("nan")]}}, {"a": {"b": [None, "NaN"]}}),
        (b"abc", "b'abc'"),
        (b"x" * 1000, "b'" + "x" * 64 + "'… (1000 bytes)"),
        (bytearray(b"abc"), "bytearray(b'abc')"),
        (memoryview(b"abc"), "<memoryview of 3 bytes>"),
        (dt.datetime(2026, 11, 23, 7, 42, tzinfo=dt.UTC), "2026-11-23T07:42:00+00:00"),
        (dt.date(2026, 11, 23), "2026-11-23"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (decimal.Decimal("1.10"), "Decimal('1.10')"),
        (Colour.RED, "red"),
        (Point(1, Point(2, {float("nan")})), {"x": 1, "y": {"x": 2, "y": ["NaN"]}}),
        (Slotted(1), {"x": 1}),
        (Model(), {"name": "m", "when": "2026-11-23"}),
        (OldModel(), {"old": True}),
        (np.arange(3), [0, 1, 2]),
        (np.float64("nan"), "NaN"),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.zeros((100, 100)), "<ndarray of shape (100, 100), float64>"),
        (np.array([1.0, np.nan]), [1.0, "NaN"]),
        (2**64 - 1, 2**64 - 1),
        (2**70, 2**70),
        (-(2**70), -(2**70)),
        (1 << 100_000, "<int of 100001 bits>"),
        ("\ud83d\ude00", "😀"),
        ("lone \ud800", "lone \ufffd"),
        ({"\ud800": 1}, {"\ufffd": 1}),
        (len, "<built-in function len>"),
        (Point, repr(Point)),
        (ValueError("x"), "ValueError('x')"),
        (HostileRepr(ValueError()), "<HostileRepr: its repr raised ValueError>"),
        (HostileRepr(SystemExit()), "<HostileRepr: its repr raised SystemExit>"),
        (HostileRepr(RecursionError()), "<HostileRepr: its repr raised RecursionError>"),
    ],
    ids=lambda value: type(value).__name__,  # a repr of these is what they are here to break
)
def test_what_a_value_becomes(value, expected):
    assert logged(value) == expected


def test_a_cycle_is_cut():
    value: dict[str, object] = {"a": 1}
    value["self"] = value
    assert logged(value) == {"a": 1, "self": "<circular reference>"}
    items: list[object] = [1]
    items.append({"items": items})
    assert logged(items) == [1, {"items": "<circular reference>"}]


def test_the_same_value_twice_is_no_cycle():
    shared = [float("nan")]
    assert logged([shared, shared]) == [["NaN"], ["NaN"]]


def test_a_cycle_through_an_object_is_cut():
    point = Point(1)
    point.y = point
    assert logged(point) == {"x": 1, "y": "<circular reference>"}


@pytest.mark.parametrize("depth", [300, 5000])
def test_what_is_too_deep_is_cut(depth):
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    text = snapshot_json({"v": value})
    assert text.count(b"[") == 200
    assert b"<max depth exceeded>" in text


def test_a_mock_is_its_repr():
    assert logged(unittest.mock.MagicMock(name="client")).startswith("<MagicMock name='client'")


def test_keyboard_interrupt_passes():
    with pytest.raises(KeyboardInterrupt):
        snapshot_json({"v": HostileRepr(KeyboardInterrupt())})


def test_a_method_that_raises_leaves_a_marker():
    class Broken(Model):
        def model_dump(self, **_options):
            raise SystemExit

    assert logged(Broken()) == "<Broken: SystemExit while it was logged>"


def test_a_dictionary_key_that_raises_leaves_a_marker():
    class Key:
        def __str__(self):
            raise ValueError

    assert list(logged({Key(): 1})) == ["<Key: its str raised ValueError>"]


def test_one_hostile_field_costs_only_itself():
    fields = {"input": {1: "a"}, "output": "fine", "metadata": {"x": float("inf")}}
    assert json.loads(snapshot_json(fields)) == {
        "input": {"1": "a"},
        "output": "fine",
        "metadata": {"x": "Infinity"},
    }


def test_a_value_with_too_many_parts_is_cut_and_says_so():
    value = {"": list(range(bounded_walk.MAX_NODES * 2)), 1: 1}
    kept = logged(value)[""]
    assert len(kept) <= bounded_walk.MAX_NODES
    assert kept[-1] == bounded_walk.TOO_LARGE


def test_a_list_of_that_size_alone_is_kept_whole():
    value = list(range(bounded_walk.MAX_NODES * 2))
    assert logged(value) == value


def test_too_much_text_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(bounded_walk, "MAX_CHARS", 1000)
    kept = logged({1: "x" * 200_000})["1"]
    assert kept.startswith("x" * 1000)
    assert kept.endswith("… (200000 characters)")
    assert len(kept) < 100_000


def test_a_large_text_is_kept_whole():
    text = "x" * 10_000_000
    assert logged(text) == text


def test_a_slow_value_is_cut_in_time(monkeypatch):
    clock = iter(range(1_000_000))
    monkeypatch.setattr(bounded_walk.time, "perf_counter", lambda: next(clock))
    assert logged({1: list(range(1000))})["1"][-1] == bounded_walk.TOO_LARGE


def test_many_types_leave_a_bounded_memory():
    for number in range(3000):
        logged(type(f"T{number}", (), {})())
    assert len(conversion._conversions) <= conversion._MAX_TYPES


def test_the_type_decides_not_the_object():
    class Liar:
        def __getattr__(self, name):
            raise AssertionError(f"{name} was asked for")

        def __repr__(self):
            return "liar"

    assert logged(Liar()) == "liar"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.datetimes()
    | st.builds(HostileRepr, st.builds(ValueError)),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.integers() | st.text() | st.none(), inner)
        | st.tuples(inner, inner)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=30,
)


@given(VALUES)
def test_whatever_is_logged_is_json_and_never_raises(value):
    json.loads(snapshot_json({"v": value}), parse_constant=pytest.fail)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(PLAIN)
def test_json_is_logged_as_it_is(value):
    assert logged(value) == value


@given(PLAIN)
def test_the_slow_way_says_the_same_as_the_fast_one(value):
    assert json.loads(snapshot_json({"v": value, "w": {1: 1}}))["v"] == logged(value)


@pytest.mark.parametrize("length", [1, 127, 128, 5000])
@pytest.mark.parametrize("find_word", [None, bytes.__contains__])
def test_one_value_is_as_faithful_as_many(monkeypatch, length, find_word):
    if find_word is not None:  # where there is no C library to ask
        monkeypatch.setattr(snapshot, "word_finder", lambda: find_word)
    text = "x" * length
    for value, expected in [
        ([text, None], [text, None]),
        ([text, float("nan")], [text, "NaN"]),
        ([text, float("inf"), "null"], [text, "Infinity", "null"]),
        ({1: text}, {"1": text}),
        ([text, "\0null"], [text, "\0null"]),
    ]:
        assert json.loads(snapshot_value(value)) == expected
        assert json.loads(snapshot_json({"v": value})) == {"v": expected}


def test_one_cyclic_value_is_cut():
    cycle = []
    cycle.append(cycle)
    assert json.loads(snapshot_value(cycle)) == ["<circular reference>"]
