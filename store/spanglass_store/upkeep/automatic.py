"""The upkeep that a store's settings ask for: prune, sweep, and compact where much is dead."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from spanglass_store.settings import read_settings
from spanglass_store.upkeep.pruning import PruneRule, iter_prune_and_free, plan_prune
from spanglass_store.upkeep.schedule import mark_upkeep

if TYPE_CHECKING:
    from collections.abc import Generator

    from spanglass_store.database.connection import Database

_LEAST_DEAD_SHARE = 0.25  # of the tables: below it a copy of them is not worth its time


class UpkeepReport(NamedTuple):
    """What was done."""

    trace_count: int
    freed_bytes: int


def iter_upkeep(database: Database) -> Generator[str, None, UpkeepReport | None]:
    """Prune by the store's own limits, in steps; None where there was nothing to do. The journal must have been merged.

    It counts as done for the day however it ends. Raises StoreBusy, and StoreFault where the disk says no.
    """
    settings = read_settings(database.store)
    if not settings.prunes_itself:
        return None
    mark_upkeep(database.store)
    yield "Looking for old traces"
    rule = PruneRule(settings.prune_older_than_secs, settings.prune_keep_last, settings.prune_max_size_bytes)
    with database.cursor() as cursor:
        plan = plan_prune(cursor, rule, time.time_ns() // 1000)
    if not plan.root_span_ids:
        return None
    freed_bytes = yield from iter_prune_and_free(database, plan, least_dead_share=_LEAST_DEAD_SHARE)
    return UpkeepReport(len(plan.root_span_ids), freed_bytes)
