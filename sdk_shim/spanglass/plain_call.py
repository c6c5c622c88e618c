"""The start of nearly all traced calls: the decorator says no more than name and type, and nothing is masked.

In one piece, made once a decorated function: each function on this way would cost a fiftieth of the whole.
"""

# A span is put together here, in place of its own `__init__`.
# pyright: reportPrivateUsage=false
# ruff: noqa: SLF001

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from spanglass import identifiers, masking, printed_links
from spanglass.clock import read_row_time
from spanglass.failures import take_internal_fault
from spanglass.parents import current_root_container
from spanglass.queued_span import QueuedSpan
from spanglass.snapshot import snapshot_value
from spanglass.span import CURRENT_SPAN, Span
from spanglass.trace import Trace

if TYPE_CHECKING:
    from spanglass.traced import TracedFunction

# Starts the span of one call, given its arguments by place and by name.
Begin = Callable[[tuple[Any, ...], dict[str, Any]], Span | None]

_frame_at = sys._getframe  # inspect's way costs far more
_new_span = object.__new__

# Above `begin`: the wrapper, then the user.
_FRAMES_TO_USER = 2


def make_plain_begin(call: TracedFunction) -> Begin:
    """Return what starts the spans of one function, where it is called; None instead of a span where none is recorded.

    What asks for more than most calls is left to `call.begin_fully`.
    """
    before_one, name = call.before_one, call.name

    def begin(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Span | None:
        try:
            parent = CURRENT_SPAN.get()
            trace = None if parent is None else parent.trace
            container = current_root_container() if trace is None else trace.container
            if container is None or masking.mask is not None or (trace is not None and trace.propagated_event):
                return call.begin_fully(args, kwargs)
            try:
                frame = _frame_at(_FRAMES_TO_USER)
            except ValueError:  # called from C, as the first thing of a thread
                return call.begin_fully(args, kwargs)
            code, place, part = call.last_part
            if frame.f_code is not code or frame.f_lasti != place:
                part = call.find_part(frame)
            if before_one is not None and len(args) == 1 and not kwargs:
                before, value, after = before_one, args[0], b"}}\n"
            else:
                before, value, after = call.name_given(args, kwargs)
            recorder = container.recorder
            span = _new_span(Span if recorder.offer is None else QueuedSpan)
            span.name = name
            span.span_id, span.id = span_id, row_id = recorder.draw_ids()
            span._sets_current, span._end_secs, span._end_ns = True, None, 0
            if trace is None or parent is None:
                trace = Trace(container, recorder.ids.new_root_span_id(span_id))
                span._parents_json = parents_json = "null"
            else:
                span._parents_json = parents_json = f'["{parent.span_id}"]'
            span.trace = trace
            if recorder.offer is None:
                _, stamp, iso, micros, secs = read_row_time()
                span._identity = identity = (
                    f'{{"id":"{row_id}","created":"{iso}.{micros}+00:00","span_id":"{span_id}",'
                    f'{trace.fields_json},"root_span_id":"{trace.root_span_id}"'
                )
                text = snapshot_value(value, recorder.convert) if after else b""
                head = (
                    f'{identity},"_is_merge":false,"span_parents":{parents_json},"span_attributes":{{"exec_counter":'
                    f'{next(identifiers.exec_counter)},{part},"metrics":{{"start":{secs}}},"_stamp":{stamp}{before}'
                ).encode()
                recorder.write(b"".join((head, text, after)))
            else:
                cast("QueuedSpan", span).begin(recorder.offer, part, (before, value, after))
            if parent is None and printed_links.prints_all:
                printed_links.print_started(span)
        except Exception as error:  # noqa: BLE001 - a bug of ours, or of the decorator's arguments: the call goes on
            take_internal_fault(error)
            return None
        else:
            return span

    return begin
