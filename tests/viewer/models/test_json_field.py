from __future__ import annotations

from typing import Any

import pytest

from spanglass_viewer.models.json_field import field_of_path, find_path
from spanglass_viewer.models.json_tree import Inside, JsonPath

VALUE: Any = {"choices": [{"text": "a"}, {"arguments": '{"city": ["Oslo"]}'}], "0": "zero"}


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("choices", ("choices",)),
        ("choices.1.arguments", ("choices", 1, "arguments")),
        ("choices.1.arguments.city.0", ("choices", 1, "arguments", Inside.TEXT, "city", 0)),
        ("0", ("0",)),
        ("choices.2", None),
        ("choices.-1", None),
        ("choices.0.text.more", None),
        ("nothing", None),
    ],
)
def test_the_words_of_a_link_lead_into_a_value(field: str, path: JsonPath | None) -> None:
    assert find_path(VALUE, field.split(".")) == path
    if path is not None:
        assert field_of_path("Output", path) == f"output.{field}"


@pytest.mark.parametrize("key", ["a.b", "", "ä", "a b", "k" * 65, "a&span=x"])
def test_a_key_that_no_link_can_hold_has_none(key: str) -> None:
    assert field_of_path("Output", (key,)) is None
