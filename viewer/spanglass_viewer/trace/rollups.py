"""What a subtree adds up to: spans, tokens, errors; and the totals of a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_viewer.trace.errors import ErrorIndex
    from spanglass_viewer.trace.layout import Bools, Longs, TraceLayout


@dataclass(frozen=True, slots=True, eq=False)
class Rollups:
    """By span, over the span and all below it: `spans`, `tokens`, `own_errors`; for the trace: `tokens_total`, `cost`.

    Tokens that a parent logs again for its children are counted once; `cost` is in US dollars, None where unknown.
    """

    spans: Longs
    tokens: Longs
    own_errors: Longs
    tokens_total: int | None
    cost: float | None


def roll_up(layout: TraceLayout, errors: ErrorIndex, tokens: Longs, cost: npt.NDArray[np.float64]) -> Rollups:
    """Add up a trace; `tokens` is negative and `cost` is NaN where a span has none."""
    count = len(layout.row_of_span)
    logs_tokens, logs_cost = np.asarray(tokens) >= 0, ~np.isnan(np.asarray(cost, np.float64))
    token_shares = own_shares(layout, np.where(logs_tokens, tokens, 0))
    cost_shares = own_shares(layout, np.where(logs_cost, cost, 0.0))
    return Rollups(
        spans=layout.subtree_sums(np.ones(count, np.int64)),
        tokens=layout.subtree_sums(token_shares),
        own_errors=layout.subtree_sums(errors.is_own),
        tokens_total=int(token_shares.sum()) if logs_tokens.any() else None,
        cost=float(cost_shares.sum()) if logs_cost.any() else None,
    )


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
    shares = np.where(logs, amounts, 0)
    rows = np.flatnonzero(logs[layout.span] & ~layout.is_ghost)
    spans = layout.span[rows]
    ends = (rows + layout.subtree_rows[rows]).tolist()
    open_spans: list[tuple[int, int, Any]] = []  # (end row, span, own amount), from the outermost inwards
    below: list[Any] = [0]  # beside them: the sum below each, after that of the trace

    def close_last() -> None:
        _, span, own = open_spans.pop()
        under = below.pop()
        shares[span] = max(own - under, 0)
        below[-1] += max(own, under)

    for row, end, span, own in zip(rows.tolist(), ends, spans.tolist(), amounts[spans].tolist(), strict=True):
        while open_spans and open_spans[-1][0] <= row:
            close_last()
        open_spans.append((end, span, own))
        below.append(0)
    while open_spans:
        close_last()
    return shares
