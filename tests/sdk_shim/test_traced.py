"""`@traced` on functions and coroutine functions."""

from __future__ import annotations

import _thread
import asyncio
import functools
import inspect
import threading
import time

import pytest

import spanglass
from spanglass import clock, failures, traced


def test_arguments_are_named_and_the_result_is_the_output(journal):
    @traced
    def add(a, b=2, *rest, c=3, **kw):
        return a + b + sum(rest) + c + sum(kw.values())

    assert add(1, 5, 6, c=9, d=4) == 25
    span = journal.span("add")
    assert span["input"] == {"a": 1, "b": 5, "rest": [6], "c": 9, "kw": {"d": 4}}
    assert span["output"] == 25
    assert span["span_attributes"]["type"] == "function"
    assert len(journal.rows) == 2


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        ((1,), {}, {"a": 1}),
        ((1, 2), {}, {"a": 1, "b": 2}),
        ((), {"b": 2, "a": 1}, {"a": 1, "b": 2}),
        ((1,), {"b": 2}, {"a": 1, "b": 2}),
    ],
)
def test_defaults_are_left_out(journal, args, kwargs, expected):
    @traced
    def pair(a, b=7):
        return a, b

    pair(*args, **kwargs)
    assert journal.only_span["input"] == expected


def test_a_call_that_does_not_fit_raises_pythons_own_error(journal):
    @traced
    def one(a):
        return a

    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        one()
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        one(1, 2)
    with pytest.raises(TypeError, match="unexpected keyword"):
        one(b=1)
    assert all("TypeError" in span["error"] for span in journal.spans.values())


def test_the_input_is_taken_before_the_call(journal):
    @traced
    def grow(values):
        values.append(2)
        return values

    grow([1])
    assert journal.only_span["input"] == {"values": [1]}
    assert journal.only_span["output"] == [1, 2]


def test_the_function_stays_what_it_was():
    def plain(a: int) -> int:
        """Say what it does."""
        return a

    wrapped = traced(plain)
    assert (wrapped.__name__, wrapped.__doc__) == ("plain", "Say what it does.")
    assert inspect.signature(wrapped) == inspect.signature(plain)


def test_arguments_of_the_decorator_describe_the_span(journal):
    @traced(name="renamed", type="llm", metadata={"m": 1}, tags=["t"])
    def call(x):
        return x

    @traced("by position", "tool")
    def other():
        """Return nothing."""

    call(1)
    other()
    span = journal.span("renamed")
    assert span["span_attributes"]["type"] == "llm"
    assert (span["metadata"], span["tags"], span["input"]) == ({"m": 1}, ["t"], {"x": 1})
    assert journal.span("by position")["span_attributes"]["type"] == "tool"


def test_each_call_has_an_event_of_its_own(journal):
    @traced(metadata={"m": 1})
    def call(x):
        spanglass.current_span().log(metadata={"x": x})

    call(1)
    call(2)
    first, second = journal.spans.values()
    assert first["metadata"] == {"m": 1, "x": 1}
    assert second["metadata"] == {"m": 1, "x": 2}


def test_notrace_io_leaves_out_both(journal):
    @traced(notrace_io=True)
    def secret(password):
        return password

    assert secret("hunter2") == "hunter2"
    assert "input" not in journal.only_span
    assert "output" not in journal.only_span


def test_nested_calls_nest(journal):
    @traced
    def inner():
        return spanglass.current_span().span_id

    @traced
    def outer():
        return inner(), spanglass.current_span().span_id

    inner_id, outer_id = outer()
    assert journal.span("inner")["span_parents"] == [outer_id]
    assert journal.span("inner")["span_id"] == inner_id
    assert journal.span("outer")["span_parents"] is None
    assert spanglass.current_span() is spanglass.NOOP_SPAN


def test_an_exception_is_the_users_traceback_without_our_frames(journal):
    @traced
    def inner():
        raise ValueError("broken")

    @traced
    def outer():
        try:
            inner()
        except ValueError as error:
            raise RuntimeError("worse") from error

    with pytest.raises(RuntimeError, match="worse"):
        outer()
    assert journal.span("inner")["error"].endswith("ValueError: broken\n")
    error = journal.span("outer")["error"]
    assert "ValueError: broken" in error
    assert "The above exception was the direct cause" in error
    assert error.endswith("RuntimeError: worse\n")
    assert "/spanglass/" not in error
    assert error.count(__file__) == 3
    assert journal.span("outer")["metrics"]["end"]
    assert "output" not in journal.span("outer")


def test_the_members_of_a_group_are_in_the_error(journal):
    @traced
    def fail():
        raise ExceptionGroup("several", [ValueError("first"), KeyError("second")])

    with pytest.raises(ExceptionGroup):
        fail()
    assert "ValueError: first" in journal.only_span["error"]
    assert "KeyError: 'second'" in journal.only_span["error"]


