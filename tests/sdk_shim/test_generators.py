"""`@traced` on generators."""

from __future__ import annotations

import asyncio
import inspect

import pytest

import spanglass
from spanglass import traced


@traced
def count(n):
    yield from range(n)
    return "done"


@traced
async def count_async(n):
    for number in range(n):
        await asyncio.sleep(0)
        yield number


async def collect(generator):
    return [item async for item in generator]


def test_the_output_is_what_was_yielded(journal):
    assert list(count(3)) == [0, 1, 2]
    assert journal.only_span["output"] == [0, 1, 2]
    assert journal.only_span["input"] == {"n": 3}
    assert journal.only_span["metrics"]["end"]


def test_the_output_of_an_asynchronous_one_is_what_it_yielded(journal):
    assert asyncio.run(collect(count_async(3))) == [0, 1, 2]
    assert journal.only_span["output"] == [0, 1, 2]
    assert journal.only_span["input"] == {"n": 3}


def test_they_stay_what_they_are():
    assert inspect.isgeneratorfunction(count)
    assert inspect.isasyncgenfunction(count_async)


def test_without_a_logger_they_are_just_run(store_path):
    assert list(count(3)) == [0, 1, 2]
    assert asyncio.run(collect(count_async(3))) == [0, 1, 2]
    assert not store_path.exists()


def test_the_consumer_sees_no_difference(journal):
    def plain():
        got = []
        try:
            got.append((yield "first"))
            try:
                got.append((yield "second"))
            except KeyError as error:
                got.append(repr(error))
            got.append((yield "third"))
        finally:
            got.append("closed")
        return got

    def consume(generator):
        seen = [next(generator), generator.send(1), generator.throw(KeyError("k"))]
        try:
            generator.send(3)
        except StopIteration as stop:
            return seen, stop.value

    assert consume(traced(plain)()) == consume(plain())
    assert journal.only_span["output"] == ["first", "second", "third"]


def test_the_consumer_of_an_asynchronous_one_sees_no_difference(journal):
    async def plain():
        got = [(yield "first")]
        try:
            got.append((yield "second"))
        except KeyError as error:
            got.append(repr(error))
        yield got

    async def consume(generator):
        seen = [await anext(generator), await generator.asend(1), await generator.athrow(KeyError("k"))]
        with pytest.raises(StopAsyncIteration):
            await anext(generator)
        return seen

    assert asyncio.run(consume(traced(plain)())) == asyncio.run(consume(plain()))
    assert journal.only_span["output"] == ["first", "second", [1, "KeyError('k')"]]


def test_the_span_is_current_only_while_the_generator_runs(logger, journal):
    @traced
    def inner():
        """Return nothing."""

    @traced
    def steps():
        inner()
        yield spanglass.current_span().name
        inner()

    with logger.start_span(name="consumer") as consumer:
        for name in steps():
            assert name == "steps"
            assert spanglass.current_span() is consumer
    parent = journal.span("steps")["span_id"]
    assert [span["span_parents"] for span in journal.spans.values() if span["span_attributes"]["name"] == "inner"] == [
        [parent],
        [parent],
    ]


def test_an_asynchronous_one_is_current_only_while_it_runs(logger):
    @traced
    async def steps():
        yield spanglass.current_span().name
        yield spanglass.current_span().name

    async def consume():
        with logger.start_span(name="consumer") as consumer:
            async for name in steps():
                assert name == "steps"
                assert spanglass.current_span() is consumer

    asyncio.run(consume())


def test_an_exception_logs_what_was_yielded_before_and_the_error(journal):
    @traced
    def broken():
        yield 1
        raise ValueError("broken")

    generator = broken()
    assert next(generator) == 1
    with pytest.raises(ValueError, match="broken"):
        next(generator)
    assert journal.only_span["output"] == [1]
    assert journal.only_span["error"].endswith("ValueError: broken\n")


def test_an_exception_in_an_asynchronous_one_does_too(journal):
    @traced
    async def broken():
        yield 1
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(collect(broken()))
    assert journal.only_span["output"] == [1]
    assert "ValueError: broken" in journal.only_span["error"]


def test_a_consumer_that_had_enough_is_no_error(journal):
    generator = count(10)
    next(generator)
    next(generator)
    generator.close()
    assert journal.only_span["output"] == [0, 1]
    assert journal.only_span["metrics"]["end"]
    assert "error" not in journal.only_span


def test_a_consumer_of_an_asynchronous_one_that_had_enough_is_no_error(journal):
    async def consume():
        generator = count_async(10)
        await anext(generator)
        await generator.aclose()

    asyncio.run(consume())
    assert journal.only_span["output"] == [0]
    assert "error" not in journal.only_span


def test_a_generator_that_is_dropped_ends_its_span(journal):
    next(count(10))
    assert journal.only_span["output"] == [0]
    assert journal.only_span["metrics"]["end"]


def test_a_generator_that_never_starts_has_no_span(journal):
    count(3)
    assert journal.rows == []


@pytest.mark.parametrize(("limit", "expected"), [("3", [0, 1, 2]), ("2", None), ("0", None), ("-1", [0, 1, 2])])
def test_the_limit_of_items(monkeypatch, store_path, capsys, limit, expected):
    monkeypatch.setenv("BRAINTRUST_MAX_GENERATOR_ITEMS", limit)
    logger = spanglass.init_logger("tests", store=store_path)
    logged = []
    monkeypatch.setattr(logger.container.recorder, "write", logged.append)
    assert list(count(3)) == [0, 1, 2]
    assert ([b'"output":[0,1,2]' in line for line in logged] == [False, True]) == (expected is not None)
    assert ("BRAINTRUST_MAX_GENERATOR_ITEMS" in capsys.readouterr().err) == (limit == "2")


def test_the_default_limit_is_1000(journal, capsys):
    assert len(list(count(1001))) == 1001
    assert "output" not in journal.only_span
    assert "more than 1000 items" in capsys.readouterr().err


def test_notrace_io_leaves_out_the_items(journal):
    @traced(notrace_io=True)
    def secret():
        yield 1

    assert list(secret()) == [1]
    assert "output" not in journal.only_span
