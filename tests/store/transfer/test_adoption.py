from __future__ import annotations

import contextlib
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.journal.lines import BadLine, decode_line
from spanglass_store.transfer.adoption import Adoption, dense_text, origin_of

WRITTEN_US = 1_795_442_531_000_000
NS_PER_SEC = 1_000_000_000


def adopt(*lines: Any) -> list[dict[str, Any]]:
    adoption = Adoption(origin_of("shop", WRITTEN_US))
    return [decode_line(row) for line in lines for row in adoption.adopt(orjson.dumps(line))]


def test_ids_follow_from_the_content_and_the_place() -> None:
    tree = {"input": 1, "children": [{"input": 2}, {"input": 2}], "metrics": {"start": 5, "end": 6}}
    rows = adopt(tree, tree)
    assert adopt(tree, tree) == rows
    assert len({row["id"] for row in rows}) == len({row["span_id"] for row in rows}) == 6
    assert len({row["root_span_id"] for row in rows}) == 2
    assert [row["span_parents"] for row in rows[:3]] == [None, [rows[0]["span_id"]], [rows[0]["span_id"]]]


def test_a_timeless_tree_began_when_its_file_was_written() -> None:
    first, second = adopt({"input": 1}, {"input": 2})
    assert first["created"] == "2026-11-23T14:02:11.000001+00:00"
    assert second["metrics"]["start"] > first["metrics"]["start"]
    assert first["metrics"]["end"] == first["metrics"]["start"]


def test_a_span_without_times_has_those_around_it() -> None:
    children = [{"metrics": {"start": 10, "end": 12}}, {"metrics": {"start": 11, "end": 15}}, {}]
    root, _, _, timeless = adopt({"name": "root", "children": children})
    assert (root["metrics"], timeless["metrics"]) == ({"start": 10, "end": 15}, {"start": 10, "end": 10})


@pytest.mark.parametrize("is_ascii", [True, False])
def test_what_pythons_json_writes_loses_its_spaces_and_escapes(is_ascii: bool) -> None:
    value = {
        "id": "a",
        "_stamp": 5,
        "input": ["é , ’ : \\u00e9 \x7f 😀", {"b": 1, "a": None, "c": 1.5}],
        "output": "x  y",
    }
    dense = orjson.dumps(value) + b"\n"
    for indent in (None, 1):
        text = json.dumps(value, ensure_ascii=is_ascii, indent=indent)
        assert Adoption(origin_of("shop", WRITTEN_US)).adopt(text.encode()) == [dense]


@pytest.mark.parametrize(
    "text",
    [
        "1e16",
        "1.50",
        "-0",
        "1e400",
        "36893488147419103232",
        '{"a": 1, "a": 2}',
        '"\\ud800"',
        '"\\u00E9"',
        '["\\u00e9", 1e16]',
    ],
)
def test_what_would_be_another_text_is_left_as_it_was_logged(text: str) -> None:
    line = f'{{"id":"a", "_stamp":5, "input": {text}}}\n'.encode()
    assert Adoption(origin_of("shop", WRITTEN_US)).adopt(line) == [line]


def test_ids_that_are_none_are_replaced() -> None:
    [row] = adopt({"id": 7, "span_id": "", "_stamp": "x", "input": 1})
    assert isinstance(row["id"], str)
    assert isinstance(row["_stamp"], int)
    assert row["span_id"]


def test_the_name_and_the_type_go_where_spans_have_them() -> None:
    [row] = adopt({"name": "chat", "type": "llm", "span_attributes": {"name": "own", "purpose": "x"}})
    assert row["span_attributes"] == {"name": "own", "purpose": "x", "type": "llm"}
    assert row["name"] == "chat", "what was overruled is kept"


def test_a_tree_with_ids_keeps_them() -> None:
    child = {"id": "b", "span_id": "s2"}
    rows = adopt({"id": "a", "span_id": "s1", "root_span_id": "r", "children": [child, {"name": "new"}]})
    assert [(row["id"], row.get("root_span_id"), row.get("span_parents")) for row in rows[:2]] == [
        ("a", "r", None), ("b", "r", ["s1"]),
    ]  # fmt: skip
    assert rows[2]["span_parents"] == ["s1"]
    assert rows[2]["span_attributes"] == {"name": "new"}


