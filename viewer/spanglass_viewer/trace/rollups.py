"""What a subtree adds up to: spans, tokens, errors; and the totals of a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanglass_viewer.trace.subtree_sums import SubtreeSums, count_ghosts_below, sum_below

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_store.database.records import TraceSkeleton
    from spanglass_viewer.trace.errors import ErrorIndex
    from spanglass_viewer.trace.layout import Bools, Longs, TraceLayout

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """What spans and all below them come to, an entry for each span that was asked about.

    `costs` are in US dollars, NaN where unknown; `has_estimate` tells whether any part was estimated by list prices.
    """

    spans: Longs
    tokens: Longs
    own_errors: Longs
    costs: Floats
    has_estimate: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Rollups:
    """What a trace adds up to, and by `below` any part of it. What a parent logs again for its children counts once.

    `cost` is in US dollars, None where unknown; `has_estimate` tells whether any of it was estimated by list prices.
    """

    tokens_total: int | None
    cost: float | None
    has_estimate: bool
    _ghosts: SubtreeSums
    _tokens: SubtreeSums
    _own_errors: SubtreeSums
    _costs: SubtreeSums
    _known_costs: SubtreeSums
    _estimated_costs: SubtreeSums
    _kinds: dict[str, SubtreeSums]

    @property
    def token_kinds(self) -> dict[str, int]:
        """How many tokens went in and out, were cached, or served reasoning, as far as that is known."""
        return {kind: int(sums.total) for kind, sums in self._kinds.items()}

    def token_kinds_below(self, span: int) -> dict[str, int]:
        """Return the same of one span and all below it, as far as that is known of the trace."""
        spans = np.array([span])
        return {kind: int(sums.of(spans)[0]) for kind, sums in self._kinds.items()}

    def below(self, spans: npt.NDArray[np.integer[Any]]) -> Amounts:
        """Return what these spans come to, each with all below it."""
        costs = np.where(self._costs.count(spans) > 0, np.maximum(self._costs.of(spans), 0.0), 0.0)
        layout = self._tokens.layout
        return Amounts(
            spans=np.asarray(layout.subtree_rows[layout.row_of_span[spans]] - self._ghosts.of(spans), np.int64),
            tokens=self._tokens.of(spans),
            own_errors=self._own_errors.of(spans),
            # a difference of sums is off by a little: nothing must not look like a trillionth of a dollar
            costs=np.where(self._known_costs.count(spans) > 0, costs, np.nan),
            has_estimate=self._estimated_costs.count(spans) > 0,
        )


def roll_up(
    layout: TraceLayout, errors: ErrorIndex, skeleton: TraceSkeleton, cost_estimates: Floats | None = None
) -> Rollups:
    """Add up a trace; `cost_estimates` are what spans cost that log no cost, NaN where that is unknown."""
    is_logged = ~np.isnan(skeleton.cost)
    cost = skeleton.cost if cost_estimates is None else np.where(is_logged, skeleton.cost, cost_estimates)
    logs_tokens, has_cost = np.asarray(skeleton.tokens) >= 0, ~np.isnan(cost)
    token_shares = own_shares(layout, np.where(logs_tokens, skeleton.tokens, 0))
    cost_shares = own_shares(layout, np.where(has_cost, cost, 0.0))
    is_estimated = has_cost & ~is_logged & (cost_shares > 0)
    return Rollups(
        tokens_total=int(token_shares.sum()) if logs_tokens.any() else None,
        cost=float(cost_shares.sum()) if has_cost.any() else None,
        has_estimate=bool(is_estimated.any()),
        _ghosts=count_ghosts_below(layout),
        _tokens=sum_below(layout, token_shares),
        _own_errors=sum_below(layout, errors.is_own),
        _costs=sum_below(layout, cost_shares),
        _known_costs=sum_below(layout, has_cost),
        _estimated_costs=sum_below(layout, is_estimated),
        _kinds=_sum_kinds(layout, skeleton, token_shares > 0),
    )


def _sum_kinds(layout: TraceLayout, skeleton: TraceSkeleton, counts: Bools) -> dict[str, SubtreeSums]:
    """Return the sums of the known kinds of tokens, over the spans whose tokens count."""
    kinds = {
        "in": skeleton.prompt_tokens,
        "out": skeleton.completion_tokens,
        "cached": skeleton.cached_tokens,
        "reasoning": skeleton.reasoning_tokens,
    }
    return {
        kind: sum_below(layout, np.where(counts, np.maximum(tokens, 0), 0))
        for kind, tokens in kinds.items()
        if (tokens >= 0).any()
    }


def own_shares(layout: TraceLayout, amounts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return what each span adds to the sum of its trace.

    A span that logs an amount above others that log theirs either repeats them (a wrapper, an agent's total) or has
    its own beside: the larger of its own amount and the sum below it is taken for its subtree.
    """
    logs = amounts > 0
    is_logging_row = np.zeros(len(layout), np.bool_)
    is_logging_row[layout.row_of_span[np.flatnonzero(logs)]] = True
    rows = np.flatnonzero(is_logging_row)
    ends = rows + layout.subtree_rows[rows]
    shares = np.where(logs, amounts, 0)
    if (ends[:-1] > rows[1:]).any():  # one stands above the next
        spans = layout.span[rows]
        shares[spans] = _settle_shares(amounts[spans], rows, ends)
    return shares


def _settle_shares(own: npt.NDArray[Any], rows: Longs, ends: Longs) -> npt.NDArray[Any]:
    """Return what each of the spans adds that log an amount; they stand on `rows`, their subtrees end before `ends`.

    A level is settled after the other, from the innermost on: a level is one step of numpy.
    """
    levels = np.arange(1, len(rows) + 1) - np.searchsorted(np.sort(ends), rows, "right")
    by_level = np.argsort(levels, kind="stable")
    edges = np.append(np.searchsorted(levels[by_level], np.arange(1, int(levels.max()) + 1)), len(rows))
    under = np.zeros(len(rows), own.dtype)
    for level in range(len(edges) - 2, 0, -1):
        inner, outer = by_level[edges[level] : edges[level + 1]], by_level[edges[level - 1] : edges[level]]
        above = np.searchsorted(rows[outer], rows[inner], "right") - 1  # the last one that began before
        taken = np.maximum(own[inner], under[inner])
        under[outer] += np.bincount(above, taken, len(outer)).astype(own.dtype)
    return np.maximum(own - under, 0)
