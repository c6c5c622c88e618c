"""Spans: their rows, what is logged on them, how they end."""

from __future__ import annotations

import datetime as dt
import inspect
import time
import traceback
import uuid

import pytest

import spanglass
from spanglass.span import NoopSpan, Span
from spanglass_store.links.addresses import parse_address
from spanglass_store.links.slugs import ObjectType, decode_slug


def test_the_first_row_is_written_when_the_span_starts(logger, journal):
    before = time.time()
    span = logger.start_span(name="outer", type="llm", input={"q": 1}, metadata={"u": 1})
    (row,) = journal.rows
    assert row["id"] == span.id
    assert row["_is_merge"] is False
    assert row["project_id"] == logger.id
    assert row["project_name"] == "tests"
    assert row["log_id"] == "g"
    assert (row["span_id"], row["root_span_id"], row["span_parents"]) == (span.span_id, span.root_span_id, None)
    assert row["span_attributes"]["name"] == "outer"
    assert row["span_attributes"]["type"] == "llm"
    assert row["span_attributes"]["exec_counter"] > 0
    assert (row["input"], row["metadata"]) == ({"q": 1}, {"u": 1})
    assert before <= row["metrics"]["start"] <= time.time()
    assert before - 1e-3 <= dt.datetime.fromisoformat(row["created"]).timestamp() <= time.time()
    assert "end" not in row["metrics"]


def test_ids_are_those_of_trace_context(logger):
    span = logger.start_span()
    assert len(span.span_id) == 16
    assert len(span.root_span_id) == 32
    assert set(span.span_id + span.root_span_id) <= set("0123456789abcdef")
    assert uuid.UUID(span.id).version == 4
    assert len({span.id, span.span_id, span.root_span_id}) == 3


def test_legacy_ids_are_uuids_and_the_root_names_the_trace(monkeypatch, store_path):
    monkeypatch.setenv("BRAINTRUST_LEGACY_IDS", "1")
    logger = spanglass.init_logger("tests", store=store_path)
    root = logger.start_span()
    assert root.root_span_id == root.span_id
    assert str(uuid.UUID(root.span_id)) == root.span_id
    child = root.start_span()
    assert child.root_span_id == root.span_id != child.span_id
    assert decode_slug(child.export()).span_id == child.span_id


def test_a_child_names_its_parent_and_shares_the_trace(logger, journal):
    root = logger.start_span(name="root")
    child = root.start_span(name="child")
    assert child.span_parents == [root.span_id]
    assert child.root_span_id == root.root_span_id
    assert journal.span("child")["span_parents"] == [root.span_id]


def test_later_rows_merge_and_hold_only_what_is_new(logger, journal):
    span = logger.start_span(name="s", input=1)
    span.log(output=2, metadata={"a": 1})
    span.end()
    first, logged, ended = journal.rows
    same = ("id", "span_id", "root_span_id", "created", "project_id", "log_id")
    for row in (logged, ended):
        assert row["_is_merge"] is True
        assert {key: row[key] for key in same} == {key: first[key] for key in same}
        assert "input" not in row
        assert "span_attributes" not in row
        assert "span_parents" not in row
    assert (logged["output"], logged["metadata"]) == (2, {"a": 1})
    assert set(ended["metrics"]) == {"end"}
    assert first["_stamp"] < logged["_stamp"] < ended["_stamp"]


def test_a_value_is_logged_as_it_was_at_the_call(logger, journal):
    value = {"list": [1]}
    span = logger.start_span(name="s", input=value)
    value["list"].append(2)
    span.log(output=value)
    value["list"].append(3)
    assert journal.only_span["input"] == {"list": [1]}
    assert journal.only_span["output"] == {"list": [1, 2]}


def test_a_top_level_none_is_ignored_and_a_nested_one_kept(logger, journal):
    logger.start_span(name="s", input=None, metadata={"a": None})
    assert "input" not in journal.only_span
    assert journal.only_span["metadata"] == {"a": None}


def test_default_names_and_types(logger, journal):
    with logger.start_span() as root, root.start_span():
        pass
    assert journal.span("root")["span_attributes"]["type"] == "task"
    (child,) = [span for span in journal.spans.values() if span["span_parents"]]
    line = child["context"]["caller_lineno"]
    assert child["span_attributes"]["name"] == f"test_default_names_and_types:test_span.py:{line}"
    assert "type" not in child["span_attributes"]


