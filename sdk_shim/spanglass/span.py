"""The span: a row when it starts, a row for each thing logged, a row when it ends."""

from __future__ import annotations

import itertools
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

import orjson

from spanglass import clock, masking, printed_links
from spanglass.caller import Caller, find_caller
from spanglass.conversion import register_conversion
from spanglass.errors import format_error
from spanglass.failures import take_internal_fault
from spanglass.snapshot import snapshot_json
from spanglass.validation import checked_event
from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_store.links.slugs import SpanSlug, encode_slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from spanglass.container import Container

CURRENT_SPAN: ContextVar[Span | None] = ContextVar("spanglass_current_span", default=None)

_NS = 1_000_000_000

exec_counter = itertools.count(1)


class Origin(NamedTuple):
    """Where a new span hangs: its container and, below a parent, the trace and the parents' span ids."""

    container: Container
    root_span_id: str | None = None
    parent_ids: tuple[str, ...] = ()
    propagated_event: dict[str, Any] | None = None


# What an `Origin` holds, where making one would cost more than all of its parts.
Place = tuple["Container", str | None, tuple[str, ...], dict[str, Any] | None]


class Span:
    """One unit of work, and a context manager. Made by `start_span` and `traced`, never directly.

    Everything logged is written at the moment of the call, as the value is then. Nothing here raises but for
    arguments of the wrong shape (ValueError).
    """

    __slots__ = (
        "__weakref__",
        "_end_secs",
        "_identity",
        "_parent_ids",
        "_previous",
        "_sets_current",
        "container",
        "id",
        "name",
        "propagated_event",
        "root_span_id",
        "span_id",
    )

    def __init__(
        self,
        origin: Origin | Place,
        name: str,
        label_json: str,
        fields: dict[str, Any],
        caller: Caller | None,
        *,
        start_secs: float | None = None,
        row_id: str | None = None,
        sets_current: bool = True,
    ) -> None:
        """Start the span: its first row is written here.

        `label_json` is its name and type as the inside of a JSON object; `fields` is taken over, not copied.
        """
        container, root_span_id, parent_ids, self.propagated_event = origin
        ids = container.recorder.ids
        now_ns = clock.now_ns()
        created, now_text = clock.texts_of(now_ns)
        self.container = container
        self.name = name
        self.span_id: str = ids.new_span_id()
        self.root_span_id: str = root_span_id or ids.new_root_span_id(self.span_id)
        self.id: str = row_id or ids.new_row_id(self.span_id)
        self._parent_ids = parent_ids
        self._sets_current = sets_current
        self._previous: Span | None = None
        self._end_secs: float | None = None
        # Ids of our own and of slugs need no escaping (`links.slugs` refuses others); a program's own row id may.
        id_json = f'"{self.id}"' if row_id is None else _json_text(row_id)
        self._identity = identity = (
            f'{{"id":{id_json},"created":"{created}",{container.fields_json},'
            f'"span_id":"{self.span_id}","root_span_id":"{self.root_span_id}"'
        )
        parents_json = '["' + '","'.join(parent_ids) + '"]' if parent_ids else "null"
        if masking.mask is not None and caller is not None:
            fields["context"], caller = orjson.loads(caller.context_json), None
        if "metrics" in fields or start_secs is not None:
            metrics_part = ""
            start = now_ns / _NS if start_secs is None else start_secs
            metrics = fields["metrics"] = {"start": start, **fields.get("metrics", {})}
            self._end_secs = metrics.get("end")
        else:
            metrics_part = f',"metrics":{{"start":{now_text}}}'
        if "scores" in fields:
            self._note_scores(fields["scores"])
        head = (
            f'{identity},"_is_merge":false,"span_parents":{parents_json},"span_attributes":{{"exec_counter":'
            f"{next(exec_counter)},{label_json}}}{caller.context_part if caller else ''}{metrics_part}"
        )
        container.recorder.record(head, fields, now_ns)

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
        if self._end_secs is None:
            end_secs = clock.now_secs() if end_time is None else end_time
            self._update({"metrics": {"end": end_secs}})
            self._end_secs = end_secs
        return self._end_secs

    def close(self, end_time: float | None = None) -> float:
        """Do what `end` does."""
        return self.end(end_time)

    def end_with(self, fields: dict[str, Any]) -> None:
        """Log fields that need no check and end the span, in one row."""
        try:
            now_ns = clock.now_ns()
            if self._end_secs is None:
                self._end_secs = now_ns / _NS
                fields["metrics"] = {"end": self._end_secs}
            if fields:
                self.container.recorder.record(f'{self._identity},"_is_merge":true', fields, now_ns)
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
        self._previous = CURRENT_SPAN.get()
        CURRENT_SPAN.set(self)

    def unset_current(self) -> None:
        """Make current again what was before `set_current`."""
        # Not by a token: the two calls may come from different contexts, and a token knows only its own.
        CURRENT_SPAN.set(self._previous)
        self._previous = None

    @property
    def span_parents(self) -> list[str] | None:
        """Return the span ids of the parents, the primary one first; None at a root."""
        return list(self._parent_ids) or None

    @property
    def origin(self) -> Origin:
        """Return where a child of this span hangs."""
        return Origin(self.container, self.root_span_id, (self.span_id,), self.propagated_event)

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

    def _update(self, fields: dict[str, Any]) -> None:
        try:
            if "metrics" in fields and "end" in fields["metrics"]:
                self._end_secs = fields["metrics"]["end"]
            if "scores" in fields:
                self._note_scores(fields["scores"])
            self.container.recorder.record(f'{self._identity},"_is_merge":true', fields, clock.now_ns())
        except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
            take_internal_fault(error)

    def _note_scores(self, scores: Mapping[str, float | None]) -> None:
        if self.container.on_scores is not None:
            self.container.on_scores(self.id, scores)


class NoopSpan(Span):
    """What stands in for a span where nothing is recorded: it takes every call and does nothing."""

    __slots__ = ()

    def __init__(self) -> None:  # pyright: ignore[reportMissingSuperCall] - a span that never starts
        self.id = self.name = self.span_id = self.root_span_id = ""
        self._parent_ids = ()
        self.propagated_event = None
        self._sets_current = False

    def start_span(self, *_args: Any, **_event: Any) -> Span:
        """Return this very span: below nothing is nothing."""
        return self

    def end(self, end_time: float | None = None) -> float:
        """Return the time that a span would end at."""
        return clock.now_secs() if end_time is None else end_time

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
        origin = origin._replace(propagated_event=propagated_event)
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
        if "context" in fields and caller:
            fields["context"] = merge_deeply(orjson.loads(caller.context_json), fields["context"])
            caller = None
        span = Span(
            origin,
            name,
            label_json,
            fields,
            caller,
            start_secs=start_secs,
            row_id=row_id if isinstance(row_id, str) and row_id else None,
            sets_current=set_current is not False,
        )
        if is_root and printed_links.prints_all:
            printed_links.print_started(span)
        if "error" in event:
            printed_links.print_failed(span)
    except Exception as error:  # noqa: BLE001 - a bug of ours never reaches the traced program
        take_internal_fault(error)
        return NOOP_SPAN
    else:
        return span


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
