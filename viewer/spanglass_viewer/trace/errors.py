"""Which errors began where they stand, and which were only raised through.

An error is *own* where it began. It is *bubbled* where a child's headline (`Type: message`) is its own too, or stands
as a line in its text: the child's exception went on up, or is the cause of this one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from spanglass_store.database.one_value import fold_one_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_viewer.trace.layout import Bools, Ints, TraceLayout

_TRACEBACK = "Traceback (most recent call last):"
_MAX_HEADLINE_CHARS = 2000
# what may stand around a headline on its line: an exception group draws its tree with bars
_BEFORE = frozenset("\n |+-")
_AFTER = frozenset("\r\n")


@dataclass(frozen=True, slots=True, eq=False)
class ErrorIndex:
    """The errors of a trace. By span: `is_own`, `is_bubbled`.

    `own_rows` are the rows of the own errors, rising, `own_spans` their spans.
    """

    is_own: Bools
    is_bubbled: Bools
    own_spans: Ints
    own_rows: Ints
    _origins: dict[int, int]

    def origin_of(self, span: int) -> int:
        """Return the span where a bubbled error began (the span itself where it began there)."""
        return self._origins.get(span, span)


def index_errors(is_error: Bools, texts: Mapping[int, str], layout: TraceLayout) -> ErrorIndex:
    """Tell own from bubbled errors; `texts` are the errors' texts by span, as far as they are known."""
    is_error = np.asarray(is_error, np.bool_)
    origins = _follow(_find_causes(is_error, texts, layout))
    is_bubbled = np.zeros(len(is_error), np.bool_)
    is_bubbled[list(origins)] = True
    is_own = is_error & ~is_bubbled
    rows = np.sort(layout.row_of_span[np.flatnonzero(is_own)])
    return ErrorIndex(
        is_own=fold_one_value(is_own),
        is_bubbled=fold_one_value(is_bubbled),
        own_spans=layout.span[rows],
        own_rows=rows,
        _origins=origins,
    )


def headline_of(text: str) -> str:
    """Return the line of an error's text that names it, such as `ValueError: no such order`; "" where there is none.

    In a Python traceback that is the first line after the last frames, or the very first one where none follows
    (rows of the real SDK put the exception first); in JSON its name and message; else the first line.
    """
    text = text[-_MAX_HEADLINE_CHARS * 10 :]
    if text.lstrip().startswith("{"):
        return _headline_of_json(text)
    _, found, tail = text.rpartition(_TRACEBACK)
    if found:
        raised = next((line for line in tail.splitlines() if line[:1].strip(" \t|+")), None)
        if raised is not None:
            return raised.rstrip()[:_MAX_HEADLINE_CHARS]
    first = next((line for line in text.splitlines() if line.strip()), "")
    return first.strip()[:_MAX_HEADLINE_CHARS]


def _headline_of_json(text: str) -> str:
    try:
        value: object = json.loads(text)
    except ValueError:
        return text.strip().splitlines()[0][:_MAX_HEADLINE_CHARS]
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    named = [fields.get("name") or fields.get("type"), fields.get("message")]
    return ": ".join(part for part in named if isinstance(part, str) and part)[:_MAX_HEADLINE_CHARS]


def _find_causes(is_error: Bools, texts: Mapping[int, str], layout: TraceLayout) -> dict[int, int]:
    """Return, by bubbled span, the child that its error came from: the latest one that fits."""
    child, parent = layout.span, layout.span[layout.parent_row]
    edges = np.flatnonzero((layout.parent_row >= 0) & is_error[child] & is_error[parent])
    failed = {*child[edges].tolist(), *parent[edges].tolist()}
    headlines = {span: headline_of(texts.get(span, "")) for span in failed}
    causes: dict[int, int] = {}
    for lower, upper in zip(child[edges].tolist(), parent[edges].tolist(), strict=True):
        headline = headlines[lower]
        if headline and (headline == headlines[upper] or _has_line(texts.get(upper, ""), headline)):
            causes[upper] = lower
    return causes


def _has_line(text: str, headline: str) -> bool:
    at = text.find(headline)
    while at >= 0:
        end = at + len(headline)
        if (at == 0 or text[at - 1] in _BEFORE) and (end >= len(text) or text[end] in _AFTER):
            return True
        at = text.find(headline, at + 1)
    return False


def _follow(causes: dict[int, int]) -> dict[int, int]:
    """Return the origin of each bubbled error; where causes go round, by further parents, one of them is the origin."""
    origins: dict[int, int] = {}
    for start in causes:
        path: dict[int, None] = {}
        at = start
        while at in causes and at not in origins and at not in path:
            path[at] = None
            at = causes[at]
        origin = origins.get(at, at)
        for span in path:
            if span != origin:
                origins[span] = origin
    return origins
