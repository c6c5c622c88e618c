"""W3C Trace Context: a trace goes on in another service by the headers of a request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanglass

TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-01"


def test_headers_name_the_span_and_its_project(logger):
    span = logger.start_span()
    assert span.inject() == {
        "traceparent": f"00-{span.root_span_id}-{span.span_id}-01",
        "baggage": "braintrust.parent=project_name%3Atests",
    }
    assert spanglass.inject_trace_context(span=span) == span.inject()


def test_the_current_span_is_injected_into_the_carrier_itself(logger):
    carrier = {"accept": "*/*"}
    assert spanglass.inject_trace_context(carrier) is carrier
    assert carrier == {"accept": "*/*"}
    with logger.start_span() as span:
        spanglass.inject_trace_context(carrier)
    assert carrier["traceparent"].split("-")[2] == span.span_id


def test_other_containers_have_other_names(store_path):
    by_id = spanglass.init_logger(project_id="p/1", store=store_path, set_current=False)
    experiment = spanglass.init("p", "e", store=store_path, set_current=False)
    assert by_id.start_span().inject()["baggage"] == "braintrust.parent=project_id%3Ap%2F1"
    assert experiment.start_span().inject()["baggage"] == f"braintrust.parent=experiment_id%3A{experiment.id}"


def test_a_span_below_the_headers_is_below_the_span(logger, journal):
    client = logger.start_span(name="client")
    headers = spanglass.extract_trace_context(client.inject({"accept": "*/*"}))
    assert set(headers) == {"traceparent", "baggage"}
    for start in (spanglass.start_span, logger.start_span, spanglass.start_span().start_span):
        server = start(name="server", parent=headers)
        assert (server.span_parents, server.root_span_id) == ([client.span_id], client.root_span_id)
        assert server.container.object_id == logger.id
    with spanglass.parent_context(headers):
        assert spanglass.start_span().span_parents == [client.span_id]
    assert spanglass.start_span(parents=[headers]).span_parents == [client.span_id]
    assert journal.rows[-1]["project_name"] == "tests"


def test_a_traced_function_takes_headers_as_its_parent(journal):
    spanglass.traced(name="serve", parent={"traceparent": TRACEPARENT})(lambda: None)()
    assert journal.span("serve")["span_parents"] == ["b" * 16]


def test_the_baggage_says_where_the_trace_is_logged(logger, journal, store_path):
    other = spanglass.init_logger("the other", store=store_path, set_current=False)
    headers = {"traceparent": TRACEPARENT, "baggage": "x=1 , braintrust.parent=project_name%3Athe%20other;p=1"}
    assert spanglass.start_span(parent=headers).container.object_id == other.id
    headers["baggage"] = "braintrust.parent=experiment_id%3Ae-1"
    spanglass.start_span(name="in experiment", parent=headers)
    assert journal.span("in experiment")["experiment_id"] == "e-1"
    assert logger


def test_headers_without_baggage_go_to_the_current_logger(logger):
    span = spanglass.start_span(parent={"Traceparent": TRACEPARENT})
    assert (span.root_span_id, span.span_parents) == ("a" * 32, ["b" * 16])
    assert span.container.object_id == logger.id


def test_headers_are_enough_to_record(monkeypatch, store_path):
    monkeypatch.setenv("SPANGLASS_STORE", str(store_path))
    headers = {"traceparent": TRACEPARENT, "baggage": "braintrust.parent=project_name%3Ap"}
    with spanglass.start_span(parent=headers) as server:
        assert spanglass.start_span().span_parents == [server.span_id]


def test_headers_that_name_no_project_record_nothing_without_a_logger(capsys):
    assert spanglass.start_span(parent={"traceparent": TRACEPARENT}) is spanglass.NOOP_SPAN
    assert "name no project" in capsys.readouterr().err


@pytest.mark.parametrize("parent", [7, object(), ["traceparent"], b"bytes"])
def test_a_parent_that_is_neither_slug_nor_headers_is_said_and_never_raises(logger, capsys, parent):
    with logger.start_span():
        assert spanglass.start_span(parent=parent).span_parents is None
        assert spanglass.get_span_parent_object(parent) is logger
    assert "neither an exported span nor headers" in capsys.readouterr().err


@pytest.mark.parametrize("headers", [{"traceparent": "garbage"}, {"accept": "*/*"}])
def test_headers_that_name_no_span_start_a_fresh_root_and_are_said_once(logger, capsys, headers):
    with logger.start_span():
        for _ in range(2):
            assert spanglass.start_span(parent=headers).span_parents is None
    assert capsys.readouterr().err.count("hold no traceparent") == 1


def test_baggage_of_an_unknown_kind_is_ignored(logger, capsys):
    headers = {"traceparent": TRACEPARENT, "baggage": "braintrust.parent=galaxy%3Aone"}
    assert spanglass.start_span(parent=headers).container.object_id == logger.id
    assert "'galaxy'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "garbage",
        f"ff-{'a' * 32}-{'b' * 16}-01",
        f"00-{'0' * 32}-{'b' * 16}-01",
        f"00-{'a' * 32}-{'0' * 16}-01",
        f"00-{'A' * 32}-{'b' * 16}-01",
        f"00-{'a' * 31}-{'b' * 16}-01",
        TRACEPARENT + "\n",
    ],
)
def test_a_traceparent_that_is_none_is_not_extracted(traceparent):
    assert spanglass.extract_trace_context({"traceparent": traceparent, "baggage": "a=b"}) is None


def test_a_traceparent_of_a_later_version_is_read():
    headers = {"traceparent": f"01-{'a' * 32}-{'b' * 16}-01-more", "x": "y"}
    assert spanglass.extract_trace_context(headers) == {"traceparent": headers["traceparent"]}


def test_tracestate_and_baggage_are_passed_on(logger):
    headers = {"traceparent": TRACEPARENT, "tracestate": "v=1", "baggage": "a=%20;p , b =c"}
    span = spanglass.start_span(parent=headers)
    for passed_on in (span.inject(), span.start_span().inject()):
        assert passed_on["tracestate"] == "v=1"
        assert passed_on["baggage"] == "a=%20;p , b =c,braintrust.parent=project_name%3Atests"
    assert "tracestate" not in logger.start_span().inject()


def test_an_older_parent_in_the_baggage_is_replaced_whatever_the_case_of_the_header(logger):
    carrier = {"Baggage": "a=1, braintrust.parent=project_id%3Aold;x,b=2", "TraceParent": "old"}
    logger.start_span().inject(carrier)
    assert carrier["baggage"] == "a=1,b=2,braintrust.parent=project_name%3Atests"
    assert set(carrier) == {"baggage", "traceparent"}


member = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=","), min_size=1)


@given(st.lists(member.filter(lambda text: "braintrust" not in text), min_size=1).map(",".join))
def test_foreign_baggage_is_kept_byte_for_byte(logger, baggage):
    span = logger.start_span()
    injected = span.inject({"baggage": baggage})["baggage"]
    assert injected.startswith(baggage + ",braintrust.parent=")
    assert span.inject({"baggage": injected})["baggage"] == injected


def test_a_no_op_span_leaves_the_carrier_alone():
    assert spanglass.NOOP_SPAN.inject({"a": "b"}) == {"a": "b"}
    assert spanglass.NOOP_SPAN.inject() == {}


def test_legacy_ids_are_no_w3c_ids(monkeypatch, store_path):
    monkeypatch.setenv("BRAINTRUST_LEGACY_IDS", "1")
    assert spanglass.init_logger("p", store=store_path).start_span().inject({"a": "b"}) == {"a": "b"}


def test_the_parent_object_is_what_a_span_would_hang_below(logger, store_path, capsys):
    assert spanglass.get_span_parent_object() is logger
    remote = logger.start_span()
    with spanglass.parent_context(remote.export()):
        assert spanglass.get_span_parent_object().span_id == remote.span_id
    with logger.start_span() as span:
        assert spanglass.get_span_parent_object() is span
        assert spanglass.get_span_parent_object(remote.export()).row_id == remote.id
        assert spanglass.get_span_parent_object({"traceparent": TRACEPARENT}).span_id == "b" * 16
        assert spanglass.get_span_parent_object("garbage") is logger
    experiment = spanglass.init("p", store=store_path)
    assert spanglass.get_span_parent_object() is experiment
    assert "could not be read" in capsys.readouterr().err


def test_without_anything_the_parent_object_is_the_no_op_span():
    assert spanglass.get_span_parent_object() is spanglass.NOOP_SPAN
