"""A filter's expression → a condition in SQL, of a span or of the span that heads a trace.

The text is put together from `queries/match_*.sql` and `queries/trace_*.sql` alone; whatever a user typed goes into
parameters, which are numbered: `$needle` of the third term is `$needle_3`.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from spanglass_store.database.columns import EPOCH
from spanglass_store.database.statements import query, repeated_in
from spanglass_store.search.expression import (
    Among,
    And,
    Compare,
    EndedSince,
    Expression,
    HasAttachment,
    HasError,
    IsRunning,
    Match,
    Meta,
    Not,
    Or,
    Score,
    Since,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SCAN_SINCE = "scan_since"  # the parameter that bounds what a trace's condition reads of its spans

_FIELD_COLUMNS = {"name": "name", "type": "type", "model": "model", "project": "project_name"}
_QUANTITY_COLUMNS = {"dur": "duration_secs", "tokens": "tokens", "cost": "cost"}
_OPERATORS = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_PARAMETER = re.compile(r"\$(?!scan_since\b)(\w+)")
_YEAR_9999_US = 253_402_214_400_000_000
LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001 - DuckDB's TIMESTAMP has no zone


class Condition:
    """The SQL of one expression: `sql` is the text, `parameters` are what it binds.

    Nothing that began before `not_before` is let through, and no span that ended before `ended_since` where there is
    one. Asked beside `sql`, these bounds spare the reading of what cannot match.
    """

    def __init__(self, expression: Expression, *, of_traces: bool, now_us: int) -> None:
        """`of_traces`: the condition is one of a head in `list_roots`, which must bind `SCAN_SINCE` too.

        `now_us` is what `since:2h` counts from, in µs since the epoch.
        """
        self.parameters: dict[str, Any] = {}
        self._of_traces = of_traces
        self._now_us = now_us
        self._terms = 0
        needed = expression.parts if isinstance(expression, And) else (expression,)
        self.not_before = max((self._moment(term) for term in needed if isinstance(term, Since)), default=LONG_AGO)
        self.ended_since = max((_moment(term.at_us) for term in needed if isinstance(term, EndedSince)), default=None)
        self.sql = self._join(expression)

    @property
    def reads_spans(self) -> bool:
        """Tell whether a trace's condition reads the trace's spans, not its head alone."""
        return f"${SCAN_SINCE}" in self.sql

    def _join(self, expression: Expression) -> str:
        if isinstance(expression, Not):
            return f"NOT ({self._join(expression.part)})"
        if isinstance(expression, And):
            return " AND ".join(f"({self._join(part)})" for part in expression.parts) or "TRUE"
        if isinstance(expression, Or):
            return " OR ".join(f"({self._join(part)})" for part in expression.parts)
        return self._of_trace(expression) if self._of_traces else f"coalesce({self._of_span(expression)}, FALSE)"

    def _of_trace(self, term: Expression) -> str:
        if isinstance(term, Since):
            return self._fill("trace_since", since=self._moment(term))
        if isinstance(term, Among):
            return self._fill("trace_among", roots=list(term.root_span_ids))
        if isinstance(term, Compare):
            if term.quantity == "dur":
                return self._fill("trace_duration", _words_of(term), number=term.number)
            repeated = repeated_in("spans_undecided")
            return self._fill("trace_sum", {**_words_of(term), "repeated": repeated}, number=term.number)
        return query("trace_with_span").format(predicate=self._of_span(term))

    def _of_span(self, term: Expression) -> str:  # noqa: PLR0911 - one line a kind of term
        if isinstance(term, HasError):
            return query("match_error")
        if isinstance(term, IsRunning):
            return query("match_running")
        if isinstance(term, HasAttachment):
            return query("match_attachment")
        if isinstance(term, Text):
            return " OR ".join(self._fill("match_text", needle=needle) for needle in _needles(term.text))
        if isinstance(term, Match):
            return self._of_field(term)
        if isinstance(term, Compare):
            return self._fill("match_quantity", _words_of(term), number=term.number)
        if isinstance(term, Score):
            words = {"operator": _OPERATORS[term.operator]}
            return self._fill("match_score", words, pointer=_pointer((term.name,)), number=term.number)
        if isinstance(term, Meta):
            return self._of_metadata(term)
        if isinstance(term, Since):
            return self._fill("match_since", since=self._moment(term))
        if isinstance(term, EndedSince):
            return self._fill("match_ended_since", since=_moment(term.at_us))
        if isinstance(term, Among):
            return self._fill("trace_among", roots=list(term.root_span_ids))
        raise TypeError(f"{type(term).__name__} is no term")

    def _of_field(self, term: Match) -> str:
        ending = "_exactly" if term.is_exact else ""
        if term.field in {"tag", "experiment"}:
            return self._fill(f"match_{term.field}{ending}", text=term.text)
        return self._fill(f"match_field{ending}", {"column": _FIELD_COLUMNS[term.field]}, text=term.text)

    def _of_metadata(self, term: Meta) -> str:
        """Look both for the way `a` → `b` and for a key `a.b`."""
        name, words = "match_meta_number", {"operator": _OPERATORS.get(term.operator, "")}
        if term.operator in {"=", ":"}:
            name, words = ("match_meta_is" if term.operator == "=" else "match_meta_holds"), {}
        pointers = {_pointer(term.keys), _pointer((".".join(term.keys),))}
        return " OR ".join(
            f"coalesce({self._fill(name, words, pointer=pointer, text=term.text)}, FALSE)"
            for pointer in sorted(pointers)
        )

    def _fill(self, name: str, words: dict[str, str] | None = None, **parameters: Any) -> str:
        """Return a query's text with our own words put in, and its parameters bound under numbers of their own."""
        self._terms += 1
        number = self._terms
        self.parameters.update({f"{key}_{number}": value for key, value in parameters.items()})
        text = query(name).format(**words) if words else query(name)
        return _PARAMETER.sub(rf"$\1_{number}", text)

    def _moment(self, term: Since) -> datetime:
        at_us = term.at_us
        if at_us is None:
            at_us = self._now_us - round((term.ago_secs or 0.0) * 1e6)
        return _moment(at_us)


def _moment(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=min(max(at_us, 0), _YEAR_9999_US))


def _words_of(term: Compare) -> dict[str, str]:
    return {"column": _QUANTITY_COLUMNS[term.quantity], "operator": _OPERATORS[term.operator]}


def _needles(text: str) -> list[str]:
    """Return how a text can stand in logged JSON: as it is, escaped, escaped down to ASCII."""
    escaped: list[Callable[[str], str]] = [str, lambda text: orjson.dumps(text).decode()[1:-1], _ascii]
    return list(dict.fromkeys(escape(text) for escape in escaped))


def _ascii(text: str) -> str:
    return json.dumps(text)[1:-1]


def _pointer(keys: tuple[str, ...]) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