def test_stamps_are_the_latest_time_of_a_row_and_grow_with_its_updates() -> None:
    start = {"id": "a", "created": "1970-01-01T00:00:10Z", "metrics": {"start": 10, "end": 12.5}}
    update = {"id": "a", "_is_merge": True, "created": "1970-01-01T00:00:10Z", "output": 1}
    stamps = [row["_stamp"] for row in adopt(start, update, {"id": "b"})]
    assert stamps == [12.5 * NS_PER_SEC, 12.5 * NS_PER_SEC + 1, WRITTEN_US * 1000]


def test_an_update_is_later_than_a_first_row_of_the_same_time_that_is_forgotten_already() -> None:
    start = {"id": "a", "created": "1970-01-01T00:00:10Z"}
    [first], [update] = adopt(start), adopt({**start, "_is_merge": True, "output": 1})
    assert update["_stamp"] == first["_stamp"] + 1


def test_a_row_with_all_it_needs_is_not_touched() -> None:
    raw = b'{"id": "a", "_stamp": 7, "created": "2026-11-23T00:00:00Z", "input": 1e5 }\n'
    assert Adoption(origin_of("shop", WRITTEN_US)).adopt(raw) == [raw]


def test_what_a_row_lacks_is_added_behind_it() -> None:
    raw = b'  {"id": "a", "metrics": {"start": 1e1}, "input": 1e5 }'
    [line] = Adoption(origin_of("shop", WRITTEN_US)).adopt(raw)
    assert line.startswith(raw.strip()[:-2])
    assert decode_line(line)["created"] == "1970-01-01T00:00:10+00:00"


@pytest.mark.parametrize("line", [{"_line": "process", "pid": 1}, {"rows": []}])
def test_what_speaks_of_no_span(line: dict[str, Any]) -> None:
    assert adopt(line) == []


@pytest.mark.parametrize(
    "raw", [b"", b"1", b"{", b'{"_line":"new"}', b'{"children":[1]}', b'{"rows":[1]}', b'{"_is_merge":true}', b"{}\0"]
)
def test_bad_lines(raw: bytes) -> None:
    with pytest.raises(BadLine):
        Adoption(origin_of("shop", WRITTEN_US)).adopt(raw)


_NAMES = "id span_id root_span_id span_parents created metrics start end children rows name type tags input comment"
_KEYS = st.sampled_from([*_NAMES.split(), "_stamp", "_is_merge", "_line", "origin", "span_attributes"])
_TEXTS = st.text(max_size=5) | st.sampled_from(["attachment", "2026-11-23", "\ud800"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _JSON, max_size=8))
def test_whatever_a_line_says_it_gives_lines_or_is_a_bad_one(value: dict[str, Any]) -> None:
    raw = json.dumps(value).encode()
    with contextlib.suppress(BadLine):
        for line in Adoption(origin_of("shop", WRITTEN_US)).adopt(raw):
            assert line.endswith(b"\n")
            assert line.count(b"\n") == 1
            json.loads(line)


_LITERALS = st.sampled_from(
    ["0", "-0", "-0.0", "1.0", "1.50", "1e5", "1E+2", "1e400", "12345678901234567890123", "null", "true"]
)
_STRINGS = st.text(max_size=4).map(json.dumps) | st.sampled_from(
    ['"\\ud800"', '"\\/"', '"\\u00E9 , : "', '"a  b"', '""', '"é"']
)
_SPACE = st.sampled_from(["", " ", "\t", " \r "])


@st.composite
def _json_texts(draw: st.DrawFn, depth: int = 0) -> str:
    def spaced(token: str) -> str:
        return draw(_SPACE) + token + draw(_SPACE)

    kind = draw(st.sampled_from(["literal", "string"] if depth > 2 else ["literal", "string", "list", "object"]))
    if kind in {"literal", "string"}:
        return spaced(draw(_LITERALS if kind == "literal" else _STRINGS))
    items = [draw(_json_texts(depth + 1)) for _ in range(draw(st.integers(0, 3)))]
    if kind == "list":
        return spaced(f"[{','.join(items)}{'' if items else draw(_SPACE)}]")
    return spaced("{" + ",".join(f"{spaced(draw(_STRINGS))}:{item}" for item in items) + "}")


def exact_tokens(text: str) -> Any:
    """Return a text's value, with numbers as they are spelled and all pairs of an object."""
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=list)


@given(_json_texts())
def test_no_number_no_key_and_no_character_changes(text: str) -> None:
    dense = dense_text(text.encode()).decode()
    assert exact_tokens(dense) == exact_tokens(text)
    assert dense_text(dense.encode()).decode().rstrip("\n") == dense.rstrip("\n")
