"""Programs that mean the same to both SDKs: `python cases.py spanglass` or `braintrust` prints the spans of each."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import enum
import importlib
import json
import math
import sys
import uuid


def merging(bt, _):
    with bt.start_span(name="a", type="llm", input=1, tags=["x"]) as span:
        span.log(output={"a": {"b": 1}, "l": [1]}, tags=["y", "x"])
        span.log(output={"a": {"c": 2}, "l": [2]})
        span.log(input=None, output={"n": None})
    span.log(expected="after the end")


def names_and_types(bt, _):
    bt.start_span().end()
    with bt.start_span(name="outer") as outer:
        bt.start_span().end()
        outer.start_span().end()
        outer.start_span(name="x", span_attributes={"purpose": "scorer", "other": 1}).end()
    outer.set_attributes(name="renamed", type="made up", span_attributes={"k": 1})


def traced_functions(bt, _):
    @bt.traced
    def add(a, b=2, *rest, c=3, **kw):
        return [a, b, rest, c, kw]

    @bt.traced("named", type="tool", notrace_io=True)
    def quiet(x):
        return x

    @bt.traced(name="described", metadata={"m": 1}, span_attributes={"z": 1})
    def described():
        return None

    class Adder:
        @staticmethod
        @bt.traced
        def static(x):
            return x

    add(1)
    add(1, 5, 6, c=9, d=4)
    quiet(1)
    described()
    Adder().static(2)


def generators(bt, _):
    @bt.traced
    def count(n):
        yield from range(n)
        return 7

    @bt.traced
    async def count_later():
        yield 1
        yield 2

    @bt.traced
    def break_off():
        yield 1
        raise ValueError("x")

    async def main():
        return [item async for item in count_later()]

    list(count(3))
    list(count(1001))
    asyncio.run(main())
    with contextlib.suppress(ValueError):
        list(break_off())


def errors(bt, _):
    for error in (ValueError("x"), KeyboardInterrupt(), SystemExit(3), ExceptionGroup("g", [ValueError("inner")])):
        with contextlib.suppress(BaseException), bt.start_span(name="e"):
            raise error
    bt.start_span(name="custom", error={"code": 1}).end()


def times(bt, _):
    span = bt.start_span(name="given", start_time=5.0)
    assert (span.end(7.5), span.end()) == (7.5, 7.5)
    bt.start_span(name="logged", metrics={"start": 1, "end": 2, "tokens": 3}).end()
    span = bt.start_span(name="logged end")
    span.log(metrics={"end": 9})
    span.end(10)


def values(bt, logger):
    @dataclasses.dataclass
    class Point:
        x: int
        y: object

    class Color(enum.Enum):
        RED = 1

    class Odd:
        def __repr__(self):
            return "<Odd>"

    cycle = []
    cycle.append(cycle)
    known = [(1, 2), {1: 2, None: 3, (1, 2): 4}, b"bytes", dt.datetime(2020, 1, 1), dt.date(2020, 1, 1)]  # noqa: DTZ001 - as users write it
    known += [math.nan, math.inf, -math.inf, cycle, Point(1, Point(2, 3)), Color.RED, Odd(), uuid.UUID(int=1)]
    known += [range(3), bt.NOOP_SPAN, 1 + 2j, [[[]]], True, "", 0, {}, []]
    for value in known:
        logger.log(input=value, allow_concurrent_with_spans=True)


def logged_rows(_, logger):
    logger.log(
        input=1, output=2, expected=3, error="e", tags=["t"], scores={"s": 1}, metadata={"m": 1}, metrics={"x": 1},
        allow_concurrent_with_spans=True,
    )  # fmt: skip
    logger.log(id="given", input=1, allow_concurrent_with_spans=True)


def propagation(bt, _):
    event = {"metadata": {"u": 1}, "span_attributes": {"purpose": "x"}}
    with bt.start_span(name="p", propagated_event=event, metadata={"u": 2, "v": 3}) as span:
        child = bt.start_span(name="c", metadata={"u": 9})
        bt.start_span(name="remote", parent=span.export()).end()
        child.start_span(name="q", propagated_event={"metadata": {"w": 1}}).start_span(name="qq").end()


def places(bt, _):
    with bt.start_span(name="outer") as outer:
        bt.start_span(name="empty parent", parent="").end()
        with bt.start_span(name="not current", set_current=False):
            bt.start_span(name="below outer").end()
        with bt.start_span(name="other trace", parent=bt.start_span(name="n", parent=outer.export()).export()):
            bt.start_span(name="below it").end()
    headers = bt.extract_trace_context(outer.inject({"Baggage": "k=v;p", "x": "y"}))
    bt.start_span(name="by headers", parent=headers).end()
    bt.start_span(name="by bad headers", parent={"traceparent": "bad"}).end()
    with bt.parent_context(outer.export()):
        bt.start_span(name="in context").end()
    bt.start_span(name="logged context", context={"k": 1}).end()


def feedback(bt, logger):
    span = bt.start_span(name="s")
    span.end()
    logger.log_feedback(id=span.id, scores={"a": 1}, expected=2, tags=["t"], metadata={"by": 1}, source="api")
    span.log_feedback(scores={"b": 0.5}, metadata={"by": 2})
    logger.update_span(id=span.id, output=3)
    bt.update_span(span.export(), metadata={"m": 1})


def masked(bt, logger):
    def mask(value):
        if isinstance(value, dict):
            return {key: mask(item) for key, item in value.items()}
        return value.replace("secret", "***") if isinstance(value, str) else value

    bt.set_masking_function(mask)
    logger.log(
        input={"a": "secret"}, output="a secret", metadata={"m": "secret"}, tags=["secret"], metrics={"x": 1},
        allow_concurrent_with_spans=True,
    )  # fmt: skip


def left_early(bt, _):
    @bt.traced
    def count():
        yield 1
        yield 2

    next(count())


def misfit(bt, _):
    @bt.traced
    def nothing():
        return None

    with contextlib.suppress(TypeError):
        nothing("too much")


CASES = [
    merging, names_and_types, traced_functions, generators, errors, times, values, logged_rows, propagation, places,
    feedback, masked, left_early, misfit,
]  # fmt: skip


def run_ours():
    import spanglass  # noqa: PLC0415 - only one of the two is loaded
    from spanglass.testing import captured_spans  # noqa: PLC0415

    for case in CASES:
        with captured_spans() as captured:
            case(spanglass, captured.logger)
            yield case.__name__, captured.spans


def run_real():
    import braintrust  # noqa: PLC0415 - as above

    helpers = importlib.import_module("braintrust.test_helpers")
    internals = importlib.import_module("braintrust.logger")
    helpers.simulate_login()
    sink = internals._MemoryBackgroundLogger()
    internals._state._override_bg_logger.logger = sink
    logger = helpers.init_test_logger("tests")
    for case in CASES:
        case(braintrust, logger)
        yield case.__name__, sink.pop()
        braintrust.set_masking_function(None)  # after the rows are taken: it is applied no earlier there


if __name__ == "__main__":
    spans = run_real() if sys.argv[1] == "braintrust" else run_ours()
    print(json.dumps(dict(spans)))
