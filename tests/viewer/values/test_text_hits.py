from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.values.chat.messages import Message, TextPart, ThinkingPart, ToolCall, ToolResult, ValuePart
from spanglass_viewer.values.text_hits import count_message_hits, iter_json_hits, iter_text_hits

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue


@pytest.mark.parametrize(
    ("text", "needle", "places"),
    [("a Refund, REFUND", "refund", [2, 10]), ("aaaa", "aa", [0, 2]), ("straße x", "x", [7]), ("abc", "", []),
     ("", "a", [])],
)  # fmt: skip
def test_places_in_a_text(text: str, needle: str, places: list[int]) -> None:
    assert list(iter_text_hits(text, needle)) == places


def test_paths_in_json_stand_in_reading_order() -> None:
    value: JsonValue = {"a": ["xyz", {"key": "no"}], "Xylo": {"n": 1}, "t": True, "z": "xy"}
    assert [path for path in iter_json_hits(value, "xy") if path is not None] == [("a", 0), ("Xylo",), ("z",)]
    assert [path for path in iter_json_hits(value, "true") if path is not None] == [("t",)]
    assert None in list(iter_json_hits(list(range(1000)), "x"))


def test_all_of_a_message_is_looked_through() -> None:
    call = ToolCall("x", {"q": "x"}, None, ToolResult((TextPart("x x"), ValuePart({"x": 1}))))
    assert count_message_hits(Message("assistant", (ThinkingPart("x"), TextPart("X"), call)), "x") == 7