def test_an_unknown_type_and_further_attributes_are_kept(logger, journal):
    logger.start_span(name="s", type="hologram", span_attributes={"purpose": "scorer", "x": [1]})
    attributes = journal.only_span["span_attributes"]
    assert (attributes["type"], attributes["purpose"], attributes["x"]) == ("hologram", "scorer", [1])


def test_the_context_is_the_users_frame(logger, journal):
    logger.start_span(name="s")
    context = journal.only_span["context"]
    assert context["caller_functionname"] == "test_the_context_is_the_users_frame"
    assert context["caller_filename"] == __file__
    assert context["caller_lineno"] > 1


def test_a_logged_context_goes_with_the_callers(logger, journal):
    logger.start_span(name="s", context={"request": 7})
    assert journal.only_span["context"]["request"] == 7
    assert journal.only_span["context"]["caller_functionname"]


def test_set_attributes_renames(logger, journal):
    span = logger.start_span(name="before", type="task")
    span.set_attributes(name="after", span_attributes={"x": 1})
    assert span.name == "after"
    attributes = journal.only_span["span_attributes"]
    assert (attributes["name"], attributes["type"], attributes["x"]) == ("after", "task", 1)


def test_end_returns_the_time_and_holds_it(logger, journal):
    span = logger.start_span(name="s")
    ended = span.end()
    assert span.end() == span.end(7.0) == span.close() == ended
    assert journal.only_span["metrics"]["end"] == ended
    assert len(journal.rows) == 2


def test_times_may_be_given(logger, journal):
    span = logger.start_span(name="s", start_time=100.5)
    assert span.end(200.25) == 200.25
    assert journal.only_span["metrics"] == {"start": 100.5, "end": 200.25}


def test_logged_times_win(logger, journal):
    with logger.start_span(name="s") as span:
        span.log(metrics={"start": 1.5, "end": 2.5, "tokens": 3})
    assert journal.only_span["metrics"] == {"start": 1.5, "end": 2.5, "tokens": 3}
    assert span.end() == 2.5
    early = logger.start_span(name="early", metrics={"start": 3.5})
    early.end(4.5)
    assert journal.span("early")["metrics"] == {"start": 3.5, "end": 4.5}


def test_logging_after_the_end_works(logger, journal):
    span = logger.start_span(name="s")
    span.end()
    span.log(scores={"late": 0.5})
    assert journal.only_span["scores"] == {"late": 0.5}


def test_a_row_id_may_be_given(logger, journal):
    span = logger.start_span(name="s", id='own "id"')
    assert span.id == 'own "id"'
    span.log(output=1)
    assert journal.only_span["id"] == 'own "id"'
    assert journal.only_span["output"] == 1


def test_the_reserved_fields_are_not_the_programs_to_log(logger, journal):
    span = logger.start_span(name="s")
    span.log(span_id="x", root_span_id="y", created="z", id="w", output=1)
    assert journal.only_span["span_id"] == span.span_id
    assert journal.only_span["id"] == span.id


def test_a_context_manager_makes_the_span_current_and_ends_it(logger, journal):
    with logger.start_span(name="s") as span:
        assert spanglass.current_span() is span
    assert spanglass.current_span() is spanglass.NOOP_SPAN
    assert journal.only_span["metrics"]["end"] >= journal.only_span["metrics"]["start"]


def test_set_current_false_leaves_what_is_current(logger):
    with logger.start_span(set_current=False):
        assert spanglass.current_span() is spanglass.NOOP_SPAN


def test_a_span_is_made_current_by_hand(logger):
    outer, inner = logger.start_span(name="outer"), logger.start_span(name="inner")
    outer.set_current()
    inner.set_current()
    assert spanglass.current_span() is inner
    inner.unset_current()
    assert spanglass.current_span() is outer
    outer.unset_current()
    assert spanglass.current_span() is spanglass.NOOP_SPAN


