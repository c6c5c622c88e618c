"""`@traced`: a span around each call of a function, with its arguments and what it returned."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from spanglass import activity, printed_links
from spanglass.arguments import GIVEN_NOTHING, ArgumentNames
from spanglass.caller import find_caller_from, is_own_file
from spanglass.errors import format_error
from spanglass.failures import take_internal_fault
from spanglass.generators import wrap_async_generator, wrap_generator
from spanglass.parents import find_origin
from spanglass.plain_call import make_plain_begin
from spanglass.span import CURRENT_SPAN, NOOP_SPAN, Span, make_label, open_span, start_part

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from spanglass.parents import RemoteParent
    from spanglass.span import Given

F = TypeVar("F", bound="Callable[..., Any]")

_MAX_PARTS = 1024
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
        self.logs_io = not notrace_io
        self._arguments = ArgumentNames(function)
        self.before_one = self._arguments.before_one if self.logs_io else None
        self.name_given = self._arguments.name_given if self.logs_io else _give_nothing
        self._label_json = make_label(self.name, self._type, self._attributes or {})
        # Most decorators say name and type at most: their spans need none of what `open_span` looks after.
        # By identity, as hashing a code object takes longer than a look-up should; the entries keep it alive.
        self._parts: dict[tuple[int, int], tuple[CodeType, str]] = {}
        self.last_part: tuple[CodeType | None, int, str] = (None, 0, "")
        is_plain = not (given or self._parent or self._propagated_event or self._start_secs)
        # Starts the span of one call. Its caller's caller is the user.
        self.begin = make_plain_begin(self) if is_plain else self.begin_fully
        if self._parent:
            activity.switch_on()

    def begin_fully(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span | None:
        """Start a span whose decorator, place or masking asks for more than most; None where nothing is recorded."""
        try:
            origin = find_origin(self._parent)
            if origin is None:
                return None
            bound = self._arguments.bind(args, kwargs) if self.logs_io else None
            span = open_span(
                origin,
                {**self._event, **({} if bound is None else {"input": bound})},
                name=self.name,
                span_type=self._type,
                span_attributes=self._attributes,
                start_secs=self._start_secs,
                propagated_event=self._propagated_event,
            )
        except Exception as error:  # noqa: BLE001 - a bug of ours, or of the decorator's arguments: the call goes on
            take_internal_fault(error)
            return None
        else:
            return None if span is NOOP_SPAN else span

    def find_part(self, frame: FrameType) -> str:
        """Return the part of the first row that is always the same for a call from this place."""
        code, place = frame.f_code, frame.f_lasti
        entry = self._parts.get((id(code), place))
        if entry is None:
            entry = code, start_part(self._label_json, find_caller_from(frame))
            if is_own_file(code.co_filename):
                return entry[1]  # the user's frame is further up, and may be another one next time
            if len(self._parts) >= _MAX_PARTS:
                self._parts.clear()
            self._parts[id(code), place] = entry
        self.last_part = code, place, entry[1]
        return entry[1]

    def finish(self, span: Span | None, output: Any) -> None:
        """End the span, if there is one, of a call that returned."""
        if span is not None:
            span.end_with_output(output if self.logs_io else None)

    def fail(self, span: Span | None, error: BaseException, output: Any = None) -> None:
        """End the span, if there is one, of a call that raised; a generator may have yielded something before."""
        if span is None:
            return
        fields: dict[str, Any] = {"error": format_error(error)}
        if output is not None and self.logs_io:
            fields["output"] = output
        span.end_with(fields)
        printed_links.print_failed(span)


def _give_nothing(_args: tuple[Any, ...], _kwargs: dict[str, Any]) -> Given:
    """Stand in for the arguments where they are not to be logged."""
    return GIVEN_NOTHING


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
    begin, sets_current, logs_io = call.begin, call.sets_current, call.logs_io
    set_current, reset_current = CURRENT_SPAN.set, CURRENT_SPAN.reset

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not activity.is_on:
            return function(*args, **kwargs)
        span = begin(args, kwargs)
        if span is None:
            return function(*args, **kwargs)
        token = set_current(span if sets_current else CURRENT_SPAN.get())
        try:
            output = function(*args, **kwargs)
        except BaseException as error:
            call.fail(span, error)
            raise
        else:
            span.end_with_output(output if logs_io else None)
            return output
        finally:
            reset_current(token)

    return wrapper


def _wrap_coroutine(function: Callable[..., Any], call: TracedFunction) -> Callable[..., Any]:
    begin, sets_current, logs_io = call.begin, call.sets_current, call.logs_io
    set_current, reset_current = CURRENT_SPAN.set, CURRENT_SPAN.reset

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not activity.is_on:
            return await function(*args, **kwargs)
        span = begin(args, kwargs)
        if span is None:
            return await function(*args, **kwargs)
        token = set_current(span if sets_current else CURRENT_SPAN.get())
        try:
            output = await function(*args, **kwargs)
        except BaseException as error:
            call.fail(span, error)
            raise
        else:
            span.end_with_output(output if logs_io else None)
            return output
        finally:
            reset_current(token)

    return wrapper
