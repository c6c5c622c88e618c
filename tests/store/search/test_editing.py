from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.search.editing import has_term, with_term, without_term
from spanglass_store.search.expression import And, Expression
from spanglass_store.search.parse import parse_filter
from spanglass_store.search.tokens import FilterError


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "error"),
        ("  ", "error"),
        ("refund", "refund error"),
        ("error", "error"),
        ("-error", "-error error"),
        ("a or b", "(a or b) error"),
        ('name:"x', 'name:"x error'),
    ],
)
def test_a_term_is_put_in(before: str, after: str) -> None:
    assert with_term(before, "error") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("error", ""),
        ("refund error", "refund"),
        ("error refund", "refund"),
        ("a error b", "a b"),
        ("a and error and b", "a and b"),
        ("ERROR and b", "b"),
        ("error and error a", "a"),
        ("a and error and error and b", "a and b"),
        ("(a or error) error", "(a or error)"),
        ("error or b", "error or b"),
        ("-error", "-error"),
        ('"error"', '"error"'),
        ('name:"x error', 'name:"x error'),
    ],
)
def test_a_term_is_taken_out(before: str, after: str) -> None:
    assert without_term(before, "error") == after
    assert has_term(before, "error") == (before != after)


def test_a_term_may_be_written_otherwise() -> None:
    assert has_term("dur>=5000ms TYPE=llm", "dur>=5s")
    assert without_term("dur>=5000ms TYPE=llm", "type=llm") == "dur>=5000ms"


_PIECES = ["error", "a", "and", "or", "-", "(", ")", '"b c"', "dur>2s", "name:x"]


def parts(expression: Expression) -> tuple[Expression, ...]:
    return expression.parts if isinstance(expression, And) else (expression,)


@given(st.lists(st.sampled_from(_PIECES), max_size=8).map(" ".join), st.sampled_from(["error", "dur>2s"]))
def test_putting_in_and_taking_out_means_what_it_says(text: str, term: str) -> None:
    try:
        before = parse_filter(text)
    except FilterError:
        return
    inside = parse_filter(with_term(text, term))
    assert has_term(with_term(text, term), term)
    assert set(parts(inside)) - {parse_filter(term)} <= {before, *parts(before)}
    outside = parse_filter(without_term(text, term))
    assert not has_term(without_term(text, term), term)
    left = [*parts(outside)]
    if "(" in text:  # what stands in brackets stays there
        left = [part for part in left if part != parse_filter(term)]
    assert [part for part in parts(before) if part != parse_filter(term)] == left or before == outside
