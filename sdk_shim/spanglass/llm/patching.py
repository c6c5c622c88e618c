"""A client's `request`, through which every call of every resource passes, replaced on the client itself.

`create`, `parse`, `stream`, `with_raw_response` and their beta forms all come down to it, in each version of the
packages so far; what arrives there is what goes over the wire, without the arguments that were not given.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from spanglass import activity
from spanglass.failures import take_internal_fault
from spanglass.llm.endpoint import Endpoint, Request
from spanglass.llm.json_values import JsonObject, dump_model
from spanglass.llm.recording import CallRecording
from spanglass.llm.streams import watch_raw_answer, watch_raw_stream, watch_stream

if TYPE_CHECKING:
    from collections.abc import Callable

Endpoints = Mapping[str, Endpoint]

_COPYING_METHODS = ("copy", "with_options")
_NOT_GIVEN_TYPES = frozenset({"NotGiven", "Omit"})
_MARK = "is_traced_by_spanglass"


def trace_requests(client: Any, package: str, endpoints: Endpoints, *, is_async: bool) -> None:
    """Trace the client's requests to these endpoints (by path), and those of its copies; harmless twice."""
    request = client.request
    if getattr(request, _MARK, False):
        return
    calls = CallTracer(package, endpoints)
    traced = calls.wrap_async(request) if is_async else calls.wrap(request)
    setattr(traced, _MARK, True)
    client.request = traced
    for name in _COPYING_METHODS:
        copy = getattr(client, name, None)
        if copy is not None:
            setattr(client, name, _tracing_copy(copy, package, endpoints, is_async=is_async))


def _tracing_copy(copy: Callable[..., Any], package: str, endpoints: Endpoints, *, is_async: bool) -> Any:
    @functools.wraps(copy)
    def copied(*args: Any, **kwargs: Any) -> Any:
        client = copy(*args, **kwargs)
        trace_requests(client, package, endpoints, is_async=is_async)
        return client

    return copied


class CallTracer:
    """Puts a span around each request to one of the endpoints of a client's API."""

    def __init__(self, package: str, endpoints: Endpoints) -> None:
        self._package = package
        self._endpoints = endpoints

    def wrap(self, request: Callable[..., Any]) -> Callable[..., Any]:
        """Return the traced form of a client's `request`."""

        @functools.wraps(request)
        def traced(*args: Any, **kwargs: Any) -> Any:
            call = self._begin(args, kwargs) if activity.is_on else None
            if call is None:
                return request(*args, **kwargs)
            try:
                result = request(*args, **kwargs)
            except BaseException as error:
                call.fail(error)
                raise
            _take_result(call, result)
            return result

        return traced

    def wrap_async(self, request: Callable[..., Any]) -> Callable[..., Any]:
        """Return the traced form of an asynchronous client's `request`."""

        @functools.wraps(request)
        async def traced(*args: Any, **kwargs: Any) -> Any:
            call = self._begin(args, kwargs) if activity.is_on else None
            if call is None:
                return await request(*args, **kwargs)
            try:
                result = await request(*args, **kwargs)
            except BaseException as error:
                call.fail(error)
                raise
            _take_result(call, result)
            return result

        return traced

    def _begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CallRecording | None:
        """Start the span of a request; None where it goes to another endpoint, or nothing is recorded."""
        try:
            options: Any = kwargs["options"] if "options" in kwargs else args[1]
            endpoint = self._endpoints.get(options.url.partition("?")[0].strip("/"))
            if endpoint is None or not isinstance(options.json_data, Mapping):
                return None
            call = CallRecording(endpoint, _read_options(options, kwargs), self._package)
            if not call.is_recorded:
                return None
            if call.request.is_parsed:
                _notice_unparsed(options, call)
        except Exception as fault:  # noqa: BLE001 - a bug of ours, or a client of a new kind: the call goes on
            take_internal_fault(fault)
            return None
        return call


def _read_options(options: Any, kwargs: dict[str, Any]) -> Request:
    files: Any = getattr(options, "files", None) or ()
    return Request(
        body=_given({**options.json_data, **(getattr(options, "extra_json", None) or {})}),
        files=list(cast("dict[str, Any]", files).items()) if isinstance(files, dict) else list(files),
        is_stream=bool(kwargs.get("stream")),
        is_parsed=callable(getattr(options, "post_parser", None)),
    )


def _given(body: JsonObject) -> JsonObject:
    """Leave out what the caller did not give; some versions send the marks of it this far."""
    return {
        name: _given(cast("JsonObject", value)) if type(value) is dict else value
        for name, value in body.items()
        if type(value).__name__ not in _NOT_GIVEN_TYPES
    }


def _notice_unparsed(options: Any, call: CallRecording) -> None:
    parser = options.post_parser

    def noticing_parser(answer: Any) -> Any:
        call.unparsed = answer
        return parser(answer)

    options.post_parser = noticing_parser


def _take_result(call: CallRecording, result: Any) -> None:
    """Record what a request returned: a stream, a raw response, or the answer itself."""
    try:
        is_raw = hasattr(result, "http_response") and hasattr(result, "parse")
        if is_raw and call.request.is_stream:
            watch_raw_stream(result, call)
        elif is_raw:
            watch_raw_answer(result, call)
        elif call.request.is_stream:
            watch_stream(result, call)
        else:
            call.finish(dump_model(result))
    except Exception as fault:  # noqa: BLE001 - a bug of ours never reaches the program
        call.leave()
        take_internal_fault(fault)
