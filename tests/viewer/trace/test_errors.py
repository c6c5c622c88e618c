from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_viewer.trace.errors import ErrorIndex, headline_of, index_errors
from spanglass_viewer.trace.layout import lay_out


def _traceback(*headlines: str) -> str:
    parts = [f'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\n{line}' for line in headlines]
    return "\n\nDuring handling of the above exception, another exception occurred:\n\n".join(parts)


def _index(parents: list[int], texts: dict[int, str], further: list[tuple[int, int]] | None = None) -> ErrorIndex:
    edges = further or []
    layout = lay_out(
        np.array(parents, np.int32),
        np.array([child for child, _ in edges], np.int32),
        np.array([parent for _, parent in edges], np.int32),
    )
    return index_errors(np.array([span in texts for span in range(len(parents))]), texts, layout)


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        (_traceback("ValueError: no such order"), "ValueError: no such order"),
        (_traceback("KeyError: 'a'", "app.errors.Failed: gave up"), "app.errors.Failed: gave up"),
        (_traceback("ValueError: first\n  second line\nthird"), "ValueError: first"),
        ("ValueError: first\n\nTraceback (most recent call last):\n  File 'a.py'\n    g()\n", "ValueError: first"),
        ("TypeError: x is undefined\n    at f (a.js:1:2)", "TypeError: x is undefined"),
        ('{"name": "RateLimit", "message": "slow down"}', "RateLimit: slow down"),
        ("{broken", "{broken"),
        ("\n  504\n", "504"),
        ("", ""),
    ],
)  # fmt: skip
def test_headline(text: str, headline: str) -> None:
    assert headline_of(text) == headline


@given(st.text(max_size=300))
def test_any_text_has_a_headline_of_one_line(text: str) -> None:
    assert len(headline_of(text).splitlines()) <= 1


def test_an_error_that_was_raised_through_is_bubbled_at_each_step() -> None:
    text = _traceback("ValueError: no")
    errors = _index([-1, 0, 1], {0: text, 1: text, 2: text})
    assert errors.is_own.tolist() == [False, False, True]
    assert errors.is_bubbled.tolist() == [True, True, False]
    assert [errors.origin_of(span) for span in range(3)] == [2, 2, 2]


def test_an_error_raised_from_another_is_bubbled() -> None:
    errors = _index([-1, 0], {0: _traceback("Timeout: 504", "RefundFailed: gave up"), 1: _traceback("Timeout: 504")})
    assert errors.is_bubbled.tolist() == [True, False]


def test_a_json_error_is_bubbled_where_it_says_the_same() -> None:
    errors = _index([-1, 0], {0: '{"type": "RateLimit", "message": "slow", "retries": 3}', 1: "RateLimit: slow"})
    assert errors.is_bubbled.tolist() == [True, False]


def test_an_error_beside_that_of_a_child_is_own() -> None:
    errors = _index([-1, 0], {0: _traceback("KeyError: 'a'"), 1: _traceback("ValueError: no")})
    assert errors.is_own.tolist() == [True, True]


def test_a_headline_must_be_a_whole_line() -> None:
    errors = _index([-1, 0], {0: _traceback("OuterError: 5040 gone"), 1: "504"})
    assert errors.is_own.tolist() == [True, True]


def test_a_group_quotes_the_headlines_of_its_members() -> None:
    group = "  + Exception Group Traceback (most recent call last):\n  | ExceptionGroup: two (2 sub-exceptions)\n"
    errors = _index(
        [-1, 0], {0: f"{group}  +-+---------------- 1 ----------------\n    | ValueError: no\n", 1: "ValueError: no"}
    )
    assert errors.is_bubbled.tolist() == [True, False]


def test_of_several_tries_the_last_one_is_the_origin() -> None:
    text = _traceback("Timeout: 504")
    errors = _index([-1, 0, 0], {0: text, 1: text, 2: text})
    assert errors.origin_of(0) == 2


def test_own_errors_are_listed_from_top_to_bottom() -> None:
    errors = _index([-1, 0, 0, 1], {2: "B: 2", 3: "A: 1"})
    assert errors.own_spans.tolist() == [3, 2]


def test_an_error_comes_through_a_further_parent_too() -> None:
    errors = _index([-1, 0, 0, 1], {2: "A: 1", 3: "A: 1"}, [(3, 2)])
    assert errors.is_bubbled.tolist() == [False, False, True, False]


def test_errors_that_quote_each_other_in_a_ring_keep_an_origin() -> None:
    errors = _index([-1, 0], {0: "A: 1", 1: "A: 1"}, [(0, 1)])
    assert errors.is_own.sum() == 1


def test_an_error_without_text_is_own() -> None:
    layout = lay_out(np.array([-1, 0], np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32))
    assert index_errors(np.array([True, True]), {}, layout).is_own.tolist() == [True, True]
