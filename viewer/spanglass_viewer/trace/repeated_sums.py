"""What of an open trace's amounts its spans log again, as the list of traces wants it: without a query for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spanglass_store.database.records import ModelUsage
from spanglass_store.database.repeated_amounts import RepeatedAmounts
from spanglass_viewer.trace.rollups import lie_below, own_shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from spanglass_viewer.trace.layout import Bools, Longs
    from spanglass_viewer.trace.snapshot import TraceSnapshot

PROMPT_STEP_TOKENS = 4000  # as in `list_model_usage.sql`


def find_repeated(snapshot: TraceSnapshot) -> tuple[RepeatedAmounts, list[ModelUsage]]:
    """Return what `repeated_amounts.sql` and `list_model_usage.sql` find in the same trace."""
    skeleton, layout = snapshot.skeleton, snapshot.layout
    tokens = _known(skeleton.tokens)
    counting = own_shares(layout, tokens)
    part = np.divide(counting, tokens, out=np.ones(len(skeleton)), where=tokens > 0)
    prompt, completion, cached = (
        np.floor(_known(logged) * part).astype(np.int64)
        for logged in (skeleton.prompt_tokens, skeleton.completion_tokens, skeleton.cached_tokens)
    )
    cost = np.where(skeleton.cost >= 0, skeleton.cost, 0.0)
    has_price = np.isnan(skeleton.cost) & ((skeleton.prompt_tokens > 0) | (skeleton.completion_tokens > 0))
    has_price &= np.array([bool(model) for model in skeleton.models])[skeleton.model_code]
    is_costed_above = lie_below(layout, cost > 0) if (cost > 0).any() else np.zeros(len(skeleton), np.bool_)
    is_less = counting < tokens
    repeated = RepeatedAmounts(
        int((tokens - counting).sum()),
        int(_known(skeleton.prompt_tokens).sum() - prompt.sum()),
        int(_known(skeleton.completion_tokens).sum() - completion.sum()),
        int(_known(skeleton.cached_tokens).sum() - cached.sum()),
        float((cost - own_shares(layout, cost)).sum()),
        changes_prices=bool((is_less | (has_price & is_costed_above)).any()),
    )
    is_priced = has_price & ~is_costed_above & (~is_less | (counting > 0))
    return repeated, [*_iter_usage(snapshot, is_priced, prompt, completion, cached)]


def _known(logged: npt.NDArray[np.int32]) -> Longs:
    return np.maximum(logged, 0).astype(np.int64)


def _iter_usage(
    snapshot: TraceSnapshot, is_priced: Bools, prompt: Longs, completion: Longs, cached: Longs
) -> Iterator[ModelUsage]:
    skeleton = snapshot.skeleton
    calls = np.flatnonzero(is_priced)
    steps = _known(skeleton.prompt_tokens[calls]) // PROMPT_STEP_TOKENS
    # as one number each: rows of two are compared with the interpreter's lock held, 50 ms of a million spans
    most_steps = int(steps.max(initial=0)) + 1
    numbers = skeleton.model_code[calls].astype(np.int64) * most_steps + steps
    kinds, kind_of_call = np.unique(numbers, return_inverse=True)
    for place, kind in enumerate(int(number) for number in kinds):
        alike: npt.NDArray[np.intp] = calls[kind_of_call == place]
        yield ModelUsage(
            skeleton.root_span_id,
            skeleton.models[kind // most_steps],
            len(alike),
            int(prompt[alike].sum()),
            int(completion[alike].sum()),
            int(cached[alike].sum()),
            int(np.min(snapshot.start_us[alike])),
        )
