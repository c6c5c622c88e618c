"""A store that is to prune itself does so after a command, where nobody else is at it; one line says so."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreBusy
from spanglass_store.location import locate_store
from spanglass_store.upkeep.schedule import is_upkeep_due
from spanglass_viewer.cli.progress import ProgressLine
from spanglass_viewer.cli.terminal import complain
from spanglass_viewer.format.quantities import format_bytes, format_many

if TYPE_CHECKING:
    from argparse import Namespace


def tidy_if_due(options: Namespace) -> None:
    """Run the upkeep of the store that the options name, where it is due. Raises StoreFault where the disk says no."""
    store = locate_store(options.store)
    if not is_upkeep_due(store):
        return
    from spanglass_store.upkeep.automatic import iter_upkeep  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load
    from spanglass_store.upkeep.session import hold_store  # noqa: PLC0415 - as above
    from spanglass_store.upkeep.steps import run_steps  # noqa: PLC0415 - as above

    progress = ProgressLine("Merging the journal")
    with contextlib.suppress(StoreBusy), hold_store(store, timeout_secs=0.0) as database:
        with progress.ticking():
            report = run_steps(iter_upkeep(database), progress.say)
        if report is not None:
            traces, freed = format_many(report.trace_count, "old trace"), format_bytes(report.freed_bytes)
            complain(f"Pruned {traces} by the store's settings; it is {freed} smaller.")
