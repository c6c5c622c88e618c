"""The public test doubles."""

from __future__ import annotations

import concurrent.futures

import pytest

import spanglass
from spanglass import failures, identifiers
from spanglass.testing import SteppingClock, captured_spans, counting_digits


def run_program(store):
    """Trace as a program does that knows nothing of the test."""
    spanglass.init_logger("the program's", store=store)
    with spanglass.start_span(name="outer", tags=["a"], input={"q": 1}) as outer:
        spanglass.traced(name="inner")(lambda number: number + 1)(1)
        outer.log(tags=["b", "a"], metadata={"m": {"x": 1}})
        outer.log(metadata={"m": {"y": 2}}, output=None)
        outer.log_feedback(comment="fine")


def test_whole_spans_can_be_compared(store_path):
    captures = []
    for _ in range(2):
        with captured_spans() as captured:
            run_program(store_path)
            captures.append((captured.spans, captured.rows, captured.comments))
    assert captures[0] == captures[1]
    assert not store_path.exists()


def test_a_span_has_all_its_rows_put_together(store_path):
    with captured_spans() as captured:
        run_program(store_path)
    outer, inner = captured.spans
    assert captured.get_span("outer") == outer
    assert (outer["span_id"], outer["id"]) == ("0000000000000001", "00000000-0000-4000-8000-000000000001")
    assert outer["created"] == "2026-01-01T00:00:00.000000+00:00"
    assert outer["span_parents"] is None
    assert (outer["tags"], outer["input"], outer["metadata"]) == (["a", "b"], {"q": 1}, {"m": {"x": 1, "y": 2}})
    assert outer["project_name"] == "the program's"
    assert outer["span_attributes"]["exec_counter"] == 1
    assert outer["metrics"]["end"] > inner["metrics"]["end"] > inner["metrics"]["start"] > outer["metrics"]["start"]
    assert inner["span_parents"] == [outer["span_id"]]
    assert captured.comments[0]["origin"] == {"id": outer["id"]}
    assert "_is_merge" not in outer
    assert len(captured.rows) > 2


def test_attachments_are_captured():
    with captured_spans() as captured:
        attachment = spanglass.Attachment(data=b"bytes", filename="f", content_type="x/y")
        captured.logger.log(input=attachment)
        assert [state["state"] for state in captured.attachments] == ["uploading", "done"]
        assert spanglass.ReadonlyAttachment(attachment.reference).status()["upload_status"] == "error"


def test_spans_are_found_by_name():
    with captured_spans("named") as captured:
        for _ in range(2):
            spanglass.start_span(name="twice").end()
        spanglass.start_span(name="once").end()
        assert len(captured.list_spans("twice")) == 2
        assert captured.get_span("once")["project_name"] == "named"
        for name in ("twice", "never"):
            with pytest.raises(LookupError, match=f"'{name}'; there are .'twice', 'twice', 'once'"):
                captured.get_span(name)
        captured.clear()
        assert captured.spans == []


def test_a_row_that_replaces_replaces():
    with captured_spans() as captured:
        captured.logger.log(id="same", input=1)
        captured.logger.log(id="same", output=2)
    (only,) = captured.spans
    assert "input" not in only


def test_everything_is_as_before_afterwards(logger, journal):
    counter = identifiers.exec_counter
    with logger.start_span(name="around") as around:
        with captured_spans() as captured:
            assert spanglass.current_span() is spanglass.NOOP_SPAN
            assert spanglass.start_span(name="captured").span_parents is None
            spanglass.set_masking_function(lambda _: "masked")
            spanglass.init("an experiment")
        assert spanglass.current_span() is around
        assert spanglass.current_logger() is logger
        assert spanglass.current_experiment() is None
        spanglass.start_span(name="after", input="plain").end()
    assert identifiers.exec_counter is counter
    assert [span["span_attributes"]["name"] for span in captured.spans] == ["captured"]
    assert journal.span("after")["input"] == "plain"
    assert len(journal.span("after")["span_id"]) == 16
    assert journal.span("after")["span_id"] != "0000000000000002"


def test_without_a_logger_before_there_is_none_afterwards():
    with captured_spans():
        assert spanglass.current_logger() is not None
    assert spanglass.current_logger() is None
    assert spanglass.start_span() is spanglass.NOOP_SPAN


def test_threads_are_captured():
    with captured_spans() as captured, concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: spanglass.start_span(name=str(number)).end(), range(200)))
    assert len({span["span_id"] for span in captured.spans}) == 200


def test_a_fault_of_our_own_is_raised(monkeypatch):
    monkeypatch.setattr(failures, "raises_internal_faults", False)
    with captured_spans() as captured:
        monkeypatch.setattr(captured.logger.container.recorder, "record", None, raising=False)
        with pytest.raises(TypeError):
            spanglass.start_span()
    assert failures.raises_internal_faults is False


def test_the_clock_is_the_tests_own():
    clock = SteppingClock(start_ns=10**18, step_ns=0)
    with captured_spans(read_ns=clock, draw_digits=counting_digits()) as captured:
        span = spanglass.start_span(name="s")
        clock.advance(1.5)
        assert span.end() == 1_000_000_001.5
    assert captured.spans[0]["metrics"] == {"start": 1_000_000_000.0, "end": 1_000_000_001.5}


def test_legacy_ids_are_legacy_here_too(monkeypatch):
    monkeypatch.setenv("BRAINTRUST_LEGACY_IDS", "1")
    with captured_spans():
        span = spanglass.start_span()
    assert span.root_span_id == span.span_id == "00000000-0000-4000-8000-000000000001"