def test_an_exception_is_logged_as_python_prints_it_and_goes_on(logger, journal):
    with pytest.raises(KeyError, match="missing") as caught, logger.start_span(name="s"):
        raise KeyError("missing")
    assert journal.only_span["error"] == "".join(traceback.format_exception(caught.value))
    assert journal.only_span["metrics"]["end"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_whatever_ends_a_span_is_its_error(logger, journal, kind):
    with pytest.raises(kind), logger.start_span(name="s"):
        raise kind
    assert journal.only_span["error"].strip().endswith(kind.__name__)


def test_any_json_may_be_logged_as_error(logger, journal):
    logger.start_span(name="s").log(error={"code": 504})
    assert journal.only_span["error"] == {"code": 504}


def test_a_propagated_event_reaches_all_descendants(logger, journal):
    root = logger.start_span(name="root", propagated_event={"metadata": {"tenant": 7}}, metadata={"own": 1})
    child = root.start_span(name="child")
    spanglass.start_span(name="remote", parent=child.export()).end()
    assert journal.span("root")["metadata"] == {"own": 1, "tenant": 7}
    assert journal.span("child")["metadata"] == {"tenant": 7}
    assert journal.span("remote")["metadata"] == {"tenant": 7}


def test_export_and_permalink_name_the_span(logger):
    span = logger.start_span(name="s")
    slug = decode_slug(span.export())
    assert slug.object_type is ObjectType.PROJECT_LOGS
    assert (slug.object_id, slug.row_id) == (logger.id, span.id)
    assert (slug.span_id, slug.root_span_id) == (span.span_id, span.root_span_id)
    address = parse_address(span.permalink())
    assert (address.root_span_id, address.span_id) == (span.root_span_id, span.span_id)
    assert address.store_id == logger.container.recorder.store.id
    assert span.link() == span.permalink() == spanglass.permalink(span.export())


def test_a_span_inside_a_value_is_a_marker(logger, journal):
    span = logger.start_span(name="s")
    span.log(output={"span": span, "logger": logger, "none": spanglass.NOOP_SPAN})
    assert journal.only_span["output"] == {"span": "<span>", "logger": "<logger>", "none": "<span>"}


@pytest.mark.parametrize(
    "event",
    [
        {"scores": {"a": 1.5}},
        {"metrics": {"a": "x"}},
        {"metadata": ["x"]},
        {"tags": ["a", "a"]},
    ],
)
def test_misuse_raises_at_the_call_and_writes_nothing(logger, journal, event):
    with pytest.raises(ValueError, match="must"):
        logger.start_span(**event)
    span = logger.start_span(name="s")
    with pytest.raises(ValueError, match="must"):
        span.log(**event)
    assert len(journal.rows) == 1


def test_a_span_with_several_parents_joins_them(logger, journal):
    with logger.start_span(name="root") as root:
        left, right = root.start_span(name="left"), root.start_span(name="right")
        spanglass.start_span(name="join", parents=[left, right.export(), left, ""]).end()
    join = journal.span("join")
    assert join["span_parents"] == [left.span_id, right.span_id]
    assert join["root_span_id"] == root.root_span_id


def test_the_no_op_span_takes_every_call(capsys):
    span = spanglass.start_span(name="s", input=1)
    assert span is spanglass.NOOP_SPAN
    assert isinstance(span, Span)
    with span as entered:
        entered.log(output=1)
        assert entered.start_span("child") is span
    assert isinstance(span.end(), float)
    assert span.close(7.0) == 7.0
    assert (span.id, span.span_id, span.export(), span.permalink(), span.link()) == ("", "", "", "", "")
    span.set_attributes(name="x")
    span.set_current()
    assert spanglass.current_span() is span
    span.unset_current()
    span.flush()
    assert capsys.readouterr().err == ""


def test_the_no_op_span_does_nothing_in_every_public_method():
    writes = {"log", "set_attributes", "close", "link"}  # these go through methods that do nothing
    public = {name for name, value in vars(Span).items() if inspect.isfunction(value) and not name.startswith("_")}
    assert public - set(vars(NoopSpan)) == writes


def test_an_exception_passes_through_the_no_op_span():
    with pytest.raises(ZeroDivisionError), spanglass.start_span():
        _ = 1 / 0


def test_propagated_attributes_stand_beside_the_spans_own(logger, journal):
    event = {"span_attributes": {"purpose": "scorer"}, "metadata": {"run": 1}}
    with logger.start_span(name="outer", propagated_event=event, span_attributes={"own": 1}):
        spanglass.start_span(name="inner", type="tool")
    for name, own in (("outer", {"type": "task", "own": 1}), ("inner", {"type": "tool"})):
        attributes = journal.span(name)["span_attributes"]
        assert {**own, "name": name, "purpose": "scorer"}.items() <= attributes.items()
    rows = [path.read_text() for path in (journal.store / "journal").iterdir()]
    assert max(line.count('"span_attributes"') for text in rows for line in text.splitlines()) == 1
