"""Spans as a test looks at them."""

from __future__ import annotations

import pytest

from spanglass_pytest.span_list import SpanList, to_logged_spans


def wire(number, name, span_type="function", parents=(), **fields):
    return {
        "span_id": str(number),
        "root_span_id": "1",
        "span_parents": list(parents),
        "span_attributes": {"name": name, "type": span_type},
        "metrics": {"start": float(number), "end": number + 0.5},
        **fields,
    }


@pytest.fixture
def spans():
    logged = to_logged_spans(
        [
            wire(1, "agent", "task", output="done"),
            wire(
                2, "chat", "llm", ["1"], metadata={"model": "a", "n": 1}, metrics={"start": 2, "end": 4, "tokens": 10}
            ),
            wire(
                3, "chat", "llm", ["1"], metadata={"model": "b"}, metrics={"start": 3, "prompt_tokens": 4, "cost": 0.5}
            ),
            wire(4, "tool", "tool", ["1"], error="no"),
            {"id": "a row of an update alone"},
        ]
    )
    return SpanList(lambda: logged)


def test_spans_are_chosen_by_name_type_place_and_values(spans):
    assert [span.name for span in spans] == ["agent", "chat", "chat", "tool"]
    assert len(spans.named("chat")) == len(spans.of_type("llm")) == 2
    assert len(spans.below(spans[0])) == 3
    assert spans.having(metadata={"model": "a"}).one().span_id == "2"
    assert spans.named("chat").having(metadata=lambda fields: fields["model"] == "b").one().tokens == 4
    assert len(spans.having(output="done", error=None)) == 1
    assert len(spans.having(metadata={"model": lambda model: model in "ab"})) == 2
    assert spans.failed.one().name == "tool"
    assert [span.span_id for span in spans[1:3]] == ["2", "3"]


def test_one_says_what_is_there_instead(spans):
    with pytest.raises(AssertionError, match=r"expected one of the spans named 'x', found 0: there are none"):
        spans.named("x").one()
    with pytest.raises(AssertionError, match=r"expected one of the spans of type 'llm', found 2: chat, chat"):
        spans.of_type("llm").one()
    spans.named("x").none()
    with pytest.raises(AssertionError, match=r"expected none of the spans with an error, found 1: tool"):
        spans.failed.none()


def test_figures_are_sums(spans):
    assert spans.tokens == 14
    assert spans.named("tool").duration_secs == pytest.approx(0.5)
    assert spans.duration_secs == pytest.approx(3.5)
    assert spans[2].duration_secs is None
    assert SpanList(list).duration_secs == 0


def test_a_cost_that_nobody_logged_is_not_taken_for_none(spans):
    assert spans.having(metadata={"model": "b"}).cost == pytest.approx(0.5)
    with pytest.raises(AssertionError, match="no cost was logged for 1 of the spans of type 'llm': chat"):
        _ = spans.of_type("llm").cost


def test_budgets_say_what_is_exceeded(spans):
    spans.assert_within(tokens=14, duration_secs=3.5, errors=1, count=4)
    with pytest.raises(AssertionError) as raised:
        spans.assert_within(tokens=13, duration_secs=3, errors=0, count=4)
    assert str(raised.value) == (
        "the spans exceed their budget: 14 tokens, 13 allowed; 3.500 seconds, 3.000 allowed; 1 errors, 0 allowed"
    )
