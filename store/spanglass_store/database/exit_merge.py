"""The merge at a program's exit, so that after a script its spans are in the tables; bounded, and never in the way."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BATCH_BUDGET_SECS = 0.1


def merge_at_exit(store_path: Path, timeout_secs: float = 2.0) -> None:
    """Merge the store's journal for at most about `timeout_secs`; what is left is merged by whoever comes next.

    Never raises. Skipped at once where another process holds the store. Memory is bounded by one batch.
    """
    deadline = time.monotonic() + timeout_secs
    with contextlib.suppress(Exception):  # the program is ending: nobody is there to be told
        from spanglass_store.database.connection import Database  # noqa: PLC0415 - 60 ms that count as ours
        from spanglass_store.database.merge import Merger  # noqa: PLC0415 - as above

        # nobody would read here what became of damaged tables: that is left to a window or a command
        database = Database(store_path, sets_damage_aside=False)
        try:
            merger = Merger(database, store_path)
            while not merger.is_caught_up and time.monotonic() < deadline:
                merger.merge_once(budget_secs=min(_BATCH_BUDGET_SECS, max(0.0, deadline - time.monotonic())))
            if time.monotonic() + _BATCH_BUDGET_SECS < deadline:
                merger.tidy(budget_secs=_BATCH_BUDGET_SECS)
        finally:
            database.let_go()
