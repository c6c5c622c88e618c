"""Where a new span hangs."""

from __future__ import annotations

import base64

import pytest

import spanglass
from spanglass_store.links.slugs import ObjectType, SpanSlug, encode_slug


def test_the_current_span_is_the_parent(logger):
    with logger.start_span() as outer:
        assert spanglass.start_span().span_parents == [outer.span_id]
    assert spanglass.start_span().span_parents is None


def test_an_explicit_parent_wins(logger):
    remote = logger.start_span()
    with logger.start_span() as local:
        for start in (spanglass.start_span, local.start_span, logger.start_span):
            span = start(parent=remote.export())
            assert (span.span_parents, span.root_span_id) == ([remote.span_id], remote.root_span_id)
        assert spanglass.start_span(parent=remote).span_parents == [remote.span_id]


@pytest.mark.parametrize("parent", ["", None])
def test_an_empty_parent_is_ignored(logger, parent):
    with logger.start_span() as outer:
        assert spanglass.start_span(parent=parent).span_parents == [outer.span_id]


@pytest.mark.parametrize("slug", ["garbage", "é", base64.b64encode(bytes([9, 9])).decode(), "AAAA"])
def test_a_slug_that_cannot_be_read_starts_a_fresh_root_and_is_said_once(logger, capsys, slug):
    with logger.start_span() as outer:
        for _ in range(2):
            span = spanglass.start_span(parent=slug)
            assert span.span_parents is None
            assert span.root_span_id != outer.root_span_id
    assert capsys.readouterr().err.count("a parent could not be read") == 1


def test_a_slug_that_cannot_be_read_without_a_logger_gives_a_no_op(capsys):
    assert spanglass.start_span(parent="garbage") is spanglass.NOOP_SPAN
    assert "could not be read" in capsys.readouterr().err


def test_a_slug_alone_is_enough_to_record(monkeypatch, store_path, journal, logger):
    """As the guide's server does, which never initialises a logger."""
    exported = logger.start_span(name="client").export()
    spanglass.activity.forget_all()
    monkeypatch.setenv("SPANGLASS_STORE", str(store_path))
    with spanglass.start_span(name="server", parent=exported) as server:
        assert spanglass.start_span(name="below").span_parents == [server.span_id]
    assert journal.span("server")["span_parents"] == [journal.span("client")["span_id"]]
    assert journal.span("server")["project_id"] == logger.id


def test_a_traced_function_with_a_parent_needs_no_logger(monkeypatch, store_path, journal, logger):
    exported = logger.start_span(name="client").export()
    spanglass.activity.forget_all()
    monkeypatch.setenv("SPANGLASS_STORE", str(store_path))

    @spanglass.traced(parent=exported)
    def serve():
        """Return nothing."""

    serve()
    assert journal.span("serve")["root_span_id"] == journal.span("client")["root_span_id"]


def test_the_slug_of_a_container_starts_a_root_there(logger, store_path):
    other = spanglass.init_logger("other", store=store_path, set_current=False)
    span = spanglass.start_span(parent=other.export())
    assert span.span_parents is None
    assert span.container.object_id == other.id != logger.id


def test_a_slug_that_names_its_project_finds_the_same_id(logger):
    slug = encode_slug(SpanSlug(ObjectType.PROJECT_LOGS, object_arguments={"project_name": "tests"}))
    assert spanglass.start_span(parent=slug).container.object_id == logger.id


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ObjectType.EXPERIMENT, {"experiment_id": "o"}),
        (ObjectType.PLAYGROUND, {"prompt_session_id": "o", "log_id": "x"}),
    ],
)
def test_other_containers_are_named_in_the_rows(journal, kind, fields):
    spanglass.start_span(name="s", parent=encode_slug(SpanSlug(kind, object_id="o")))
    row = journal.only_span
    assert {key: row[key] for key in fields} == fields
    assert "project_id" not in row


def test_parent_context_is_for_spans_without_another_parent(logger):
    remote = logger.start_span()
    with spanglass.parent_context(remote.export()):
        below = spanglass.start_span()
        assert below.span_parents == [remote.span_id]
        with below:
            assert spanglass.start_span().span_parents == [below.span_id]
    assert spanglass.start_span().span_parents is None


@pytest.mark.parametrize("parent", ["", None])
def test_an_empty_parent_context_changes_nothing(logger, parent):
    with spanglass.parent_context(parent):
        assert spanglass.start_span().span_parents is None
    assert logger


def test_parents_that_cannot_be_read_are_left_out(logger, capsys):
    left = logger.start_span()
    assert spanglass.start_span(parents=["garbage", left, spanglass.NOOP_SPAN]).span_parents == [left.span_id]
    assert spanglass.start_span(parents=["garbage"]).span_parents is None
    assert "could not be read" in capsys.readouterr().err


def test_parents_of_different_traces_join_the_first(logger):
    first, second = logger.start_span(), logger.start_span()
    join = spanglass.start_span(parents=[second, first])
    assert join.root_span_id == second.root_span_id
    assert join.span_parents == [second.span_id, first.span_id]
