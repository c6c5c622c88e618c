"""Marks as they are noted for spans whose rows add up."""

from __future__ import annotations

from typing import Any

import orjson

from spanglass_store.database.columns import PAYLOAD_FIELDS
from spanglass_store.database.fold import SpanState, fold
from spanglass_store.database.json_text import JsonText, dump_text, read_fields
from spanglass_store.database.rows import read_row
from spanglass_store.database.stamps import NOTED_FIELDS, marks_of_rows

SPAN = {"id": "385052b6-50a2-43b4-b52d-9afaa34f0bff", "project_id": "p", "log_id": "g"}
ROWS: list[dict[str, Any]] = [
    {"_stamp": 5, "_is_merge": False, "input": "x", "metrics": {"start": 1.5}, "scores": {}},
    {"_stamp": 7, "_is_merge": True, "output": {"a": 1}, "metrics": {"größe": 1, "b": [1, {"c": 2}]}},
    {"_stamp": 9, "_is_merge": True, "metrics": {"end": 2}, "metadata": {"ü": "é"}, "tags": ["t"]},
    {"_stamp": 12, "_is_merge": True, "metadata": {"model": "m"}},
]


def test_marks_follow_from_what_each_row_said():
    state = fold(SpanState(SPAN["id"]), [read_row(read_fields(orjson.dumps(SPAN | row)), 0) for row in ROWS])
    said = [sum(1 << place for place, row in enumerate(ROWS) if field in row) for field in NOTED_FIELDS]
    lengths = {
        field: [len(orjson.dumps(row[field])) for row in ROWS if field in row]
        for field in ("scores", "metadata", "metrics", "span_attributes")
    }
    assert state.full_stamp == 5
    assert dump_text(state.fields["metadata"]) == '{"ü":"é","model":"m"}'
    texts = {key: JsonText(dump_text(value)) for key, value in state.fields.items()}
    assert marks_of_rows(texts, [7, 9, 12], said, lengths) == state.marks


def test_the_fields_are_noted_in_the_order_of_the_columns():
    assert (*PAYLOAD_FIELDS, "tags") == NOTED_FIELDS
