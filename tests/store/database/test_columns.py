from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.database.columns import changed_row, read_state, span_row, time_of
from spanglass_store.database.fold import SpanState, fold
from spanglass_store.database.json_text import JsonText
from spanglass_store.database.rows import read_row
from spanglass_store.database.statements import span_column_names


def columns_of(*lines: dict[str, Any], is_orphaned: bool = False) -> dict[str, Any]:
    """Return the columns of the span that these rows make, by name."""
    rows = [
        read_row({"id": "a", "_stamp": stamp, "_is_merge": stamp > 1, **line}, 1, "p")
        for stamp, line in enumerate(lines, start=1)
    ]
    row = span_row(fold(SpanState("a"), rows), is_orphaned=is_orphaned)
    return dict(zip(span_column_names(), row, strict=True))


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({"tokens": 9, "prompt_tokens": 1}, 9),
        ({"total_tokens": 8}, 8),
        ({"prompt_tokens": 3, "completion_tokens": 4}, 7),
        ({"completion_tokens": 4}, 4),
        ({"tokens": "many"}, None),
        ({"tokens": True}, None),
        ({"tokens": 1e300}, None),
        ({}, None),
    ],
)
def test_tokens(metrics: dict[str, Any], expected: int | None):
    assert columns_of({"metrics": metrics})["tokens"] == expected


def test_scalars_that_people_filter_by():
    found = columns_of(
        {
            "metadata": {"model": "gpt-5"},
            "metrics": {
                "prompt_cached_tokens": 5,
                "completion_reasoning_tokens": 6,
                "time_to_first_token": 0.25,
                "estimated_cost": 0.5,
            },
            "scores": {"good": 1, "unknown": None},
            "tags": ["x", "y"],
            "span_attributes": {"name": "chat", "type": "llm"},
        }
    )
    wanted = ("model", "cached_tokens", "reasoning_tokens", "ttft_secs", "cost", "score_count", "tags", "name", "type")
    assert [found[name] for name in wanted] == ["gpt-5", 5, 6, 0.25, 0.5, 1, ("x", "y"), "chat", "llm"]


def test_values_of_the_wrong_kind_are_no_columns_and_are_kept():
    found = columns_of(
        {"metadata": "text", "metrics": [1], "span_attributes": 5, "project_name": {"odd": 1}, "scores": 3}
    )
    assert (found["model"], found["tokens"], found["name"], found["type"], found["project_name"]) == (
        None,
        None,
        "",
        None,
        None,
    )
    assert (found["metadata"], found["metrics"], found["scores"]) == ('"text"', "[1]", "3")
    assert found["extra"] == '{"project_name":{"odd":1}}'


@pytest.mark.parametrize("moment", [-1, 1e18, "yesterday", None, [], True])
def test_a_start_that_is_no_time_falls_back_to_created(moment: Any):
    found = columns_of({"created": "2026-01-01T00:00:00Z", "metrics": {"start": moment, "end": moment}})
    assert found["start_ts"] == found["created"]
    assert found["end_ts"] is None
    assert found["duration_secs"] is None


def test_an_open_span_of_a_gone_process_is_interrupted():
    assert columns_of({"input": 1}, is_orphaned=True)["is_interrupted"]
    assert not columns_of({"metrics": {"end": 5}}, is_orphaned=True)["is_interrupted"]
    assert not columns_of({"input": 1})["is_interrupted"]


def test_attachments_are_counted_wherever_they_stand():
    reference = {"type": "braintrust_attachment", "key": "k"}
    found = columns_of(
        {
            "input": {"deep": [reference, {"type": "external_attachment"}]},
            "output": 'only text: {"type":"braintrust_attachment"}',
            "metadata": {"file": reference},
        }
    )
    assert found["attachment_count"] == 3


def test_previews_are_one_short_line():
    found = columns_of({"input": "a\n  b\t" + "c" * 5000, "output": {"k": ["v"] * 500}})
    assert found["input_preview"].startswith("a b ccc")
    assert len(found["input_preview"]) == len(found["output_preview"]) == 200


@pytest.mark.parametrize("error", [None, "", False])
def test_no_error(error: Any):
    assert not columns_of({"error": error})["is_error"]


