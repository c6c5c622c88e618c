"""The span of one call of an API, from the request to the end of its answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass import clock
from spanglass.entry import start_span
from spanglass.errors import format_error
from spanglass.failures import take_internal_fault
from spanglass.llm.callsite import find_user_context
from spanglass.llm.json_values import dump_model
from spanglass.snapshot import snapshot_json
from spanglass.span import NOOP_SPAN, merge_deeply

if TYPE_CHECKING:
    from spanglass.llm.endpoint import Answer, Endpoint, Request, StreamReader
    from spanglass.llm.json_values import JsonObject

PARTIAL_ROW_SECS = 0.25
# An answer that grows long is logged less often, so that its partial rows together stay in proportion to it.
PARTIAL_ROW_GROWTH = 1 / 32

monotonic_secs = time.perf_counter


class CallRecording:
    """The span of a call. Its methods raise nothing: a fault of ours costs the span a field, never the program."""

    def __init__(self, endpoint: Endpoint, request: Request, package: str) -> None:
        """Start the span; `package` is the client's, whose frames are not the caller's."""
        self._endpoint = endpoint
        self.request = request
        self.started_secs = monotonic_secs()
        # What came of the API before the client turned it into a class of the caller's, which may fail.
        self.unparsed: Any = None
        self._is_finished = False
        sent = endpoint.read_request(request)
        self._metadata = _detached(sent.metadata) if request.is_stream else sent.metadata
        context = find_user_context(package)
        self._context: JsonObject = {} if context is None else {"context": context}
        self.span = start_span(
            endpoint.span_name(request), "llm", input=sent.input, metadata=self._metadata, **self._context
        )

    @property
    def is_recorded(self) -> bool:
        """Tell whether there is a span at all."""
        return self.span is not NOOP_SPAN

    def finish(self, body: JsonObject) -> None:
        """Log an answer that came in one piece, and end the span; only the first one counts."""
        if self._is_finished:
            return
        self._is_finished = True
        try:
            answer = self._endpoint.read_answer(body, self.request)
            # An answer in one piece has all its tokens at once.
            elapsed = {"time_to_first_token": monotonic_secs() - self.started_secs}
            self.log_answer(answer, elapsed if self._endpoint.answers_in_tokens else {})
        except Exception as fault:  # noqa: BLE001 - a bug of ours never reaches the program
            take_internal_fault(fault)
        self.leave()

    def fail(self, error: BaseException) -> None:
        """Log what the call raised, with the answer where there was one, and end the span."""
        try:
            self.span.log(error=format_error(error))
            if self.unparsed is not None:
                self.log_answer(self._endpoint.read_answer(dump_model(self.unparsed), self.request), {})
        except Exception as fault:  # noqa: BLE001 - as above
            take_internal_fault(fault)
        self.leave()

    def leave(self) -> None:
        """End the span, where it has not ended, with nothing more to log."""
        self.span.end()

    def open_stream(self) -> StreamRecording | None:
        """Return a recording of an answer that comes in chunks; None where nobody knows how to read it."""
        reader = self._endpoint.open_stream(self.request)
        return None if reader is None else StreamRecording(self, reader)

    def log_answer(self, answer: Answer, metrics: dict[str, float], **more: Any) -> None:
        """Log an answer in one row that ends the span, and the tools that it called."""
        for call in answer.tool_calls:
            self.span.start_span(call.name, "tool", **call.fields, **self._context).end()
        fields: JsonObject = {"metadata": answer.metadata or None, "error": answer.error, "output": answer.output}
        self.span.log(**{**fields, **more, "metrics": {**answer.metrics, **metrics, "end": clock.now_secs()}})

    def metadata_without_partial_output(self, more: JsonObject) -> JsonObject:
        """Return all that the span's metadata are to be at its end."""
        propagated = (self.span.propagated_event or {}).get("metadata")
        own = {**self._metadata, **more}
        return merge_deeply(own, cast("JsonObject", propagated)) if isinstance(propagated, dict) else own


class StreamRecording:
    """The span of a streamed answer. While it runs, what has come so far is `metadata.partial_output`.

    It stays there when the stream breaks off or is left early; a whole answer is `output`, and the partial one
    goes. The stream tells of each chunk (`read`) and of its end: `end`, `fail` or `leave`.
    """

    def __init__(self, call: CallRecording, reader: StreamReader) -> None:
        self._call = call
        self._reader = reader
        # While the client works on the next chunk, it may close the response: the step itself tells how it went.
        self.is_stepping = False
        self._is_over = False
        self._chunks = 0
        self._rows = 0
        self._first_token_secs: float | None = None
        self._next_row_secs = call.started_secs + PARTIAL_ROW_SECS
        self._next_row_chunks = 0.0

    def read(self, chunk: Any) -> None:
        """Take in a chunk that passes by."""
        if self._is_over:
            return
        try:
            self._reader.read(chunk)
            self._chunks += 1
            now_secs = monotonic_secs()
            if self._first_token_secs is None and self._reader.has_tokens:
                self._first_token_secs = now_secs
            if now_secs >= self._next_row_secs and self._chunks >= self._next_row_chunks:
                self._log_partial(now_secs)
        except Exception as fault:  # noqa: BLE001 - a bug of ours never reaches the program
            self._is_over = True
            self._call.leave()
            take_internal_fault(fault)

    def end(self) -> None:
        """End the span: the stream has come to its end."""
        self._close(None)

    def fail(self, error: BaseException) -> None:
        """End the span: the stream has broken off."""
        self._close(error)

    def leave(self) -> None:
        """End the span: nobody will read on."""
        if not self.is_stepping:
            self._close(None)

    def _close(self, error: BaseException | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        try:
            self._log_end(error)
        except Exception as fault:  # noqa: BLE001 - as above
            if error is not None:
                self._call.fail(error)
            take_internal_fault(fault)
        self._call.leave()

    def _log_partial(self, now_secs: float) -> None:
        self._next_row_secs = now_secs + PARTIAL_ROW_SECS
        self._next_row_chunks = self._chunks * (1 + PARTIAL_ROW_GROWTH)
        output = self._reader.partial_output()
        if output:
            self._rows += 1
            self._call.span.log(metadata={"partial_output": output}, metrics=self._first_token_metric())

    def _log_end(self, error: BaseException | None) -> None:
        answer = self._reader.answer()
        more: dict[str, Any] = {} if error is None else {"error": format_error(error)}
        if not self._reader.is_whole:
            more["output"] = None
            if self._reader.has_tokens:
                more["metadata"] = {**answer.metadata, "partial_output": answer.output}
        elif self._rows:
            more["metadata"] = self._call.metadata_without_partial_output(answer.metadata)
            more["_merge_paths"] = [["metadata"]]
        self._call.log_answer(answer, self._first_token_metric(), **more)

    def _first_token_metric(self) -> dict[str, float]:
        if self._first_token_secs is None:
            return {}
        return {"time_to_first_token": self._first_token_secs - self._call.started_secs}


def _detached(metadata: JsonObject) -> JsonObject:
    """Return a copy for the row that ends a stream: the caller may change what the request was made of."""
    return orjson.loads(snapshot_json({"metadata": metadata}))["metadata"]
