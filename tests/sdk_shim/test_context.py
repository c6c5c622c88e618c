"""What is current: over tasks, threads and executors."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import spanglass


def run_in_thread(function):
    result = []
    thread = threading.Thread(target=lambda: result.append(function()))
    thread.start()
    thread.join()
    return result[0]


def test_the_last_logger_is_current(store_path):
    assert spanglass.current_logger() is None
    first = spanglass.init_logger("first", store=store_path)
    second = spanglass.init_logger("second", store=store_path)
    assert spanglass.current_logger() is second
    assert first.id != second.id


def test_set_current_false_leaves_the_logger_alone(store_path):
    spanglass.init_logger("quiet", store=store_path, set_current=False)
    assert spanglass.current_logger() is None
    assert spanglass.start_span() is spanglass.NOOP_SPAN


def test_a_context_has_a_logger_of_its_own(store_path):
    outer = spanglass.init_logger("outer", store=store_path)

    def inside():
        spanglass.init_logger("inside", store=store_path)

    contextvars.copy_context().run(inside)
    assert spanglass.current_logger() is outer


def test_a_new_thread_sees_the_last_logger(logger):
    assert run_in_thread(spanglass.current_logger) is logger


def test_a_new_thread_starts_a_trace_of_its_own(logger):
    with logger.start_span() as outer:
        span = run_in_thread(spanglass.start_span)
    assert span.span_parents is None
    assert span.root_span_id != outer.root_span_id


def test_a_traced_executor_takes_the_span_along(logger):
    with logger.start_span() as outer, spanglass.TracedThreadPoolExecutor(max_workers=2) as pool:
        submitted = pool.submit(spanglass.start_span, name="submitted").result()
        mapped = list(pool.map(lambda name: spanglass.start_span(name=name), ["a", "b"]))
    assert [span.span_parents for span in (submitted, *mapped)] == [[outer.span_id]] * 3
    assert submitted.name == "submitted"


def test_tasks_keep_their_spans_apart(logger):
    async def child(name):
        with spanglass.start_span(name=name) as span:
            await asyncio.sleep(0)
            assert spanglass.current_span() is span
            with spanglass.start_span() as inner:
                await asyncio.sleep(0)
                assert inner.span_parents == [span.span_id]
            return span

    async def main():
        with logger.start_span() as root:
            spans = await asyncio.gather(*(child(str(number)) for number in range(5)))
            assert {tuple(span.span_parents) for span in spans} == {(root.span_id,)}
            return await asyncio.to_thread(spanglass.start_span), root

    threaded, root = asyncio.run(main())
    assert threaded.span_parents == [root.span_id]


def test_a_span_may_end_in_another_thread(logger, journal):
    span = logger.start_span(name="s")
    run_in_thread(lambda: span.log(output=1))
    run_in_thread(span.end)
    assert journal.only_span["output"] == 1
    assert journal.only_span["metrics"]["end"]


def test_a_span_left_in_another_context_is_no_fault(logger):
    span = logger.start_span(name="s")
    span.__enter__()
    contextvars.Context().run(span.__exit__, None, None, None)
    span.unset_current()


def test_an_experiment_wins_over_a_logger(logger, store_path):
    experiment = spanglass.init("project", "first try", store=store_path)
    assert spanglass.current_experiment() is experiment
    assert spanglass.start_span().container.object_id == experiment.id
    assert logger.start_span().container.object_id == logger.id