def test_an_error_has_its_headline():
    found = columns_of({"error": "Traceback (most recent call last):\n  File x\na.B: no\n"})
    assert (found["is_error"], found["error_type"], found["error_message"]) == (True, "a.B", "no")


def test_only_updates_make_no_root():
    assert columns_of({"span_parents": None})["is_root"]
    assert not columns_of({"_is_merge": True, "output": 1})["is_root"]
    assert not columns_of({"span_parents": ["b"]})["is_root"]


def test_old_rows_name_their_parent_by_row_id():
    assert columns_of({"_parent_id": "b"})["span_parents"] == ("b",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01+00:00", 1_000_000),
        ("1970-01-01T01:00:00.000001+01:00", 1),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01T00:00:00.5Z", 500_000),
        ("soon", None),
        ("0001-01-01T00:00:00+14:00", None),
        (None, None),
        (7, 7),
    ],
)
def test_times(text: Any, expected: int | None):
    assert time_of(text) == expected


def test_a_name_with_lone_surrogates_can_be_stored():
    assert columns_of({"span_attributes": JsonText('{"name":"a\\ud800b"}')})["name"] == "a?b"


def test_a_state_without_anything_said_survives_its_columns():
    state = fold(SpanState("a"), [read_row({"id": "a", "_stamp": 5_000, "_is_merge": True}, 1, "p")])
    values = dict(zip(span_column_names(), span_row(state, is_orphaned=False), strict=True))
    assert (values["span_id"], values["root_span_id"], values["name"]) == ("a", "a", "")
    again = read_state(("a", "", "a", "a", [], 5, [], *[None] * 13, None, "p", values["stamps"]))
    assert again.identity == {"process": "p"}


@pytest.mark.parametrize(
    "moment",
    ["1.8e302", "-1.8e302", "1e400", pytest.param("1" + "0" * 400, id="401 digits"), "253402300800", "true", '"1"'],
)
def test_a_moment_that_is_none_leaves_the_span_where_it_was_filed(moment: str):
    metrics = JsonText(f'{{"start":{moment},"end":{moment}}}')
    found = columns_of({"created": "2026-01-01T00:00:00+00:00", "metrics": metrics})
    assert found["start_ts"] == found["created"]
    assert found["end_ts"] is found["duration_secs"] is None


_values = st.one_of(st.none(), st.integers(0, 9), st.text(max_size=3), st.lists(st.booleans(), max_size=2))
_said = st.fixed_dictionaries(
    {},
    optional={
        "input": _values,
        "output": st.one_of(_values, st.just({"type": "braintrust_attachment", "key": "k"})),
        "error": st.sampled_from(["ValueError: no", {"message": "no"}]),
        "metadata": st.dictionaries(st.sampled_from(["a", "model"]), _values, max_size=2),
        "metrics": st.dictionaries(
            st.sampled_from(["start", "end", "tokens", "total_tokens", "completion_tokens", "cost"]),
            st.one_of(st.integers(1, 2_000_000_000), st.floats(allow_nan=False), st.booleans()),
        ),
        "scores": st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(st.none(), st.floats(0, 1)), max_size=2),
        "span_attributes": st.dictionaries(st.sampled_from(["name", "type"]), _values, max_size=2),
        "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True),
        "project_name": _values,
        "note": _values,
    },
)


@given(_said, st.lists(_said, min_size=1, max_size=3), st.booleans())
def test_a_row_that_is_changed_is_the_row_that_is_made_anew(
    first: dict[str, Any], updates: list[dict[str, Any]], is_orphaned: bool
):
    rows = [
        read_row({"id": "a", "_stamp": stamp, "_is_merge": stamp > 1, **line}, 1, "p")
        for stamp, line in enumerate([first, *updates], start=1)
    ]
    state = fold(SpanState("a"), rows[:1])
    row = span_row(state, is_orphaned=is_orphaned)
    for update in rows[1:]:
        fold(state, [update])
        row = changed_row(row, state, update.fields, is_orphaned=is_orphaned)
        assert row == span_row(state, is_orphaned=is_orphaned)
