from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.values.decode import JsonValue, NotJson, decode_json, decode_json_in_steps

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)


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
