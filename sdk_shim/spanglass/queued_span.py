"""The span of a traced call where a thread writes the rows: that thread makes lines of them, too.

The values, which may change after the call, are text at once; times, ids and all else are put together by whoever
writes a row. The span itself waits in the queue, once for each of its two rows: a tuple for each would set off the
garbage collector, which costs the caller as much as half of what is gained.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanglass import clock, identifiers, masking
from spanglass.failures import take_internal_fault
from spanglass.snapshot import snapshot_value
from spanglass.span import Given, Span

# So much of a value waits; of a larger one the row is made a line at once, which saves a copy.
_MAX_WAITING_BYTES = 1024

# Queues a span for its next row; tells whether there was room for one that is no line yet.
OfferSpan = Callable[["QueuedSpan"], bool]


class QueuedSpan(Span):
    """A span whose first row and whose last one may wait to be lines. Made by `plain_call`."""

    __slots__ = (
        "_before_input",
        "_before_output",
        "_created_ns",
        "_end_stamp",
        "_input",
        "_number",
        "_offer",
        "_output",
        "_part",
        "_start_stamp",
        "is_begun",
    )

    def begin(self, offer: OfferSpan, part: str, given: Given) -> None:
        """Log that it begins; all but its identity is there already."""
        self._offer = offer
        before, value, after = given
        self._created_ns, self._start_stamp = clock.read_row_ns()
        self._identity, self.is_begun = None, False
        recorder = self.trace.recorder
        text = snapshot_value(value, recorder.convert) if after else b""
        self._number, self._part, self._before_input = next(identifiers.exec_counter), part, before
        if len(text) < _MAX_WAITING_BYTES:
            self._input = text + after  # a copy, as `orjson.dumps` keeps a 4 kB buffer behind each result
            if not offer(self):
                recorder.write(self.start_line())
        else:
            self._input = b""
            recorder.write(b"".join((self.start_line(), text, after)))

    def end_with_output(self, output: Any) -> None:
        """Log what came out, if it is not None, and end the span, in one row."""
        try:
            if masking.mask is not None or self._end_secs is not None:
                self.end_with({} if output is None else {"output": output})
                return
            self._end_ns, self._end_stamp = clock.read_row_ns()
            recorder = self.trace.recorder
            if output is None:
                self._before_output, text = "", b""
            else:
                self._before_output, text = ',"output":', snapshot_value(output, recorder.convert)
            if len(text) < _MAX_WAITING_BYTES:
                self._output = text + b"}\n"
                if not self._offer(self):
                    recorder.write(self.end_line())
            else:
                self._output = b""
                recorder.write(b"".join((self.end_line(), text, b"}\n")))
        except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
            take_internal_fault(error)

    def start_line(self) -> bytes:
        """Return the first row as a line."""
        self.is_begun = True
        text, self._input = self._input, b""
        read_ns = self._created_ns
        digits, iso, micros, secs = clock.texts_of(read_ns)
        if self._start_stamp != read_ns:
            digits = str(self._start_stamp)
        self._identity = identity = self._make_identity(iso, micros)
        head = (
            f'{identity},"_is_merge":false,"span_parents":{self._parents_json},"span_attributes":{{"exec_counter":'
            f'{self._number},{self._part},"metrics":{{"start":{secs}}},"_stamp":{digits}{self._before_input}'
        )
        return head.encode() + text

    def end_line(self) -> bytes:
        """Return the last row as a line."""
        text, self._output = self._output, b""
        read_ns = self._end_ns
        digits, _, _, secs = clock.texts_of(read_ns)
        if self._end_stamp != read_ns:
            digits = str(self._end_stamp)
        identity = self._identity or self._identify()
        head = f'{identity},"_is_merge":true,"metrics":{{"end":{secs}}},"_stamp":{digits}{self._before_output}'
        return head.encode() + text

    def _identify(self) -> str:
        """Return what begins each of its rows, though the first one may not be a line yet."""
        if self._identity is None:
            _, iso, micros, _ = clock.texts_of(self._created_ns)
            self._identity = self._make_identity(iso, micros)
        return self._identity

    def _make_identity(self, iso: str, micros: str) -> str:
        trace = self.trace
        return (
            f'{{"id":"{self.id}","created":"{iso}.{micros}+00:00","span_id":"{self.span_id}",{trace.fields_json},'
            f'"root_span_id":"{trace.root_span_id}"'
        )