def test_without_a_logger_the_function_is_just_called(store_path):
    calls = []

    class Unbindable:
        def __repr__(self):
            raise AssertionError("nothing looks at the arguments")

    @traced
    def plain(x):
        calls.append(x)
        return spanglass.current_span()

    assert plain(Unbindable()) is spanglass.NOOP_SPAN
    assert len(calls) == 1
    assert not store_path.exists()


def test_a_logger_that_comes_later_is_used(store_path):
    @traced
    def call():
        return spanglass.current_span()

    assert call() is spanglass.NOOP_SPAN
    spanglass.init_logger("later", store=store_path)
    assert call() is not spanglass.NOOP_SPAN


def test_methods_partials_and_callable_objects_are_traced(journal):
    class Agent:
        @traced
        def run(self, x):
            return x

        @staticmethod
        @traced
        def still(x):
            return x

        @classmethod
        @traced
        def made(cls, x):
            return x

    class Callable:
        def __call__(self, x):
            return x

    assert Agent().run(1) == Agent.still(2) - 1 == Agent.made(3) - 2 == 1
    assert traced(functools.partial(lambda x, y: x + y, 1))(2) == 3
    assert traced(Callable())(4) == 4
    assert traced(len)([1, 2]) == 2
    assert journal.span("run")["input"]["x"] == 1
    assert journal.span("still")["input"] == {"x": 2}
    assert journal.span("Callable")["input"] == {"x": 4}
    assert journal.span("partial")["output"] == 3


def test_coroutine_functions_stay_coroutine_functions(journal):
    @traced
    async def double(x):
        await asyncio.sleep(0)
        return 2 * x

    @traced
    async def both():
        return await asyncio.gather(double(1), double(2))

    assert inspect.iscoroutinefunction(double)
    assert asyncio.run(both()) == [2, 4]
    parent = journal.span("both")
    children = [span for span in journal.spans.values() if span["span_attributes"]["name"] == "double"]
    assert [child["span_parents"] for child in children] == [[parent["span_id"]]] * 2
    assert sorted(child["output"] for child in children) == [2, 4]


def test_a_cancelled_coroutine_logs_its_cancellation(journal):
    started = asyncio.Event()

    @traced
    async def wait():
        started.set()
        await asyncio.Event().wait()

    async def main():
        task = asyncio.create_task(wait())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert journal.only_span["error"].rstrip().endswith("CancelledError")


def test_an_explicit_parent_wins_over_the_current_span(logger, journal):
    remote = logger.start_span(name="remote")
    exported = remote.export()

    @traced(parent=exported)
    def call():
        """Return nothing."""

    with logger.start_span(name="local"):
        call()
    assert journal.span("call")["span_parents"] == [remote.span_id]


def test_set_current_false_leaves_what_is_current(logger):
    @traced(set_current=False)
    def call():
        return spanglass.current_span()

    with logger.start_span() as span:
        assert call() is span


def test_a_thread_may_begin_with_a_traced_call(journal):
    done = threading.Event()

    @traced
    def call(x):
        return inner(x)

    @traced
    def inner(x):
        done.set()
        return x

    _thread.start_new_thread(call, (5,))  # below it there is no frame of Python's
    assert done.wait(10)
    while len(journal.rows) < 4:
        time.sleep(0.001)
    assert journal.span("call")["output"] == 5
    assert journal.span("inner")["span_parents"] == [journal.span("call")["span_id"]]
    assert "context" not in journal.span("call")


def test_calls_from_many_places_tell_each_their_own(journal):
    @traced
    def call(x):
        return x

    for _ in range(2):
        call(1)
        call(2)
        exec(compile("call(3)", "made.py", "exec"), {"call": call})  # noqa: S102 - a code object of its own
    contexts = [row["context"] for row in journal.rows if not row["_is_merge"]]
    lines = [(context["caller_filename"], context["caller_lineno"]) for context in contexts]
    assert lines[:3] == lines[3:]
    assert lines[1] == (__file__, lines[0][1] + 1)
    assert lines[2] == ("made.py", 1)


def test_a_fault_of_ours_never_reaches_the_program(journal, monkeypatch, capsys):
    @traced
    def call(x):
        return x

    def broken():
        raise RuntimeError("a bug")

    monkeypatch.setattr(failures, "raises_internal_faults", False)
    monkeypatch.setattr(clock, "now_ns", broken)
    assert [call(number) for number in range(3)] == [0, 1, 2]
    assert spanglass.start_span(name="s") is spanglass.NOOP_SPAN
    assert capsys.readouterr().err.count("bug in Spanglass") == 1
    assert journal.rows == []


def test_a_propagated_event_reaches_traced_functions(logger, journal):
    @traced
    def call():
        """Return nothing."""

    with logger.start_span(name="root", propagated_event={"metadata": {"tenant": 7}}):
        call()
    assert journal.span("call")["metadata"] == {"tenant": 7}


def test_recursion_far_down_is_pythons_to_refuse(journal):
    @traced
    def down(depth):
        return depth if depth == 0 else down(depth - 1)

    assert down(50) == 0
    with pytest.raises(RecursionError):
        down(100_000)
    assert len(journal.spans) > 51
