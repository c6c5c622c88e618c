from __future__ import annotations

import pytest
from span_details import make_record

from spanglass_viewer.values.annotations import (
    Annotation,
    BadAnnotation,
    annotation_rows,
    as_typed,
    read_annotation,
    undo_rows,
)

NOTHING = {"score_name": "", "score": "", "expected": "", "tags": "", "comment": ""}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ({"score_name": " helpful ", "score": "0.8"}, Annotation(scores={"helpful": 0.8})),
        ({"score_name": "helpful", "score": "80 %"}, Annotation(scores={"helpful": 0.8})),
        ({"score_name": "helpful", "score": "0,5"}, Annotation(scores={"helpful": 0.5})),
        ({"expected": "plain"}, Annotation(expected="plain")),
        ({"expected": '{"a": 1}'}, Annotation(expected={"a": 1})),
        ({"tags": "b, a ,, b"}, Annotation(tags=("b", "a"))),
        ({"comment": " odd \n"}, Annotation(comment="odd")),
        ({"comment": "  "}, Annotation()),
    ],
)
def test_what_is_typed_is_read(typed: dict[str, str], meant: Annotation) -> None:
    assert read_annotation(**{**NOTHING, **typed}) == meant


@pytest.mark.parametrize(
    ("name", "score", "why"),
    [("x", "1.1", "from 0 to 1"), ("x", "-0.1", "from 0 to 1"), ("x", "nan", "from 0 to 1"), ("x", "good", "no number"),
     ("", "1", "needs a name"), ("x", "", "needs a number")],
)  # fmt: skip
def test_what_cannot_be_logged_is_said(name: str, score: str, why: str) -> None:
    with pytest.raises(BadAnnotation, match=why):
        read_annotation(**{**NOTHING, "score_name": name, "score": score})


def test_rows_name_the_span_by_its_container_and_the_window_as_their_source() -> None:
    record = make_record(experiment_id="e", extra='{"log_id": "g", "other": 1}')
    update, comment = annotation_rows(
        record, Annotation({"s": 1.0}, {"a": 1}, ("t",), "odd"), 1_795_442_531_560_000_000
    )
    assert update == {
        "id": "row-1", "_is_merge": True, "created": "2026-11-23T14:02:11.560000+00:00",
        "span_id": record.span_id, "root_span_id": record.root_span_id, "experiment_id": "e", "project_id": "p",
        "log_id": "g", "project_name": "demo", "_audit_source": "app", "scores": {"s": 1.0}, "expected": {"a": 1},
        "_merge_paths": [["expected"]], "tags": ["t"],
    }  # fmt: skip
    assert comment["origin"] == {"id": "row-1"}
    assert comment["comment"] == {"text": "odd"}
    assert comment["experiment_id"] == "e"
    assert comment["id"] != "row-1"


def test_a_comment_and_a_first_expected_value_are_taken_back() -> None:
    annotation = Annotation(comment="odd", expected="new")
    _, said = annotation_rows(make_record(), annotation, 10**18)
    value, comment = undo_rows(make_record(), annotation)
    assert (value["expected"], value["_merge_paths"]) == (None, [["expected"]])
    assert (comment["id"], comment["origin"], comment["_object_delete"]) == (said["id"], said["origin"], True)


def test_what_changed_nothing_offers_no_undo() -> None:
    assert undo_rows(make_record(tags=("t",)), Annotation(tags=("t",))) == []


@pytest.mark.parametrize("value", ["plain", '"true"', '{"a": 1}', "[1, 2]"])
def test_a_value_as_typed_reads_back_as_itself(value: str) -> None:
    logged = value if value.startswith(("{", "[")) else f'"{value}"' if value == "plain" else '"true"'
    typed = as_typed(logged)
    assert as_typed(logged) == typed
    assert read_annotation(**{**NOTHING, "expected": typed}).expected == {
        "plain": "plain", '"true"': "true", '{"a": 1}': {"a": 1}, "[1, 2]": [1, 2],
    }[value]  # fmt: skip
