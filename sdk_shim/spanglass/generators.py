"""Traced generators: the span runs while the generator's own code runs, and its output is what was yielded."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from spanglass import activity
from spanglass.failures import say_once
from spanglass.settings import current_settings
from spanglass.span import CURRENT_SPAN, Span

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from spanglass.traced import TracedFunction


class Yielded:
    """What a generator yielded, up to `BRAINTRUST_MAX_GENERATOR_ITEMS`: past it there is no output at all."""

    def __init__(self, generator_name: str) -> None:
        self._generator_name = generator_name
        self._max_items = current_settings().max_generator_items
        self._items: list[Any] | None = None if self._max_items == 0 else []

    def add(self, item: Any) -> None:
        """Remember one item, or give up for good where there are too many."""
        if self._items is None:
            return
        if 0 <= self._max_items <= len(self._items):
            self._items = None
            say_once(
                f"{self._generator_name} yielded more than {self._max_items} items, so its output is not logged;"
                " BRAINTRUST_MAX_GENERATOR_ITEMS sets the limit."
            )
            return
        self._items.append(item)

    @property
    def output(self) -> list[Any] | None:
        """Return the items, or None where there were too many."""
        return self._items


def wrap_generator(function: Callable[..., Any], call: TracedFunction) -> Callable[..., Any]:
    """Return a generator function whose consumer sees no difference: send, throw, close and the returned value."""

    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        span = call.begin(args, kwargs) if activity.is_on else None
        generator: Generator[Any, Any, Any] = function(*args, **kwargs)
        return (yield from generator if span is None else _run_generator(call, span, generator))

    return wrapper


def wrap_async_generator(function: Callable[..., Any], call: TracedFunction) -> Callable[..., Any]:
    """Return an asynchronous generator function, as `wrap_generator` does for the other kind."""

    async def wrapper(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        # There is no `yield from` here: without a span too, each step is passed on by hand.
        span = call.begin(args, kwargs) if activity.is_on else None
        generator = function(*args, **kwargs)
        yielded = Yielded(call.name)
        step, sent = generator.__anext__, ()
        try:
            while True:
                item = await _run_async_step(span, step, *sent)
                yielded.add(item)
                try:
                    step, sent = generator.asend, ((yield item),)
                except GeneratorExit:
                    await _run_async_step(span, generator.aclose)
                    raise
                except BaseException as error:  # noqa: BLE001 - what the consumer throws in goes on inside
                    step, sent = generator.athrow, (error,)
        except StopAsyncIteration:
            call.finish(span, yielded.output)
        except GeneratorExit:  # the consumer had enough: no error
            call.finish(span, yielded.output)
            raise
        except BaseException as error:
            call.fail(span, error, yielded.output)
            raise

    return wrapper


def _run_generator(call: TracedFunction, span: Span, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Pass the generator on, each of its steps within the span."""
    yielded = Yielded(call.name)
    step, sent = generator.__next__, ()
    try:
        while True:
            item = _run_step(span, step, *sent)
            yielded.add(item)
            try:
                step, sent = generator.send, ((yield item),)
            except GeneratorExit:
                _run_step(span, generator.close)
                raise
            except BaseException as error:  # noqa: BLE001 - what the consumer throws in goes on inside
                step, sent = generator.throw, (error,)
    except StopIteration as stop:
        call.finish(span, yielded.output)
        return stop.value
    except GeneratorExit:  # the consumer had enough: no error
        call.finish(span, yielded.output)
        raise
    except BaseException as error:
        call.fail(span, error, yielded.output)
        raise


def _run_step(span: Span, step: Callable[..., Any], *args: Any) -> Any:
    """Run the generator's code to its next yield with the span current; between steps the consumer's span is."""
    token = CURRENT_SPAN.set(span)
    try:
        return step(*args)
    finally:
        CURRENT_SPAN.reset(token)


async def _run_async_step(span: Span | None, step: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    if span is None:
        return await step(*args)
    token = CURRENT_SPAN.set(span)
    try:
        return await step(*args)
    finally:
        with contextlib.suppress(ValueError):  # finalised by the event loop, in another context
            CURRENT_SPAN.reset(token)
