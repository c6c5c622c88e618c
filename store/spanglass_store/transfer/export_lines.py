"""Spans as JSON lines: one a line, or one trace a line with its spans inside each other."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spanglass_store.database.reader import StoreReader
    from spanglass_store.database.wire_lines import WireSpan

_TRACES_AT_ONCE = 50  # in memory


def iter_flat_lines(store: StoreReader, roots: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield the spans of these traces, or of all, each as a row of the wire, in the order of their starts."""
    for span in store.iter_wire_spans(roots):
        yield span.text.encode() + b"\n"


def iter_nested_lines(store: StoreReader, roots: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield the traces, newest first: each root span with the spans below it as its `children`.

    A span with several parents stands under the first; its `span_parents` still name all. A span whose parent is not
    there stands on a line of its own.
    """
    trace_ids = store.list_trace_ids() if roots is None else list(dict.fromkeys(roots))
    for first in range(0, len(trace_ids), _TRACES_AT_ONCE):
        batch = trace_ids[first : first + _TRACES_AT_ONCE]
        traces: dict[str, list[WireSpan]] = {trace_id: [] for trace_id in batch}
        for span in store.iter_wire_spans(batch):
            traces[span.root_span_id].append(span)
        for spans in traces.values():
            children = _children_by_parent(spans)
            for top in _tops_of(spans, children):
                yield _nested_text(top, children).encode() + b"\n"


def _tops_of(spans: list[WireSpan], children: dict[str, list[WireSpan]]) -> list[WireSpan]:
    """Return the spans that stand under no other; of spans that are each other's parents the first."""
    tops: list[WireSpan] = []
    reached: set[int] = set()
    known = {span.span_id for span in spans}
    free = [span for span in spans if not span.span_parents or span.span_parents[0] not in known]
    for span in [*free, *spans]:
        if id(span) not in reached:
            tops.append(span)
            _reach(span, children, reached)
    return tops


def _reach(span: WireSpan, children: dict[str, list[WireSpan]], reached: set[int]) -> None:
    waiting = [span]
    while waiting:
        span = waiting.pop()
        if id(span) not in reached:
            reached.add(id(span))
            waiting += children.get(span.span_id, ())


def _children_by_parent(spans: list[WireSpan]) -> dict[str, list[WireSpan]]:
    """Return the spans under their first parent."""
    ordered = sorted((span for span in spans if span.span_parents), key=lambda span: span.span_parents[0])
    return {parent: list(group) for parent, group in groupby(ordered, key=lambda span: span.span_parents[0])}


def _nested_text(top: WireSpan, children: dict[str, list[WireSpan]]) -> str:
    """Return a span with all below it; written without recursion, as chains of spans are as long as they like."""
    parts: list[str] = []
    written: set[int] = set()
    waiting: list[WireSpan | str] = [top]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        written.add(id(item))
        below = [child for child in children.get(item.span_id, ()) if id(child) not in written]
        if not below:
            parts.append(item.text)
            continue
        parts.append(item.text[:-1] + ',"children":[')
        waiting.append("]}")
        for number, child in enumerate(reversed(below)):
            if number:
                waiting.append(",")
            waiting.append(child)
    return "".join(parts)
