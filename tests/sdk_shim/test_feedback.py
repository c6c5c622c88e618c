"""What is said of a span afterwards."""

from __future__ import annotations

import pytest

import spanglass
from spanglass_store.database.reader import open_store
from spanglass_store.journal.lines import LineKind


def test_feedback_merges_into_the_span(logger, journal):
    span = logger.start_span(name="s", tags=["a"])
    logger.log_feedback(span.id, scores={"good": True}, expected="e", tags=["b"], metadata={"by": "me"}, source="app")
    row = journal.rows[-1]
    assert (row["id"], row["_is_merge"], row["project_id"]) == (span.id, True, logger.id)
    assert (row["scores"], row["expected"], row["tags"]) == ({"good": 1}, "e", ["b"])
    assert (row["_audit_source"], row["_audit_metadata"]) == ("app", {"by": "me"})
    assert "metadata" not in row
    assert "created" not in row  # a start that is not known is not made up
    assert journal.lines(LineKind.COMMENT) == []


def test_a_comment_is_a_row_of_its_own(logger, journal):
    span = logger.start_span(name="s")
    rows = len(journal.rows)
    span.log_feedback(comment='well "done"')
    (comment,) = journal.lines(LineKind.COMMENT)
    assert comment["origin"] == {"id": span.id}
    assert comment["comment"] == {"text": 'well "done"'}
    assert comment["_audit_source"] == "external"
    assert comment["project_id"] == logger.id
    assert comment["id"] != span.id
    assert comment["created"]
    assert len(journal.rows) == rows


def test_a_comment_is_read_back_beside_its_span_and_is_none(logger, store_path):
    span = logger.start_span(name="s")
    span.end()
    logger.log_feedback(span.id, comment="fine", scores={"good": 1})
    with open_store(store_path) as store:
        assert [comment.text for comment in store.list_comments(span.id)] == ["fine"]
        assert len(list(store.iter_spans())) == 1


def test_feedback_by_an_experiment_counts_in_its_summary(store_path):
    experiment = spanglass.init("p", "e", store=store_path)
    row_id = experiment.log(input=1, output=2, scores={"good": 0})
    experiment.log_feedback(row_id, scores={"good": 1})
    experiment.log_feedback("another row", scores={"good": 0.5})
    assert experiment.summarize().scores["good"].score == 0.75


@pytest.mark.parametrize(
    ("feedback", "sentence"),
    [
        ({}, "at least one of scores, expected, tags and comment"),
        ({"metadata": {"a": 1}}, "at least one of"),
        ({"scores": {"s": 2}}, "between 0 and 1"),
        ({"tags": "t"}, "tags must be a list"),
        ({"comment": "c", "source": "me"}, "source must be one of external, app, api"),
        ({"comment": "c", "metadata": 1}, "metadata must be a dictionary"),
        ({"comment": 1}, "comment must be a string"),
    ],
)
def test_misuse_raises_and_writes_nothing(logger, journal, feedback, sentence):
    with pytest.raises(ValueError, match=sentence):
        logger.log_feedback("row", **feedback)
    assert journal.rows == []


def test_a_no_op_span_takes_feedback():
    spanglass.NOOP_SPAN.log_feedback(comment="c")
