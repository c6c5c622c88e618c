"""From `--store` to an open store, without making one where somebody only wants to read."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from spanglass_store.faults import NotAStore
from spanglass_store.known_stores import note_store
from spanglass_store.location import locate_store, read_store_info
from spanglass_viewer.cli.command import NotFound
from spanglass_viewer.cli.interrupts import cancelled_by_ctrl_c
from spanglass_viewer.cli.terminal import complain

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Generator
    from pathlib import Path

    from spanglass_store.database.reader import Store
    from spanglass_viewer.cli.terminal import Terminal


def existing_store_path(options: Namespace) -> Path:
    """Return the folder of the store that the options name.

    Raises NotFound where there is none, and StoreFault where it cannot be read.
    """
    path = locate_store(options.store)
    try:
        read_store_info(path)
    except NotAStore:
        sentence = f"There is no store yet; a program that logs makes it, or `spanglass demo`. {path}"
        raise NotFound(sentence) from None
    return path


def name_store(options: Namespace, terminal: Terminal) -> str | None:
    """Return the id of the store for the links that a terminal shows, known from now on; None where it shows none."""
    if not terminal.shows_links:
        return None
    info = read_store_info(existing_store_path(options))
    note_store(info)
    return info.id


@contextlib.contextmanager
def open_existing_store(options: Namespace) -> Generator[Store]:
    """Yield the store that the options name; Ctrl+C cancels what is asked of it.

    Raises NotFound where there is none, and StoreFault where it cannot be read.
    """
    path = existing_store_path(options)
    from spanglass_store.database.reader import open_store  # noqa: PLC0415 - DuckDB takes 60 to 100 ms to load

    store = open_store(path)
    with cancelled_by_ctrl_c(store.interrupt), store:
        if store.recovery is not None:
            complain(store.recovery.sentence)
        if store.unmerged is not None:
            complain(f"What is shown is not all. {store.unmerged}")
        yield store
