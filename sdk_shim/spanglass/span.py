"""The span: a row when it starts, a row for each thing logged, a row when it ends."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

import orjson

from spanglass import clock, identifiers, masking, printed_links
from spanglass.bounded_walk import storable
from spanglass.caller import find_caller
from spanglass.clock import read_row_time
from spanglass.conversion import register_conversion
from spanglass.errors import format_error
from spanglass.failures import take_internal_fault
from spanglass.snapshot import snapshot_json, snapshot_value
from spanglass.trace import Trace
from spanglass.validation import checked_event
from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_store.links.slugs import SpanSlug, encode_slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from spanglass.caller import Caller
    from spanglass.container import Container

CURRENT_SPAN: ContextVar[Span | None] = ContextVar("spanglass_current_span", default=None)

_NS_PER_MICRO, _MICROS = 1000, 1_000_000


class Origin(NamedTuple):
    """Where a new span hangs: its container and, below a parent, the trace and the parents' span ids.

    `trace` is there where it is one of this process, and nothing else is propagated in it.
    """

    container: Container
    root_span_id: str | None = None
    parent_ids: tuple[str, ...] = ()
    propagated_event: dict[str, Any] | None = None
    trace: Trace | None = None


# A value with the JSON that stands before and after it, the end of its row; where nothing comes after, there is none.
Given = tuple[str, Any, bytes]


class Span:
    """One unit of work, and a context manager. Made by `start_span` and `traced`, never directly.

    Everything logged is written at the moment of the call, as the value is then. Nothing here raises but for
    arguments of the wrong shape (ValueError).
    """

    __slots__ = (
        "__weakref__",
        "_end_ns",
        "_end_secs",
        "_identity",
        "_parents_json",
        "_previous",
        "_sets_current",
        "id",
        "name",
        "span_id",
        "trace",
    )

    def __init__(  # noqa: PLR0917 - made in one place alone
        self,
        trace: Trace,
        span_id: str,
        row_id: str,
        parent_ids: tuple[str, ...],
        name: str,
        created: str,
        id_json: str | None = None,
    ) -> None:
        """Make the span; whoever does writes its first row.

        `id_json` is the row id as JSON, where it is the program's own: ours, and those of slugs, need no escaping
        (`links.slugs` refuses others).
        """
        self.trace = trace
        self.span_id = span_id
        self.id = row_id
        self._parents_json = '["' + '","'.join(parent_ids) + '"]' if parent_ids else "null"
        self.name = name
        self._sets_current = True
        self._end_secs: float | None = None
        self._end_ns = 0  # the same by our own clock, where a traced call ended
        # What begins each of its rows; None where `_identify` is still to make it.
        id_json = f'"{row_id}"' if id_json is None else id_json
        self._identity: str | None = (
            f'{{"id":{id_json},"created":"{created}","span_id":"{span_id}",{trace.fields_json},'
            f'"root_span_id":"{trace.root_span_id}"'
        )

    @staticmethod
    def start(
        origin: Origin,
        name: str,
        part: str,
        fields: dict[str, Any],
        *,
        start_secs: float | None,
        row_id: object,
        sets_current: bool,
    ) -> Span:
        """Start a span with all that a program may say of it; `fields` is taken over."""
        read_ns, stamp, iso, micros, secs = read_row_time()
        created = f"{iso}.{micros}+00:00"
        container, root_span_id, parent_ids, propagated_event, trace = origin
        ids = container.recorder.ids
        span_id, own_row_id = ids.draw_ids()
        if trace is None:
            trace = Trace(container, root_span_id or ids.new_root_span_id(span_id), propagated_event)
        if isinstance(row_id, str) and row_id:
            row_id = storable(row_id)
            self = Span(trace, span_id, row_id, parent_ids, name, created, _json_text(row_id))
        else:
            self = Span(trace, span_id, own_row_id, parent_ids, name, created)
        self._sets_current = sets_current
        metrics_part = ""
        if "metrics" in fields or start_secs is not None:
            start = read_ns // _NS_PER_MICRO / _MICROS if start_secs is None else start_secs
            metrics = fields["metrics"] = {"start": start, **fields.get("metrics", {})}
            self._end_secs = metrics.get("end")
        else:
            metrics_part = f',"metrics":{{"start":{secs}}}'
        if "scores" in fields:
            self._note_scores(fields["scores"])
        head = (
            f'{self._identity},"_is_merge":false,"span_parents":{self._parents_json},'
            f'"span_attributes":{{"exec_counter":{next(identifiers.exec_counter)},{part}{metrics_part}'
        )
        container.recorder.record(head, fields, stamp)
        return self

    @property
    def container(self) -> Container:
        """What the span is logged to."""
        return self.trace.container

    @property
    def root_span_id(self) -> str:
        """The id of the trace."""
        return self.trace.root_span_id

    @property
    def propagated_event(self) -> dict[str, Any] | None:
        """What the spans below it are to log, too."""
        return self.trace.propagated_event

    def log(self, **event: Any) -> None:
        """Log fields of the span: input, output, expected, error, tags, scores, metadata, metrics.

        Dictionaries merge deeply into what was logged before, lists and scalars replace, tags add up, None is
        ignored. Works after `end` too. Raises ValueError for scores, metrics, metadata or tags of the wrong shape.
        """
        self._update(checked_event(event))
        if event.get("error") is not None:
            printed_links.print_failed(self)

    def set_attributes(
        self,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - the contract's name
        span_attributes: dict[str, Any] | None = None,
    ) -> None:
        """Rename the span, or change its type or other attributes; None leaves what is there."""
        if name is not None:
            self.name = name
        given = {"name": name, "type": type, **(span_attributes or {})}
        self._update({"span_attributes": {key: value for key, value in given.items() if value is not None}})

    def log_feedback(self, **feedback: Any) -> None:
        """Log what is said of the span afterwards: scores, expected, tags, comment, metadata, source.

        Raises ValueError as `Logger.log_feedback` does.
        """
        from spanglass.feedback import record_feedback  # noqa: PLC0415 - off the hot path

        record_feedback(self.container, self.id, **feedback)

    def start_span(  # noqa: PLR0917 - the contract's order
        self,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - the contract's name
        span_attributes: dict[str, Any] | None = None,
        start_time: float | None = None,
        set_current: bool | None = None,
        parent: str | Mapping[str, str] | None = None,
        propagated_event: dict[str, Any] | None = None,
        **event: Any,
    ) -> Span:
        """Start a child of this span (or of the one that `parent` names: a slug, or W3C headers), and return it.

        `start_time` is in seconds since the epoch. Raises ValueError as `log` does.
        """
        from spanglass.parents import resolve_parent  # noqa: PLC0415 - it builds on spans

        origin = (resolve_parent(parent) if parent else None) or self.origin
        return open_span(
            origin,
            event,
            name=name,
            span_type=type,
            span_attributes=span_attributes,
            start_secs=start_time,
            set_current=set_current,
            propagated_event=propagated_event,
        )

    def end(self, end_time: float | None = None) -> float:
        """End the span now, or at `end_time` (seconds since the epoch); return when it ended.

        An end that was logged already stays.
        """
        if self._end_secs is None and self._end_ns:
            self._end_secs = self._end_ns // _NS_PER_MICRO / _MICROS
        if self._end_secs is None:
            end_secs = clock.now_secs() if end_time is None else end_time
            self._update({"metrics": {"end": end_secs}})
            self._end_secs = end_secs
        return self._end_secs

    def close(self, end_time: float | None = None) -> float:
        """Do what `end` does."""
        return self.end(end_time)

    def end_with_output(self, output: Any) -> None:
        """Log what came out, if it is not None, and end the span, in one row; in one piece, as `plain_call`."""
        try:
            if masking.mask is not None or self._end_secs is not None:
                self.end_with({} if output is None else {"output": output})
                return
            recorder = self.trace.recorder
            self._end_ns, stamp, _, _, secs = read_row_time()
            before, text = ("", b"") if output is None else (',"output":', snapshot_value(output, recorder.convert))
            head = f'{self._identity},"_is_merge":true,"metrics":{{"end":{secs}}},"_stamp":{stamp}{before}'.encode()
            recorder.write(b"".join((head, text, b"}\n")))
        except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
            take_internal_fault(error)

    def end_with(self, fields: dict[str, Any]) -> None:
        """Log fields that need no check and end the span, in one row."""
        try:
            read_ns, stamp, _, _, _ = read_row_time()
            if self._end_secs is None:
                self._end_secs = read_ns // _NS_PER_MICRO / _MICROS
                fields["metrics"] = {"end": self._end_secs}
            if fields:
                self.trace.recorder.record(f'{self._identify()},"_is_merge":true', fields, stamp)
        except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
            take_internal_fault(error)

    def export(self) -> str:
        """Return the span as a slug: `parent=` of a span in any process, and the key of `update_span`."""
        slug = SpanSlug(
            self.container.object_type,
            object_id=self.container.object_id,
            row_id=self.id,
            span_id=self.span_id,
            root_span_id=self.root_span_id,
            propagated_event=self.propagated_event,
        )
        return encode_slug(slug, legacy_ids=self.container.recorder.ids.is_legacy)

    def inject(self, carrier: dict[str, str] | None = None) -> dict[str, str]:
        """Add the W3C headers that name this span to `carrier` (or to a new dictionary), and return it."""
        from spanglass.trace_context import inject_span  # noqa: PLC0415 - off the hot path

        return inject_span({} if carrier is None else carrier, self)

    def permalink(self) -> str:
        """Return the `spanglass://` address of the span."""
        store_id = self.container.recorder.store.id
        return format_address(SpanAddress(self.root_span_id, self.span_id, store_id))

    def link(self) -> str:
        """Return the `spanglass://` address of the span, as `permalink` does."""
        return self.permalink()

    def flush(self) -> None:
        """Return once everything logged so far is safe on disk, attachments too."""
        self.container.recorder.flush()

    def set_current(self) -> None:
        """Make this the current span, until `unset_current`."""
        self._previous: Span | None = CURRENT_SPAN.get()
        CURRENT_SPAN.set(self)

    def unset_current(self) -> None:
        """Make current again what was before `set_current`."""
        # Not by a token: the two calls may come from different contexts, and a token knows only its own.
        CURRENT_SPAN.set(getattr(self, "_previous", None))
        self._previous = None

    @property
    def span_parents(self) -> list[str] | None:
        """Return the span ids of the parents, the primary one first; None at a root."""
        return orjson.loads(self._parents_json)

    @property
    def origin(self) -> Origin:
        """Return where a child of this span hangs."""
        trace = self.trace
        return Origin(trace.container, trace.root_span_id, (self.span_id,), trace.propagated_event, trace)

    def __enter__(self) -> Self:
        if self._sets_current:
            self.set_current()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sets_current:
            self.unset_current()
        self.end_with({} if error is None else {"error": format_error(error)})
        if error is not None:
            printed_links.print_failed(self)

    def __repr__(self) -> str:
        return f"<Span {self.name!r} {self.span_id}>"

    def _identify(self) -> str:
        """Return what begins each of its rows."""
        return self._identity or ""

    def _update(self, fields: dict[str, Any]) -> None:
        try:
            if "metrics" in fields and "end" in fields["metrics"]:
                self._end_secs = fields["metrics"]["end"]
            if "scores" in fields:
                self._note_scores(fields["scores"])
            self.trace.recorder.record(f'{self._identify()},"_is_merge":true', fields, read_row_time()[1])
        except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
            take_internal_fault(error)

    def _note_scores(self, scores: Mapping[str, float | None]) -> None:
        on_scores = self.trace.container.on_scores
        if on_scores is not None:
            on_scores(self.id, scores)


class NoopSpan(Span):
    """What stands in for a span where nothing is recorded: it takes every call and does nothing."""

    __slots__ = ()

    def __init__(self) -> None:  # pyright: ignore[reportMissingSuperCall] - a span that never starts
        self.id = self.name = self.span_id = ""
        self._parents_json = "null"
        self._sets_current = False

    @property
    def root_span_id(self) -> str:
        """No trace has this id."""
        return ""

    @property
    def propagated_event(self) -> dict[str, Any] | None:
        """Nothing is propagated."""
        return None

    def start_span(self, *_args: Any, **_event: Any) -> Span:
        """Return this very span: below nothing is nothing."""
        return self

    def end(self, end_time: float | None = None) -> float:
        """Return the time that a span would end at."""
        return clock.now_secs() if end_time is None else end_time

    def end_with_output(self, output: Any) -> None:
        """Do nothing."""

    def end_with(self, fields: dict[str, Any]) -> None:
        """Do nothing."""

    def export(self) -> str:
        """Return the empty slug, which every `parent=` ignores."""
        return ""

    def inject(self, carrier: dict[str, str] | None = None) -> dict[str, str]:
        """Return the carrier as it is."""
        return {} if carrier is None else carrier

    def log_feedback(self, **feedback: Any) -> None:
        """Do nothing."""

    def permalink(self) -> str:
        """Return no address."""
        return ""

    def flush(self) -> None:
        """Do nothing."""

    def set_current(self) -> None:
        """Do nothing: what is current stays."""

    def unset_current(self) -> None:
        """Do nothing."""

    def __repr__(self) -> str:
        return "<NOOP_SPAN>"

    def _update(self, fields: dict[str, Any]) -> None:
        """Write nothing; arguments are checked all the same, so that misuse shows before a logger is there."""


NOOP_SPAN = NoopSpan()


def open_span(
    origin: Origin,
    event: dict[str, Any],
    *,
    name: str | None = None,
    span_type: str | None = None,
    span_attributes: dict[str, Any] | None = None,
    start_secs: float | None = None,
    set_current: bool | None = None,
    propagated_event: dict[str, Any] | None = None,
) -> Span:
    """Start a span below `origin`, with the defaults of its place. Raises ValueError for a malformed event.

    A bug of ours on the way gives NOOP_SPAN: the program goes on untraced.
    """
    row_id = event.get("id")
    if propagated_event:
        origin = origin._replace(propagated_event=propagated_event, trace=None)
    if origin.propagated_event:
        event = merge_deeply(event, origin.propagated_event)
    fields = checked_event(event)
    if origin.container.recorder.is_off:
        return NOOP_SPAN
    try:
        caller = find_caller()
        is_root = not origin.parent_ids
        if not name:
            name = "root" if is_root else caller.span_name if caller else "subspan"
        default_type = origin.container.root_type if is_root else None
        # A propagated event may have attributes of its own.
        attributes = {**(span_attributes or {}), **fields.pop("span_attributes", {})}
        label_json = make_label(name, span_type or default_type, attributes)
        if caller and ("context" in fields or masking.mask is not None):
            fields["context"] = merge_deeply(orjson.loads(caller.context_json), fields.get("context", {}))
            caller = None
        part = start_part(label_json, caller)
        sets_current = set_current is not False
        span = Span.start(origin, name, part, fields, start_secs=start_secs, row_id=row_id, sets_current=sets_current)
        if is_root and printed_links.prints_all:
            printed_links.print_started(span)
        if "error" in event:
            printed_links.print_failed(span)
    except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
        take_internal_fault(error)
        return NOOP_SPAN
    else:
        return span


def start_part(label_json: str, caller: Caller | None) -> str:
    """Return what a first row says the same way each time: name, type, attributes, and where the call came from."""
    return f"{label_json}}}{caller.context_part if caller else ''}"


def make_label(name: str, span_type: str | None, attributes: dict[str, Any]) -> str:
    """Return name, type and attributes as the inside of a JSON object; attributes win, as they say it last."""
    label = {"name": name, **({"type": span_type} if span_type else {}), **attributes}
    return snapshot_json(label).decode()[1:-1]


def merge_deeply(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return both as one; where both have a dictionary these merge, else `more` wins."""
    merged = dict(base)
    for key, value in more.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = merge_deeply(cast("dict[str, Any]", before), cast("dict[str, Any]", value))
        else:
            merged[key] = value
    return merged


def current_span() -> Span:
    """Return the span that runs here, or NOOP_SPAN."""
    return CURRENT_SPAN.get() or NOOP_SPAN


def _json_text(text: str) -> str:
    return snapshot_json({"t": text}).decode()[len('{"t":') : -1]


def _span_to_text(_: Span) -> str:
    return "<span>"


register_conversion(Span, _span_to_text)
