"""Updates of spans that one does not have."""

from __future__ import annotations

import pytest

import spanglass
from spanglass_store import open_store
from spanglass_store.links.addresses import parse_address


def test_an_exported_span_is_updated(logger, journal):
    span = logger.start_span(name="s", input=1)
    spanglass.update_span(span.export(), output=2, metadata={"late": True})
    row = journal.rows[-1]
    assert row["_is_merge"] is True
    assert (row["id"], row["span_id"], row["root_span_id"]) == (span.id, span.span_id, span.root_span_id)
    assert row["project_id"] == logger.id
    assert journal.only_span["output"] == 2
    assert "input" not in row


def test_a_row_id_is_enough_for_its_logger(logger, journal):
    span = logger.start_span(name="s")
    logger.update_span(span.id, output=2)
    assert journal.only_span["output"] == 2


def test_an_update_may_come_before_its_span(logger, journal):
    logger.update_span("later", output=2)
    assert journal.rows[0]["id"] == "later"


def test_misuse_raises(logger):
    with pytest.raises(ValueError, match="scores must be"):
        logger.update_span("x", scores={"s": 2})
    with pytest.raises(ValueError, match="not a span"):
        spanglass.update_span(logger.export(), output=1)
    with pytest.raises(ValueError, match="not an exported span"):
        spanglass.update_span("garbage", output=1)


def test_a_permalink_is_made_from_a_slug_alone(logger):
    span = logger.start_span()
    address = parse_address(spanglass.permalink(span.export()))
    assert (address.root_span_id, address.span_id) == (span.root_span_id, span.span_id)


@pytest.mark.parametrize("slug", ["", "garbage"])
def test_what_names_no_span_has_no_permalink(slug):
    assert spanglass.permalink(slug) == ""


def test_a_container_has_no_permalink(logger, capsys):
    assert spanglass.permalink(logger.export()) == ""
    assert "no permalink" in capsys.readouterr().err


def test_an_exported_span_says_itself_which_row_it_is(logger):
    with pytest.raises(ValueError, match="id cannot be specified"):
        spanglass.update_span(logger.start_span().export(), id="another", output=1)


def test_an_update_does_not_make_up_a_start(logger, journal):
    span = logger.start_span(name="s")
    span.end()
    spanglass.update_span(span.export(), output=1)
    logger.update_span(span.id, output=2)
    assert ["created" in row for row in journal.rows] == [True, True, False, False]
    assert journal.rows[2]["project_name"] == "tests"


def test_lone_surrogates_cost_no_span_wherever_they_are(journal):
    logger = spanglass.init_logger("p\ud800", store=str(journal.store))
    with logger.start_span(name="n\ud800", id="row\ud800", input={"a": "x\udcff"}) as span:
        span.log(output="\udfff")
    logger.update_span("row\ud800", expected="\ud800")
    logger.log_feedback("row\ud800", comment="c\ud800", scores={"q": 1})
    experiment = spanglass.init("p\ud800", "e\ud800", store=str(journal.store), set_current=False)
    experiment.log(input="\ud800", output=1, scores={})
    spanglass.flush()
    with open_store(journal.store) as store:
        spans = {item.id: item for trace in store.list_traces() for item in store.get_trace(trace.root_span_id)}
        found = spans["row\ufffd"]
        [comment] = store.list_comments(found.id)
    assert len(spans) == 2
    assert (found.project_name, found.expected, found.scores) == ("p\ufffd", '"\ufffd"', '{"q":1}')
    assert (found.input, found.output) == ('{"a":"x\ufffd"}', '"\ufffd"')
    assert comment.origin_id == found.id
