"""`@traced`: a span around each call of a function, with its arguments and what it returned."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from spanglass import activity, printed_links
from spanglass.arguments import ArgumentNames
from spanglass.caller import find_caller
from spanglass.errors import format_error
from spanglass.failures import take_internal_fault
from spanglass.generators import wrap_async_generator, wrap_generator
from spanglass.parents import find_origin
from spanglass.span import CURRENT_SPAN, Span, make_label, open_span

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass.parents import RemoteParent

F = TypeVar("F", bound="Callable[..., Any]")

# `find_caller`, `begin` and the wrapper.
_FRAMES_TO_USER = 3
_SPAN_ARGUMENTS = ("name", "type", "span_attributes", "start_time", "set_current", "parent", "propagated_event")


@overload
def traced(function: F, /) -> F: ...
@overload
def traced(*span_args: Any, notrace_io: bool = False, **span_kwargs: Any) -> Callable[[F], F]: ...
def traced(*span_args: Any, notrace_io: bool = False, **span_kwargs: Any) -> Any:
    """Trace each call of the decorated function: `@traced`, or `@traced(name=…, type=…, …)`.

    Takes the arguments of `start_span`. Functions, coroutine functions and generators of both kinds stay what
    they are. `notrace_io=True` leaves out what went in and what came out.
    """
    if len(span_args) == 1 and not span_kwargs and callable(span_args[0]):
        return _decorate(span_args[0], {}, notrace_io=notrace_io)
    arguments = {**dict(zip(_SPAN_ARGUMENTS, span_args, strict=False)), **span_kwargs}

    def decorator(function: F) -> F:
        return _decorate(function, arguments, notrace_io=notrace_io)

    return decorator


class TracedFunction:
    """How the spans of one decorated function begin and end."""

    def __init__(self, function: Callable[..., Any], arguments: dict[str, Any], *, notrace_io: bool) -> None:
        given = dict(arguments)
        self.name: str = given.pop("name", None) or getattr(function, "__name__", type(function).__name__)
        self._type: str | None = given.pop("type", None) or "function"
        self._attributes: dict[str, Any] | None = given.pop("span_attributes", None)
        self._start_secs: float | None = given.pop("start_time", None)
        self._parent: RemoteParent | None = given.pop("parent", None)
        self._propagated_event: dict[str, Any] | None = given.pop("propagated_event", None)
        self.sets_current = given.pop("set_current", None) is not False
        self._event = given
        self._logs_io = not notrace_io
        self._argument_names = ArgumentNames(function)
        self._label_json = make_label(self.name, self._type, self._attributes or {})
        # Most decorators say name and type at most: their spans need none of what `open_span` looks after.
        self._is_plain = not (given or self._parent or self._propagated_event or self._start_secs)
        if self._parent:
            activity.switch_on()

    def begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span | None:
        """Start the span of one call, or return None where nothing is recorded."""
        try:
            bound = self._argument_names.bind(args, kwargs) if self._logs_io else None
            event: dict[str, Any] = {} if bound is None else {"input": bound}
            parent = CURRENT_SPAN.get()
            if self._is_plain and parent is not None and parent.propagated_event is None:
                place = (parent.container, parent.root_span_id, (parent.span_id,), None)
                return Span(place, self.name, self._label_json, event, find_caller(_FRAMES_TO_USER))
            origin = find_origin(self._parent)
            if origin is None:
                return None
            if self._is_plain and origin.propagated_event is None and not origin.container.recorder.is_off:
                span = Span(origin, self.name, self._label_json, event, find_caller(_FRAMES_TO_USER))
                if printed_links.prints_all and not origin.parent_ids:
                    printed_links.print_started(span)
                return span
            return open_span(
                origin,
                {**self._event, **event},
                name=self.name,
                span_type=self._type,
                span_attributes=self._attributes,
                start_secs=self._start_secs,
                propagated_event=self._propagated_event,
            )
        except Exception as error:  # noqa: BLE001 - a bug of ours, or of the decorator's arguments: the call goes on
            take_internal_fault(error)
            return None

    def finish(self, span: Span | None, output: Any) -> None:
        """End the span, if there is one, of a call that returned."""
        if span is not None:
            span.end_with({} if output is None or not self._logs_io else {"output": output})

    def fail(self, span: Span | None, error: BaseException, output: Any = None) -> None:
        """End the span, if there is one, of a call that raised; a generator may have yielded something before."""
        if span is None:
            return
        fields: dict[str, Any] = {"error": format_error(error)}
        if output is not None and self._logs_io:
            fields["output"] = output
        span.end_with(fields)
        printed_links.print_failed(span)


def _decorate(function: F, arguments: dict[str, Any], *, notrace_io: bool) -> F:
    call = TracedFunction(function, arguments, notrace_io=notrace_io)
    if inspect.iscoroutinefunction(function):
        wrapper = _wrap_coroutine(function, call)
    elif inspect.isasyncgenfunction(function):
        wrapper = wrap_async_generator(function, call)
    elif inspect.isgeneratorfunction(function):
        wrapper = wrap_generator(function, call)
    else:
        wrapper = _wrap_function(function, call)
    return cast("F", functools.wraps(function)(wrapper))


def _wrap_function(function: Callable[..., Any], call: TracedFunction) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not activity.is_on:
            return function(*args, **kwargs)
        span = call.begin(args, kwargs)
        if span is None:
            return function(*args, **kwargs)
        token = CURRENT_SPAN.set(span if call.sets_current else CURRENT_SPAN.get())
        try:
            output = function(*args, **kwargs)
        except BaseException as error:
            call.fail(span, error)
            raise
        else:
            call.finish(span, output)
            return output
        finally:
            CURRENT_SPAN.reset(token)

    return wrapper


def _wrap_coroutine(function: Callable[..., Any], call: TracedFunction) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not activity.is_on:
            return await function(*args, **kwargs)
        span = call.begin(args, kwargs)
        if span is None:
            return await function(*args, **kwargs)
        token = CURRENT_SPAN.set(span if call.sets_current else CURRENT_SPAN.get())
        try:
            output = await function(*args, **kwargs)
        except BaseException as error:
            call.fail(span, error)
            raise
        else:
            call.finish(span, output)
            return output
        finally:
            CURRENT_SPAN.reset(token)

    return wrapper
