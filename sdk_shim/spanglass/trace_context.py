"""W3C Trace Context: spans over services by the headers `traceparent`, `tracestate` and `baggage`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import orjson

from spanglass.container import Container, container_of_slug, project_logs
from spanglass.failures import say_once
from spanglass.span import NoopSpan, Origin, Span, current_span
from spanglass_store.links.slugs import ObjectType, SpanSlug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass.recorder import Recorder

TRACEPARENT, TRACESTATE, BAGGAGE = "traceparent", "tracestate", "baggage"
PARENT_KEY = "braintrust.parent"

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
_HEX_IDS = re.compile(r"[0-9a-f]{32}-[0-9a-f]{16}")


def inject_trace_context(carrier: dict[str, str] | None = None, span: Span | None = None) -> dict[str, str]:
    """Add the W3C headers that name `span` (default: the current one) to `carrier`, and return it.

    Without a span, and with ids that are UUIDs, nothing is added. Whatever else `baggage` holds stays as it is,
    byte for byte.
    """
    return (span or current_span()).inject(carrier)


def extract_trace_context(headers: Mapping[str, str]) -> dict[str, str] | None:
    """Return the W3C headers among `headers`, for `parent=`; None where no valid `traceparent` is there."""
    found = {name: value for name in (TRACEPARENT, TRACESTATE, BAGGAGE) if (value := _find_header(headers, name))}
    if _TRACEPARENT.fullmatch(found.get(TRACEPARENT, "")) is None:
        return None
    return found


def inject_span(carrier: dict[str, str], span: Span) -> dict[str, str]:
    """Write the headers that name `span` into `carrier`, and return it."""
    if isinstance(span, NoopSpan) or _HEX_IDS.fullmatch(f"{span.root_span_id}-{span.span_id}") is None:
        return carrier
    inherited = span.container.inherited_headers or {}
    headers = {
        TRACEPARENT: f"00-{span.root_span_id}-{span.span_id}-01",
        TRACESTATE: inherited.get(TRACESTATE) or _find_header(carrier, TRACESTATE),
        BAGGAGE: _with_parent(_find_header(carrier, BAGGAGE) or inherited.get(BAGGAGE) or "", span.container),
    }
    for name in [name for name in carrier if name.lower() in headers]:
        del carrier[name]
    carrier.update({name: value for name, value in headers.items() if value})
    return carrier


def resolve_headers(headers: Mapping[str, str], current: Container | None, recorder: Recorder) -> Origin | None:
    """Return the place below the span that W3C headers name; None, said once, where they name none.

    `braintrust.parent` in the baggage names the container, else it is the current one.
    """
    found = extract_trace_context(headers) or {}
    match = _TRACEPARENT.fullmatch(found.get(TRACEPARENT, ""))
    if match is None:
        say_once(f"a parent's headers hold no traceparent, so the span starts a trace of its own: {list(headers)}")
        return None
    container = _container_of_baggage(found.get(BAGGAGE, ""), current, recorder) or current
    if container is None:
        say_once("a parent's headers name no project, and no logger is there: the span is not recorded.")
        return None
    passed_on = {name: found[name] for name in (TRACESTATE, BAGGAGE) if name in found}
    if passed_on:
        container = container._replace(inherited_headers=passed_on)
    return Origin(container, match[1], (match[2],))


def _container_of_baggage(baggage: str, current: Container | None, recorder: Recorder) -> Container | None:
    text = next((value for key, value in map(_member, baggage.split(",")) if key == PARENT_KEY), "")
    kind, _, name = unquote(text.partition(";")[0].strip()).partition(":")
    if not name:
        return None
    if kind in {"project_name", "project_id"}:
        container = project_logs(recorder, name) if kind == "project_name" else project_logs(recorder, None, name)
    elif kind == "experiment_id":
        container = container_of_slug(recorder, SpanSlug(ObjectType.EXPERIMENT, object_id=name))
    elif kind in {"prompt_session_id", "playground_id"}:
        container = container_of_slug(recorder, SpanSlug(ObjectType.PLAYGROUND, object_id=name))
    else:
        say_once(f"a parent's baggage names a container of an unknown kind, {kind!r}: it is ignored.")
        return None
    return current if current is not None and current.is_same(container) else container


def _with_parent(baggage: str, container: Container) -> str:
    """Return the baggage with our own member last, all others as they were."""
    foreign = [member for member in baggage.split(",") if _member(member)[0] != PARENT_KEY and member]
    return ",".join([*foreign, f"{PARENT_KEY}={quote(_name_of(container), safe='')}"])


def _name_of(container: Container) -> str:
    fields: dict[str, Any] = orjson.loads(f"{{{container.fields_json}}}")
    if container.object_type is ObjectType.PROJECT_LOGS and (name := fields.get("project_name")):
        return f"project_name:{name}"
    kinds = {ObjectType.EXPERIMENT: "experiment_id", ObjectType.PLAYGROUND: "prompt_session_id"}
    return f"{kinds.get(container.object_type, 'project_id')}:{container.object_id}"


def _member(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.strip(), value


def _find_header(headers: Mapping[str, str], name: str) -> str | None:
    """Return a header whatever the case of its name; several of one name are joined, as HTTP has it."""
    values = [value for key, value in headers.items() if isinstance(key, str) and key.lower() == name]  # pyright: ignore[reportUnnecessaryIsInstance] - headers come from anywhere
    texts = [value for value in values if isinstance(value, str)]  # pyright: ignore[reportUnnecessaryIsInstance] - as above
    return ",".join(texts) if texts else None
