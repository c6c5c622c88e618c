from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.values import decode as decoding
from spanglass_viewer.values.decode import JsonValue, NotJson, decode_beginning, decode_json, decode_json_in_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)


@pytest.fixture(scope="module", autouse=True)
def _short_slices() -> Iterator[None]:
    """Take containers of more than a few characters for large ones, so that every text is read in steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "_LEAST_SLICE_CHARS", 6)
        patch.setattr(decoding, "_MOST_SLICE_CHARS", 12)
        yield


@given(_VALUES, st.sampled_from([None, 1]))
def test_both_ways_read_what_was_written(value: JsonValue, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert decode_json(text) == value
    assert decode_json_in_steps(f" {text}\n") == value


@given(st.text() | st.text(alphabet='[]{}",:1 ae'))
def test_both_ways_refuse_the_same(text: str) -> None:
    def outcome(decode: object) -> object:
        try:
            return repr(decode(text))
        except NotJson:
            return NotJson

    assert outcome(decode_json) == outcome(decode_json_in_steps)


@pytest.mark.parametrize("decode", [decode_json, decode_json_in_steps])
def test_hostile_texts_are_refused_or_read(decode: object) -> None:
    with pytest.raises(NotJson, match="deep"):
        decode("[" * 100_000)
    assert decode("[" + "9" * 5000 + "]") == [float("inf")]
    assert decode('"\\ud800"') == "\ud800"


@pytest.mark.parametrize("filling", ["é", "\\", "\n", '"', "\x00", "\U0001f600"])
def test_of_a_large_string_the_beginning_is_read(filling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "AT_ONCE_CHARS", 1000)
    whole = "Error: " + filling * 1000
    for ahead in range(6):
        text = json.dumps("." * ahead + whole)
        beginning = decode_beginning(text)
        assert isinstance(beginning, str)
        assert ("." * ahead + whole).startswith(beginning.encode("utf-16", "ignore").decode("utf-16"))
        assert len(beginning) > 1000 // 13


def test_what_is_large_and_no_string_stands_for_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "AT_ONCE_CHARS", 1000)
    text = json.dumps(["x"] * 1000)
    assert decode_beginning(text) == text[:1000]
    assert decode_beginning('{"a": 1}') == {"a": 1}
    assert decode_beginning("{no") == "{no"
    assert decode_beginning("") == ""
