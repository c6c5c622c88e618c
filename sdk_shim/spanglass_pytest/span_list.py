"""Spans as a test looks at them: chosen by name, type and values, and held to budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, overload

_MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class LoggedSpan:
    """A span with all that was logged of it so far. Times are in seconds since the epoch."""

    name: str
    type: str | None
    input: Any
    output: Any
    expected: Any
    error: Any
    tags: list[str]
    scores: dict[str, Any]
    metadata: dict[str, Any]
    metrics: dict[str, Any]
    span_id: str
    root_span_id: str
    parent_ids: tuple[str, ...]

    @property
    def duration_secs(self) -> float | None:
        """How long it took; None while it runs."""
        start, end = self.metrics.get("start"), self.metrics.get("end")
        return None if start is None or end is None else end - start

    @property
    def tokens(self) -> int:
        """The tokens of this span alone; 0 where none were logged."""
        total = self.metrics.get("tokens") or self.metrics.get("total_tokens")
        return total or self.metrics.get("prompt_tokens", 0) + self.metrics.get("completion_tokens", 0)

    @property
    def cost(self) -> float | None:
        """The cost of this span alone, in US dollars; None where none was logged."""
        return self.metrics.get("cost", self.metrics.get("estimated_cost"))


class SpanList(Sequence[LoggedSpan]):
    """Spans in the order in which they began; a list of what is there at the moment of each look."""

    def __init__(self, read: Callable[[], Sequence[LoggedSpan]], what: str = "spans") -> None:
        self._read = read
        self._what = what

    @overload
    def __getitem__(self, index: int) -> LoggedSpan: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LoggedSpan]: ...
    def __getitem__(self, index: int | slice) -> LoggedSpan | Sequence[LoggedSpan]:
        return self._read()[index]

    def __len__(self) -> int:
        return len(self._read())

    def __iter__(self) -> Iterator[LoggedSpan]:
        return iter(self._read())

    def __repr__(self) -> str:
        return f"<{len(self)} {self._what}: {_names(self._read())}>"

    # choosing

    def named(self, name: str) -> SpanList:
        """Return the spans of this name."""
        return self._where(f"named {name!r}", lambda span: span.name == name)

    def of_type(self, span_type: str) -> SpanList:
        """Return the spans of this type, such as "llm"."""
        return self._where(f"of type {span_type!r}", lambda span: span.type == span_type)

    def below(self, parent: LoggedSpan) -> SpanList:
        """Return the children of a span."""
        return self._where(f"below {parent.name!r}", lambda span: parent.span_id in span.parent_ids)

    def having(self, **fields: Any) -> SpanList:
        """Return the spans whose fields are so: equal, holding at least these keys, or as a function wants them.

        `having(type="llm", metadata={"model": "gpt-5"}, output=lambda text: "refund" in text)`.
        """
        described = ", ".join(f"{name}={value!r}" for name, value in fields.items())
        return self._where(
            f"having {described}",
            lambda span: all(_matches(getattr(span, name), wanted) for name, wanted in fields.items()),
        )

    @property
    def failed(self) -> SpanList:
        """The spans with an error."""
        return self._where("with an error", lambda span: span.error is not None)

    # asserting

    def one(self) -> LoggedSpan:
        """Return the only span. Raises AssertionError, which names what is there, for none and for several."""
        found = self._read()
        if len(found) != 1:
            raise AssertionError(f"expected one of the {self._what}, found {len(found)}: {_names(found)}")
        return found[0]

    def none(self) -> None:
        """Raise AssertionError where there is any."""
        found = self._read()
        if found:
            raise AssertionError(f"expected none of the {self._what}, found {len(found)}: {_names(found)}")

    # budgets

    @property
    def tokens(self) -> int:
        """The tokens of all of them."""
        return sum(span.tokens for span in self._read())

    @property
    def cost(self) -> float:
        """The logged cost of all of them, in US dollars. Raises AssertionError where a call with tokens logged none."""
        found = self._read()
        unpriced = [span for span in found if span.tokens and span.cost is None]
        if unpriced:
            raise AssertionError(f"no cost was logged for {len(unpriced)} of the {self._what}: {_names(unpriced)}")
        return sum(span.cost or 0.0 for span in found)

    @property
    def duration_secs(self) -> float:
        """From the first start to the last end of those that have ended; 0 where none has."""
        metrics = [span.metrics for span in self._read() if span.duration_secs is not None]
        return max((m["end"] for m in metrics), default=0.0) - min((m["start"] for m in metrics), default=0.0)

    def assert_within(
        self,
        *,
        tokens: int | None = None,
        cost: float | None = None,
        duration_secs: float | None = None,
        errors: int | None = None,
        count: int | None = None,
    ) -> None:
        """Raise AssertionError, which says each budget that is exceeded, and by what."""
        budgets: list[tuple[str, float | None, Callable[[], float], str]] = [
            ("tokens", tokens, lambda: self.tokens, ",.0f"),
            ("dollars", cost, lambda: self.cost, ".6g"),
            ("seconds", duration_secs, lambda: self.duration_secs, ".3f"),
            ("errors", errors, lambda: len(self.failed), ".0f"),
            ("spans", count, lambda: len(self), ".0f"),
        ]
        used = [(unit, limit, read(), style) for unit, limit, read, style in budgets if limit is not None]
        exceeded = [f"{has:{style}} {unit}, {limit:{style}} allowed" for unit, limit, has, style in used if has > limit]
        if exceeded:
            raise AssertionError(f"the {self._what} exceed their budget: {'; '.join(exceeded)}")

    def _where(self, what: str, is_so: Callable[[LoggedSpan], bool]) -> SpanList:
        return SpanList(lambda: [span for span in self._read() if is_so(span)], f"{self._what} {what}")


def to_logged_spans(wire_spans: Sequence[Mapping[str, Any]]) -> list[LoggedSpan]:
    """Return spans from their wire form, all rows of a span already put together."""
    return [_to_logged_span(span) for span in wire_spans if span.get("span_id")]


def _to_logged_span(span: Mapping[str, Any]) -> LoggedSpan:
    attributes: Mapping[str, Any] = span.get("span_attributes") or {}
    return LoggedSpan(
        name=attributes.get("name") or "",
        type=attributes.get("type"),
        input=span.get("input"),
        output=span.get("output"),
        expected=span.get("expected"),
        error=span.get("error"),
        tags=span.get("tags") or [],
        scores=span.get("scores") or {},
        metadata=span.get("metadata") or {},
        metrics=span.get("metrics") or {},
        span_id=span["span_id"],
        root_span_id=span["root_span_id"],
        parent_ids=tuple(span.get("span_parents") or ()),
    )


def _matches(value: Any, wanted: Any) -> bool:
    if callable(wanted):
        return bool(wanted(value))
    if isinstance(wanted, Mapping):
        keys = cast("Mapping[str, Any]", wanted)
        if not isinstance(value, Mapping):
            return False
        held = cast("Mapping[str, Any]", value)
        return all(key in held and _matches(held[key], inner) for key, inner in keys.items())
    return value == wanted


def _names(spans: Sequence[LoggedSpan]) -> str:
    names = [span.name for span in spans[:_MAX_NAMED]]
    return ", ".join(names) + (", …" if len(spans) > _MAX_NAMED else "") if names else "there are none"
