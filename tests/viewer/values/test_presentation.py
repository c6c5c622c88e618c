from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.values.media import MediaResolver
from spanglass_viewer.values.presentation import (
    Block,
    ChatBlock,
    JsonBlock,
    MediaBlock,
    RowsBlock,
    TextBlock,
    TreeBlock,
    present,
)
from spanglass_viewer.values.pretty import pretty_json

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def _present(value: JsonValue, *, prefers_rows: bool = False) -> Block:
    return present(value, MediaResolver({}, {}), prefers_rows=prefers_rows)


def test_text_stays_as_it_is() -> None:
    assert _present("a\n<b>") == TextBlock("a\n<b>")
    assert _present(True) == TextBlock("true")
    assert _present(None) == TextBlock("null")


def test_small_json_is_indented_and_short_lists_stay_on_a_line() -> None:
    value: JsonValue = {"id": "A-1", "amount": 42.9, "files": ["a.jpg"], "none": {}, "deep": {"x": [1, {"y": 2}]}}
    assert _present(value) == JsonBlock(
        '{\n  "id": "A-1",\n  "amount": 42.9,\n  "files": ["a.jpg"],\n  "none": {},\n'
        '  "deep": {\n    "x": [\n      1,\n      {"y": 2}\n    ]\n  }\n}'
    )


def test_large_or_deep_values_become_trees() -> None:
    deep: JsonValue = []
    for _ in range(60):
        deep = [deep]
    for value in (list(range(2000)), {"a": {"b": ["x" * 30_000]}}, deep):
        assert isinstance(_present(value), TreeBlock)


def test_long_texts_in_an_object_are_shown_as_text() -> None:
    assert _present({"question": "one\ntwo", "n": 3}) == RowsBlock(
        (("question", TextBlock("one\ntwo")), ("n", TextBlock("3")))
    )
    assert isinstance(_present({"a": 1}, prefers_rows=True), RowsBlock)


def test_media_stands_where_it_was_logged() -> None:
    block = _present({"order": {"proof": [PIXEL]}, "n": 1})
    assert isinstance(block, RowsBlock)
    inner = block.rows[0][1]
    assert isinstance(inner, RowsBlock)
    listed = inner.rows[0][1]
    assert isinstance(listed, RowsBlock)
    assert isinstance(listed.rows[0][1], MediaBlock)


def test_messages_are_a_chat_at_the_top_alone() -> None:
    assert isinstance(_present([{"role": "user", "content": "hi"}]), ChatBlock)


def test_base64_never_floods() -> None:
    assert pretty_json({"a": [PIXEL]}) == '{\n  "a": ["data:image/png;base64,… 8 B"]\n}'


def test_depth_is_bounded() -> None:
    value: JsonValue = 1
    for _ in range(900):
        value = [value, 2]
    assert "…" in pretty_json(value)
