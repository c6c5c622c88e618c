"""What a subtree adds up to: spans, tokens, errors; and the totals of a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_store.database.records import TraceSkeleton
    from spanglass_viewer.trace.errors import ErrorIndex
    from spanglass_viewer.trace.layout import Bools, Longs, TraceLayout

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rollups:
    """By span, over the span and all below it: `spans`, `tokens`, `own_errors`, `costs`, `has_estimate`.

    For the trace: `tokens_total`, `cost`, and `token_kinds`, how many tokens went in and out, were cached, or served
    reasoning, as far as that is known. What a parent logs again for its children is counted once. Costs are in US
    dollars, NaN or None where unknown; `has_estimate` tells whether any part was estimated by list prices.
    """

    spans: Longs
    tokens: Longs
    own_errors: Longs
    costs: Floats
    has_estimate: Bools
    tokens_total: int | None
    cost: float | None
    token_kinds: dict[str, int]
    counts_tokens: Bools  # by span: whether its own tokens are among those added up


def roll_up(
    layout: TraceLayout, errors: ErrorIndex, skeleton: TraceSkeleton, cost_estimates: Floats | None = None
) -> Rollups:
    """Add up a trace; `cost_estimates` are what spans cost that log no cost, NaN where that is unknown."""
    count = len(layout.row_of_span)
    tokens, cost, estimates = skeleton.tokens, skeleton.cost, cost_estimates
    is_logged = ~np.isnan(cost)
    estimates = np.full(count, np.nan) if estimates is None else estimates
    cost = np.where(is_logged, cost, estimates)
    logs_tokens, has_cost = np.asarray(tokens) >= 0, ~np.isnan(cost)
    token_shares = own_shares(layout, np.where(logs_tokens, tokens, 0))
    cost_shares = own_shares(layout, np.where(has_cost, cost, 0.0))
    costs, has_estimate = _cost_below(layout, cost_shares, has_cost, is_logged)
    return Rollups(
        costs=costs,
        has_estimate=has_estimate,
        spans=layout.subtree_sums(np.ones(count, np.int64)),
        tokens=layout.subtree_sums(token_shares),
        own_errors=layout.subtree_sums(errors.is_own),
        tokens_total=int(token_shares.sum()) if logs_tokens.any() else None,
        cost=float(cost_shares.sum()) if has_cost.any() else None,
        token_kinds=_count_kinds(skeleton, token_shares > 0),
        counts_tokens=token_shares > 0,
    )


def count_kinds_below(layout: TraceLayout, skeleton: TraceSkeleton, rollups: Rollups, span: int) -> dict[str, int]:
    """Return how many tokens of each known kind a span and all below it used."""
    first = int(layout.row_of_span[span])
    rows = slice(first, first + int(layout.subtree_rows[first]))
    is_below = np.zeros(len(layout.row_of_span), np.bool_)
    is_below[layout.span[rows][~layout.is_ghost[rows]]] = True
    return _count_kinds(skeleton, rollups.counts_tokens & is_below)


def _count_kinds(skeleton: TraceSkeleton, counts: Bools) -> dict[str, int]:
    """Return the known kinds of tokens, over the spans whose tokens count."""
    kinds = {
        "in": skeleton.prompt_tokens,
        "out": skeleton.completion_tokens,
        "cached": skeleton.cached_tokens,
        "reasoning": skeleton.reasoning_tokens,
    }
    return {
        kind: int(tokens[counts & (tokens >= 0)].sum(dtype=np.int64))
        for kind, tokens in kinds.items()
        if (tokens >= 0).any()
    }


def _cost_below(layout: TraceLayout, shares: Floats, has_cost: Bools, is_logged: Bools) -> tuple[Floats, Bools]:
    """Return, by span, the cost of its subtree and whether a part of that is an estimate."""
    sums = layout.subtree_amounts(shares)
    # a difference of sums is off by a little: nothing must not look like a trillionth of a dollar
    sums = np.where(layout.subtree_sums(shares > 0) > 0, np.maximum(sums, 0.0), 0.0)
    costs = np.where(layout.subtree_sums(has_cost) > 0, sums, np.nan)
    return costs, layout.subtree_sums(has_cost & ~is_logged & (shares > 0)) > 0


def own_shares(layout: TraceLayout, amounts: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return what each span adds to the sum of its trace.

    A span that logs an amount above others that log theirs either repeats them (a wrapper, an agent's total) or has
    its own beside: the larger of its own amount and the sum below it is taken for its subtree.
    """
    logs = amounts > 0
    is_above_others = logs & (layout.subtree_sums(logs) > 1)
    if not is_above_others.any():
        return np.where(logs, amounts, 0)
    return _settle_shares(layout, amounts, logs)


def _settle_shares(layout: TraceLayout, amounts: npt.NDArray[Any], logs: Bools) -> npt.NDArray[Any]:
    """Settle a level after the other, from the innermost of the spans that log: a level is one step of numpy."""
    shares = np.where(logs, amounts, 0)
    rows = np.flatnonzero(logs[layout.span] & ~layout.is_ghost)
    own = amounts[layout.span[rows]]
    ends = rows + layout.subtree_rows[rows]
    levels = np.cumsum(np.bincount(rows, minlength=len(layout) + 1) - np.bincount(ends, minlength=len(layout) + 1))[
        rows
    ]
    by_level = np.argsort(levels, kind="stable")
    edges = np.append(np.searchsorted(levels[by_level], np.arange(1, int(levels.max()) + 1)), len(rows))
    under = np.zeros(len(rows), amounts.dtype)
    for level in range(len(edges) - 2, 0, -1):
        inner, outer = by_level[edges[level] : edges[level + 1]], by_level[edges[level - 1] : edges[level]]
        above = np.searchsorted(rows[outer], rows[inner], "right") - 1  # the last one that began before
        taken = np.maximum(own[inner], under[inner])
        under[outer] += np.bincount(above, taken, len(outer)).astype(amounts.dtype)
    shares[layout.span[rows]] = np.maximum(own - under, 0)
    return shares
