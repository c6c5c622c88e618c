from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.transfer import json_stream
from spanglass_store.transfer.json_stream import iter_json_values

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_OBJECTS = st.lists(st.dictionaries(st.text(max_size=5), _JSON, max_size=3), max_size=6)


def values_of(text: str | bytes) -> list[bytes]:
    return [*iter_json_values(io.BytesIO(text.encode() if isinstance(text, str) else text))]


@given(_OBJECTS, st.sampled_from([None, 1, 4]), st.booleans(), st.booleans(), st.sampled_from([1, 3, 1000]))
def test_values_come_out_one_by_one_however_they_are_written(
    objects: list[dict[str, Any]], indent: int | None, is_list: bool, is_ascii: bool, chunk: int
) -> None:
    texts = [json.dumps(value, indent=indent, ensure_ascii=is_ascii) for value in objects]
    text = json.dumps(objects, indent=indent, ensure_ascii=is_ascii) if is_list else "\n".join(texts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_stream, "_CHUNK_BYTES", chunk)
        found = values_of(text)
    assert [json.loads(value) for value in found] == objects
    assert all(b"\n" not in value for value in found)


@given(st.text(alphabet='{}[]",:\\ \n01ea-.tu\x00é', max_size=40) | st.binary(max_size=40))
def test_whatever_is_there_comes_out_and_nothing_is_raised(text: str | bytes) -> None:
    found = b"".join(values_of(text))
    raw = text.encode() if isinstance(text, str) else text
    if not {10, 13} & {*raw}:  # else it is written anew on one line
        assert found.translate(None, b" \t,[]") == raw.translate(None, b" \t,[]")


def test_numbers_and_escapes_stay_as_they_were_written() -> None:
    assert values_of('[{"a":1e5,"b":12345678901234567890123,"c":"\\ud800"}]') == [
        b'{"a":1e5,"b":12345678901234567890123,"c":"\\ud800"}'
    ]
    assert values_of('{\n "a": 1e5,\n "b": 1.50\n}\n{\n "a": 2\n}') == [b'{"a":1e5,"b":1.50}', b'{"a":2}']


def test_what_is_no_json_is_the_line_that_it_stands_on() -> None:
    assert values_of('{"id": 1, "na\n{"id": 2}\n{"id": 3} x\n{"id": 4}') == [
        b'{"id": 1, "na', b'{"id": 2}', b'{"id": 3}', b"x", b'{"id": 4}',
    ]  # fmt: skip
    assert values_of('[{"id": 1}, {"id" 2}\n, {"id": 3}]') == [b'{"id": 1}', b'{"id" 2}', b'{"id": 3}']
    assert values_of(b'[\n{"id": 1},\n{"id": "\xff"}\n]') == [b'{"id": 1}', b'{"id": "\xff"}']


def test_values_nested_too_deeply_are_handed_on_as_they_are() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert values_of('{"a":\n1}\n' + deep)[0] == b'{"a":1}'


def test_a_long_list_takes_no_more_memory_than_a_short_one() -> None:
    def peak(count: int) -> int:
        text = json.dumps([{"id": f"row-{number}", "input": "x" * 200} for number in range(count)], indent=1).encode()
        tracemalloc.start()
        try:
            assert sum(1 for _ in iter_json_values(io.BytesIO(text))) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(20_000) < 1.3 * peak(5_000)
