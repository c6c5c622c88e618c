"""What a subtree adds up to: spans, tokens, errors; and the totals of a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanglass_store.database.one_value import fold_one_value
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
class _Costs:
    """What spans cost: what was logged, and estimates elsewhere.

    A logged cost covers the spans below it: their estimates tell of them alone, and add nothing to what lies above.
    """

    sums: SubtreeSums
    known: SubtreeSums
    estimated: SubtreeSums
    covered_sums: SubtreeSums
    covered_known: SubtreeSums
    is_covered: Bools

    def below(self, spans: npt.NDArray[np.integer[Any]]) -> tuple[Floats, Bools]:
        """Return what spans and all below them cost, NaN where unknown, and whether any of it is an estimate."""
        is_covered = self.is_covered[spans]
        costs = self.sums.of(spans) + np.where(is_covered, self.covered_sums.of(spans), 0.0)
        known, estimated, covered = (
            self.known.count(spans),
            self.estimated.count(spans),
            self.covered_known.count(spans),
        )
        # a difference of sums is off by a little: nothing must not look like a trillionth of a dollar
        has_amount = (self.sums.count(spans) > 0) | (is_covered & (self.covered_sums.count(spans) > 0))
        costs = np.where(has_amount, np.maximum(costs, 0.0), 0.0)
        is_known = (known > 0) | (is_covered & (covered > 0))
        return np.where(is_known, costs, np.nan), (estimated > 0) | (is_covered & (covered > 0))


@dataclass(frozen=True, slots=True, eq=False)
class Rollups:
    """What a trace adds up to, and by `below` any part of it. What a parent logs again for its children counts once."""

    tokens_total: int | None
    _ghosts: SubtreeSums
    _tokens: SubtreeSums
    _own_errors: SubtreeSums
    _costs: _Costs
    _kinds: dict[str, SubtreeSums]

    @property
    def cost(self) -> float | None:
        """What the trace cost in US dollars, None where unknown."""
        return float(self._costs.sums.total) if self._costs.known.total else None

    @property
    def has_estimate(self) -> bool:
        """Whether any of the cost was estimated by list prices."""
        return self._costs.estimated.total > 0

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
        costs, has_estimate = self._costs.below(spans)
        layout = self._tokens.layout
        return Amounts(
            spans=np.asarray(layout.subtree_rows[layout.row_of_span[spans]] - self._ghosts.of(spans), np.int64),
            tokens=self._tokens.of(spans),
            own_errors=self._own_errors.of(spans),
            costs=costs,
            has_estimate=has_estimate,
        )


def roll_up(
    layout: TraceLayout, errors: ErrorIndex, skeleton: TraceSkeleton, cost_estimates: Floats | None = None
) -> Rollups:
    """Add up a trace; `cost_estimates` are what spans cost that log no cost, NaN where that is unknown.

    For the list of traces `repeated_amounts.sql` of the store does the same.
    """
    logs_tokens = np.asarray(skeleton.tokens) >= 0
    token_shares = own_shares(layout, np.where(logs_tokens, skeleton.tokens, np.int64(0)))
    counted = np.divide(token_shares, skeleton.tokens, out=np.ones(len(skeleton)), where=skeleton.tokens > 0)
    costs = _sum_costs(layout, skeleton.cost, np.nan if cost_estimates is None else cost_estimates, counted)
    tokens = sum_below(layout, token_shares, costs.sums)
    return Rollups(
        tokens_total=int(token_shares.sum()) if logs_tokens.any() else None,
        _ghosts=count_ghosts_below(layout),
        _tokens=tokens,
        _own_errors=sum_below(layout, errors.is_own),
        _costs=costs,
        _kinds=_sum_kinds(tokens, skeleton, counted),
    )


def _sum_costs(layout: TraceLayout, logged: Floats, estimates: Floats | float, counted: Floats) -> _Costs:
    """Return the sums of costs: those logged, and by estimates what tokens cost that are `counted`, a part of each."""
    is_logged = logged >= 0
    is_known = ~is_logged & ~np.isnan(estimates) & (counted > 0)
    prices = np.where(is_known, estimates * counted, 0.0)
    is_covered = lie_below(layout, logged > 0)
    shares = own_shares(layout, np.where(is_logged, logged, 0.0))
    sums = sum_below(layout, shares + np.where(is_covered, 0.0, prices))
    return _Costs(
        sums=sums,
        known=sum_below(layout, is_logged | (is_known & ~is_covered), sums),
        estimated=sum_below(layout, (prices > 0) & ~is_covered, sums),
        covered_sums=sum_below(layout, np.where(is_covered, prices, 0.0)),
        covered_known=sum_below(layout, is_known & is_covered),
        is_covered=fold_one_value(is_covered & ~(logged > 0)),
    )


def lie_below(layout: TraceLayout, is_top: Bools) -> Bools:
    """Tell of each span whether it lies below one that `is_top`."""
    tops = layout.row_of_span[np.flatnonzero(is_top)]
    steps = np.zeros(len(layout) + 1, np.int64)
    np.add.at(steps, tops + 1, 1)
    np.add.at(steps, tops + layout.subtree_rows[tops], -1)
    return np.asarray((np.cumsum(steps) > 0)[layout.row_of_span], np.bool_)


def _sum_kinds(whole: SubtreeSums, skeleton: TraceSkeleton, counted: Floats) -> dict[str, SubtreeSums]:
    """Return the sums of the known kinds of tokens, of which `counted` says which part of a span's counts.

    `whole` are those of all kinds together.
    """
    kinds = {
        "in": skeleton.prompt_tokens,
        "out": skeleton.completion_tokens,
        "cached": skeleton.cached_tokens,
        "reasoning": skeleton.reasoning_tokens,
    }
    return {
        kind: sum_below(whole.layout, np.floor(np.maximum(tokens, 0) * counted).astype(np.int64), whole)
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
