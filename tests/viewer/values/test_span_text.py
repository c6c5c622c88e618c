from __future__ import annotations

import json

from span_details import make_record

from spanglass_viewer.trace.references import LargeValue
from spanglass_viewer.values.metrics import list_scores, present_metrics
from spanglass_viewer.values.presentation import RowsBlock, TextBlock
from spanglass_viewer.values.span_text import span_as_json, span_as_markdown


def test_the_row_keeps_the_fields_as_they_were_logged() -> None:
    record = make_record(input='{"amount": 42.90, "big": 1e5}', extra='{"origin": {"id": "x"}}', tags=("a",))
    text = span_as_json(record)
    assert '"input": {"amount": 42.90, "big": 1e5}' in text
    row = json.loads(text)
    assert row["origin"] == {"id": "x"}
    assert row["tags"] == ["a"]
    assert row["id"] == record.id
    assert "output" not in row


def test_markdown_cannot_be_broken_out_of() -> None:
    text = span_as_markdown(make_record(name="a`b\n# c", input=json.dumps("x\n```\n# not a title")))
    assert "````text\nx\n```\n# not a title\n````" in text
    assert text.startswith("# Span `a`b # c`\n")


def test_markdown_cuts_what_is_long() -> None:
    text = span_as_markdown(make_record(output=json.dumps("x" * 50_000)))
    assert "30,000 characters left out" in text
    assert len(text) < 21_000


def test_metrics_read_as_people_say_them() -> None:
    block = present_metrics({"tokens": 14210, "start": 0.5, "time_to_first_token": 0.412, "odd": {"a": 1}})
    assert isinstance(block, RowsBlock)
    rows = {name: value.text for name, value in block.rows if isinstance(value, TextBlock)}
    assert rows.pop("start").endswith(":00.500")
    assert rows == {"tokens": "14,210", "time_to_first_token": "412 ms", "odd": '{"a": 1}'}
    assert block.rows[0][0] == "start"


def test_scores_that_are_none() -> None:
    assert list_scores({"a": 0.5, "b": None, "c": True}) == [("a", 0.5), ("b", None), ("c", 1.0)]
    assert list_scores({"a": "good"}) is None
    assert list_scores([1]) is None


def test_what_is_too_large_is_said_to_be_left_out() -> None:
    large = {"input": LargeValue(50_000_000, "d", None)}
    record = make_record(output='"small"')
    row = json.loads(span_as_json(record, large))
    assert (row["input"], row["output"]) == ("(50 MB, left out here)", "small")
    assert "(50 MB, left out here)" in span_as_markdown(record, large)
