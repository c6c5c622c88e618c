"""Span records made by hand, and a store with a few traces."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import orjson
import pytest

from spanglass_store.database.records import SpanRecord

START_US = 1_795_419_724_000_000

_PLAIN = SpanRecord(
    id="row",
    span_id="span",
    root_span_id="root",
    span_parents=(),
    name="span",
    type=None,
    project_id="p",
    project_name="demo",
    experiment_id=None,
    created_us=START_US,
    start_us=START_US,
    end_us=START_US + 1_000_000,
    is_error=False,
    is_interrupted=False,
    model=None,
    tokens=None,
    cost=None,
    input=None,
    output=None,
    expected=None,
    error=None,
    scores=None,
    metadata=None,
    metrics=None,
    tags=(),
    span_attributes=None,
    context=None,
    extra=None,
)

MakeSpan = Callable[..., SpanRecord]


@pytest.fixture
def make_span() -> MakeSpan:
    """Return a maker of records: `make_span("b", "a", error="…")` is a span "b" with the parent "a"."""

    def make(span_id: str, *parents: str, at_ms: int = 0, error: object = None, **fields: object) -> SpanRecord:
        start_us = START_US + at_ms * 1000
        named = {"id": f"row-{span_id}", "name": span_id, "start_us": start_us, "created_us": start_us}
        named |= {"end_us": start_us + 1_000_000, "is_error": error is not None}
        if error is not None:
            named["error"] = orjson.dumps(error).decode()
        return dataclasses.replace(_PLAIN, span_id=span_id, span_parents=parents, **{**named, **fields})

    return make
