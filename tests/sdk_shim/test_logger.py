"""The logger."""

from __future__ import annotations

import pytest

import spanglass
from spanglass_store.links.slugs import SpanSlug, decode_slug


def test_a_logged_row_is_a_root_span_of_its_own(logger, journal):
    with logger.start_span(name="around"):
        row_id = logger.log(
            input={"q": 1},
            output="a",
            expected="b",
            tags=["t"],
            scores={"s": 0.5},
            metadata={"m": 1},
            metrics={"tokens": 3},
        )
    span = journal.spans[row_id]
    assert span["span_attributes"]["name"] == "root"
    assert span["span_attributes"]["type"] == "task"
    assert span["span_parents"] is None
    assert (span["input"], span["output"], span["expected"]) == ({"q": 1}, "a", "b")
    assert (span["tags"], span["scores"], span["metadata"]) == (["t"], {"s": 0.5}, {"m": 1})
    assert span["metrics"]["tokens"] == 3
    assert span["metrics"]["end"] >= span["metrics"]["start"]
    assert len([row for row in journal.rows if row["id"] == row_id]) == 1
    assert span["context"]["caller_functionname"] == "test_a_logged_row_is_a_root_span_of_its_own"


def test_a_logged_row_keeps_the_id_and_times_that_it_is_given(logger, journal):
    assert logger.log(input=1, id="mine", metrics={"start": 1.0, "end": 2.0}) == "mine"
    assert journal.spans["mine"]["metrics"] == {"start": 1.0, "end": 2.0}


def test_a_malformed_row_raises(logger, journal):
    with pytest.raises(ValueError, match="scores must be between 0 and 1"):
        logger.log(scores={"s": 2})
    with pytest.raises(ValueError, match="metrics must be a dictionary"):
        logger.log(metrics=[1])
    assert journal.rows == []


def test_a_project_has_one_id_in_a_store(store_path, tmp_path):
    first = spanglass.init_logger("demo", store=store_path)
    assert spanglass.init_logger("demo", store=store_path).id == first.id
    assert spanglass.init_logger("other", store=store_path).id != first.id
    assert spanglass.init_logger("demo", store=tmp_path / "elsewhere").id != first.id


def test_a_project_may_be_named_by_its_id(store_path):
    logger = spanglass.init_logger(project_id="p-1", store=store_path)
    assert logger.id == "p-1"
    assert "project_name" not in logger.container.fields_json


def test_without_a_name_there_is_a_default_project(store_path):
    assert '"project_name":"default"' in spanglass.init_logger(store=store_path).container.fields_json


def test_a_hostile_project_name_makes_whole_rows(store_path):
    logger = spanglass.init_logger('a "b"\n\\ {é}', store=store_path)
    logger.log(input=1)
    (segment,) = (store_path / "journal").iterdir()
    assert b'"project_name":"a \\"b\\"\\n\\\\ {\xc3\xa9}"' in segment.read_bytes()


def test_arguments_of_accounts_are_taken_and_not_used(store_path):
    logger = spanglass.init_logger(
        "demo", None, True, "https://x", "key", "org", True, environment=object(), store=store_path
    )
    assert spanglass.current_logger() is logger


def test_export_names_the_container(logger):
    assert decode_slug(logger.export()) == SpanSlug(logger.container.object_type, logger.id)


def test_a_logger_is_a_context_manager(store_path):
    with spanglass.init_logger("demo", store=store_path) as logger:
        logger.log(input=1)
    logger.flush()


def test_two_loggers_of_one_store_share_its_segment(store_path):
    for name in ("a", "b"):
        spanglass.init_logger(name, store=store_path).log(input=1)
    assert len(list((store_path / "journal").iterdir())) == 1


def test_loggers_of_two_stores_write_to_both(store_path, tmp_path):
    for store in (store_path, tmp_path / "other"):
        spanglass.init_logger("a", store=store).log(input=1)
        assert len(list((store / "journal").iterdir())) == 1
