from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.database.json_text import TOO_DEEP, JsonText, dump_text, parsed, read_fields
from spanglass_store.journal.lines import BadLine

ODD = [
    "1e5",
    "1E+5",
    "1.0",
    "100000.00",
    "-0",
    "-0.0",
    "123456789012345678901234567890",
    "1e400",
    '"\\ud800"',
    '"\\u00e9"',
]


@pytest.mark.parametrize("text", ODD)
def test_an_untouched_field_keeps_its_text(text: str):
    fields = read_fields(f'{{"id": "a", "input" :{text} , "b":[{text},  1]}}\n'.encode())
    assert dump_text(fields["input"]) == text
    assert dump_text(fields["b"]) == f"[{text},  1]"


@pytest.mark.parametrize("text", [text for text in ODD if text != '"\\u00e9"'])
def test_a_parsed_value_is_written_with_its_literals(text: str):
    value = JsonText(f'{{"x":{{"y":[{text}]}}}}').parse()
    assert dump_text(value) == f'{{"x":{{"y":[{text}]}}}}'


def test_numbers_with_their_own_text_are_numbers():
    value = JsonText('{"a":1e5,"b":123456789012345678901234567890}').parse()
    assert value == {"a": 100000.0, "b": 123456789012345678901234567890}


def test_the_last_of_repeated_keys_counts():
    assert parsed(read_fields(b'{"a":1,"a":{"b":2}}')["a"]) == {"b": 2}


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'{"a":NaN}', b'{"a":1} x', b'{"a":"\\ud800"} x', b'{"a":1,}', b'{"\\ud800":NaN}', b"\xff"],
)
def test_what_is_no_json_object_is_refused(raw: bytes):
    with pytest.raises(BadLine):
        read_fields(raw)


def test_a_key_that_is_no_utf8_stays_readable():
    assert read_fields(b'{"\\ud800":1,"a":{"\\ud801":2}}')["\\ud800"] == JsonText("1")
    assert dump_text(JsonText('{"\\ud801":2}').parse()) == '{"\\\\ud801":2}'


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values), st.booleans(), st.sampled_from([None, 2]))
def test_fields_mean_what_the_line_meant(line: dict[str, Any], ensure_ascii: bool, indent: int | None):
    raw = json.dumps(line, ensure_ascii=ensure_ascii, indent=indent).encode("utf-8", "surrogatepass")
    assert {key: parsed(value) for key, value in read_fields(raw).items()} == line


@pytest.mark.parametrize("deep", ["[" * 200_000 + "]" * 200_000, '{"a": [' * 100_000 + '"]"' + "]}" * 100_000])
def test_a_field_that_is_too_deep_costs_no_other(deep: str):
    raw = f'{{"id":"row","output": {deep} ,"input":"[","end":1e5}}'.encode()
    fields = read_fields(raw)
    assert fields.pop(TOO_DEEP) == ["output"]
    assert fields.pop("output") == f"(nested too deeply to be read: {len(deep):,} characters, kept in rejected/)"
    assert {key: dump_text(value) for key, value in fields.items()} == {"id": '"row"', "input": '"["', "end": "1e5"}


def test_a_deep_line_that_does_not_end_is_refused():
    with pytest.raises(BadLine):
        read_fields(b'{"id":"row","output":' + b"[" * 200_000)
