"""Streams and raw responses stay the client's own objects; each step of theirs is watched from inside.

A client's `Stream` draws its chunks from `_iterator`: that is what is replaced, so that iteration, `with`, `close`
and the helpers built on top of a stream (`get_final_completion`, `text_stream`, …) go on as they were.
"""

from __future__ import annotations

import inspect
import weakref
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass.failures import say_once, take_internal_fault
from spanglass.llm.json_values import without_nulls
from spanglass.llm.watched_methods import watch_method

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from spanglass.llm.json_values import JsonObject
    from spanglass.llm.recording import CallRecording, StreamRecording


class WatchedIterator:
    """Passes chunks on as they are, and tells the recording of each."""

    def __init__(self, chunks: Iterator[Any], recording: StreamRecording) -> None:
        self._step = chunks.__next__
        self._recording = recording

    def __iter__(self) -> WatchedIterator:
        return self

    def __next__(self) -> Any:
        recording = self._recording
        recording.is_stepping = True
        try:
            chunk = self._step()
        except StopIteration:
            recording.end()
            raise
        except BaseException as error:
            recording.fail(error)
            raise
        finally:
            recording.is_stepping = False
        recording.read(chunk)
        return chunk


class WatchedAsyncIterator:
    """Passes chunks on as `WatchedIterator` does."""

    def __init__(self, chunks: AsyncIterator[Any], recording: StreamRecording) -> None:
        self._step = chunks.__anext__
        self._recording = recording

    def __aiter__(self) -> WatchedAsyncIterator:
        return self

    async def __anext__(self) -> Any:
        recording = self._recording
        recording.is_stepping = True
        try:
            chunk = await self._step()
        except StopAsyncIteration:
            recording.end()
            raise
        except BaseException as error:
            recording.fail(error)
            raise
        finally:
            recording.is_stepping = False
        recording.read(chunk)
        return chunk


def watch_stream(stream: Any, call: CallRecording) -> None:
    """Record the chunks of a stream that a client returned."""
    recording = call.open_stream()
    if recording is None:
        say_once(f"a stream of {type(stream).__module__} is not understood: its answer is not logged.")
        call.leave()
        return
    _watch_end(stream.response, recording.leave)
    _watch_steps(stream, recording)


def watch_raw_stream(raw: Any, call: CallRecording) -> None:
    """Record the chunks of the stream that a raw response becomes when it is parsed."""
    recording = call.open_stream()
    if recording is None:
        call.leave()
        return
    _watch_end(raw.http_response, recording.leave)
    watch_method(raw, "parse", after=lambda stream: _watch_parsed(stream, recording))


def watch_raw_answer(raw: Any, call: CallRecording) -> None:
    """Record the answer of a raw response: at once where its body is there, else when it is closed."""
    response = raw.http_response
    body = _read_body(response)
    if body is not None or not hasattr(raw, "close"):
        call.finish(body or {})
        return

    def finish() -> None:
        body = _read_body(response)
        call.leave() if body is None else call.finish(body)

    watch_method(raw, "close", before=finish)
    weakref.finalize(raw, call.leave)


def _watch_steps(stream: Any, recording: StreamRecording) -> Any:
    """Put ourselves between a stream and its chunks; return the stream."""
    try:
        if not isinstance(getattr(stream, "_iterator", None), WatchedIterator | WatchedAsyncIterator):
            watched = WatchedAsyncIterator if hasattr(stream, "__anext__") else WatchedIterator
            stream._iterator = watched(stream._iterator, recording)  # noqa: SLF001 - see the module's first lines
    except Exception as fault:  # noqa: BLE001 - a bug of ours never reaches the program
        take_internal_fault(fault)
    return stream


def _watch_parsed(stream: Any, recording: StreamRecording) -> Any:
    return _watch_awaited(stream, recording) if inspect.isawaitable(stream) else _watch_steps(stream, recording)


async def _watch_awaited(stream: Any, recording: StreamRecording) -> Any:
    return _watch_steps(await stream, recording)


def _watch_end(response: Any, leave: Callable[[], None]) -> None:
    """Call `leave` when the response is closed, and when nobody holds it any more."""
    is_async = hasattr(getattr(response, "stream", None), "__aiter__")
    watch_method(response, "aclose" if is_async else "close", before=leave)
    weakref.finalize(response, leave)


def _read_body(response: Any) -> JsonObject | None:
    """Return the JSON object that a response holds; None where it is not read, or no object."""
    try:
        body = without_nulls(orjson.loads(response.content))
    except Exception:  # noqa: BLE001 - httpx raises errors of its own, which we do not import
        return None
    return cast("JsonObject", body) if isinstance(body, dict) else None
