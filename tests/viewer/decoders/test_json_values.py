"""A value of megabytes as its decoder hands it out: members, texts and places, in pages."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.decoders.answers import (
    DecoderFault,
    Members,
    Passage,
    Places,
    TableHead,
    ValueOutline,
    read_answer,
    write_answer,
)
from spanglass_viewer.decoders.json_values import MAX_MEMBERS, PAGE_CHARS, JsonValueFile

if TYPE_CHECKING:
    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.values.decode import JsonValue

_RECORDS: list[JsonValue] = [{"id": number, "note": f"n{number % 7}"} for number in range(2500)]
_PACKED: dict[str, JsonValue] = {
    "text": 'as "JSON"',
    "packed": json.dumps({"deep": [1, {"city": "Köln"}]}, ensure_ascii=False),
}


def _ask(value: JsonValue, do: str, **wish: JsonValue) -> Answer:
    """Ask as the process does, through the wire and back."""
    document = JsonValueFile(io.BytesIO(json.dumps(value, ensure_ascii=False).encode()), "Logged value")
    pipe = io.BytesIO()
    write_answer(pipe, document.wishes[do]({"do": do, **wish}))
    pipe.seek(0)
    return read_answer(pipe)


def test_an_outline_says_what_the_value_is() -> None:
    assert _ask(_RECORDS, "outline") == ValueOutline("list", 2500, ("id", "note"))
    assert _ask({"a": 1}, "outline") == ValueOutline("object", 1, ())
    assert _ask("a text", "outline") == ValueOutline("text", 0, ())


def test_members_come_in_pages_with_what_they_hold() -> None:
    page = _ask(_RECORDS, "members", path=[], start=1000, stop=1002)
    assert page == Members(("1000", "1001"), ("container",) * 2, ("{id, note}",) * 2, (2, 2), 2500)
    whole = _ask(_RECORDS, "members", path=[])
    assert isinstance(whole, Members)
    assert len(whole.keys) == MAX_MEMBERS
    inner = _ask(_RECORDS, "members", path=[7])
    assert inner == Members(("id", "note"), ("number", "text"), ("7", '"n0"'), (0, 0), 2)


def test_json_in_a_text_is_gone_into() -> None:
    outer = _ask(_PACKED, "members", path=[])
    assert isinstance(outer, Members)
    assert outer.counts == (0, -1), "nobody has read it yet"
    inner = _ask(_PACKED, "members", path=[1, 0, 1])
    assert isinstance(inner, Members)
    assert (inner.keys, inner.previews) == (("city",), ('"Köln"',))


@pytest.mark.parametrize("path", [[5], [0, 0], ["a"], [-1]])
def test_a_part_that_is_not_there_is_refused(path: list[JsonValue]) -> None:
    with pytest.raises(DecoderFault, match="no such part"):
        _ask({"a": 1}, "copy", path=path)


def test_a_text_comes_in_pages_that_make_the_whole() -> None:
    text, pages, start = "größer 中\U0001f642\n" * 60_000, list[str](), 0
    while True:
        page = _ask(text, "text", path=[], start=start)
        assert isinstance(page, Passage)
        pages.append(page.text)
        start = page.end
        if page.end == page.total:
            break
    assert len(pages) > 2
    assert "".join(pages) == text


def test_the_json_itself_comes_in_pages_that_cut_no_character() -> None:
    text, pages, start = "x" + "中\U0001f642" * 100_000, list[str](), 0
    while True:
        page = _ask(text, "raw", start=start)
        assert isinstance(page, Passage)
        pages.append(page.text)
        start = page.end
        if page.end == page.total:
            break
    assert len(pages) == -(-len(json.dumps(text, ensure_ascii=False).encode()) // PAGE_CHARS)
    assert "".join(pages) == json.dumps(text, ensure_ascii=False)


def test_places_of_what_is_found_are_those_of_the_members() -> None:
    assert _ask(_PACKED, "find", needle="köln") == Places(((1,),), is_cut=False)
    assert _ask({"a": {"City": 1}, "b": ["x", "in the city"]}, "find", needle="CITY") == Places(
        ((0, 0), (1, 1)), is_cut=False
    )
    assert _ask("a Text, another text", "find", needle="text") == Places(((2,), (16,)), is_cut=False)
    assert _ask(_PACKED, "place", words=["packed", "deep", "1", "city"]) == Places(((1, 0, 1, 0),), is_cut=False)
    with pytest.raises(DecoderFault, match="no such part"):
        _ask(_PACKED, "place", words=["packed", "nothing"])


def test_rows_are_sorted_by_any_column() -> None:
    table = _ask(_RECORDS, "rows", start=0, stop=2, column=0, is_descending=True)
    assert table == TableHead(("id", "note"), (), (("2499", "n0"), ("2498", "n6")), ("2500",), is_cut=False)
    as_logged = _ask(_RECORDS, "rows", start=2499, stop=9999)
    assert isinstance(as_logged, TableHead)
    assert as_logged.rows == (("2499", "n0"),)
    with pytest.raises(DecoderFault, match="no table"):
        _ask([1, 2], "rows")


@pytest.mark.parametrize("text", ["[" * 200_000 + "]" * 200_000, '{"a": ', "\x00"])
def test_what_is_no_json_to_a_scanner_is_still_text(text: str) -> None:
    document = JsonValueFile(io.BytesIO(text.encode()), "Logged value")
    with pytest.raises(DecoderFault, match="cannot be read as JSON"):
        document.wishes["outline"]({"do": "outline"})
    page = document.wishes["raw"]({"do": "raw", "start": 0})
    assert isinstance(page, Passage)
    assert page.text == text[:PAGE_CHARS]


def test_a_copy_is_refused_where_it_would_be_too_large() -> None:
    with pytest.raises(DecoderFault, match="too large to be copied"):
        _ask("x" * 8_000_001, "copy", path=[])
    copied = _ask({"a": [1]}, "copy", path=[0])
    assert isinstance(copied, Passage)
    assert json.loads(copied.text) == [1]
