from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from spanglass_viewer.cli.error_text import error_text, headline, is_bubbled

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_store.database.records import SpanRecord


def time_out() -> None:
    raise TimeoutError("no answer")


def failed_refund() -> str:
    """Return the traceback of an error that was raised from another one, with a message of two lines."""
    try:
        try:
            time_out()
        except TimeoutError as cause:
            raise RuntimeError("refund failed\nsecond line") from cause
    except RuntimeError as error:
        return "".join(traceback.format_exception(error))


def test_the_headline_of_a_traceback_is_that_of_its_last_exception(make_span: Callable[..., SpanRecord]) -> None:
    assert headline(make_span("a", error=failed_refund())) == "RuntimeError: refund failed"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("it broke", "it broke"),
        ("it broke\nbadly", "it broke"),
        ({"name": "InvalidJSON", "message": "prose"}, "InvalidJSON: prose"),
        ({"code": 7}, '{"code":7}'),
        (["a"], '["a"]'),
        ("{not json", "{not json"),
        ("", ""),
    ],
)
def test_the_headline_of_any_error(make_span: Callable[..., SpanRecord], error: object, expected: str) -> None:
    assert headline(make_span("a", error=error)) == expected


def test_a_span_without_an_error_has_no_text(make_span: Callable[..., SpanRecord]) -> None:
    assert error_text(make_span("a")) == ""


def test_an_error_that_holds_its_childs_is_bubbled(make_span: Callable[..., SpanRecord]) -> None:
    inner = make_span("inner", "outer", error="Traceback\n  File 'a'\nTimeoutError: no answer\n")
    outer = make_span("outer", error=failed_refund())
    other = make_span("other", error="ValueError: its own")
    assert is_bubbled(outer, [inner])
    assert not is_bubbled(other, [inner])
    assert not is_bubbled(inner, [])
