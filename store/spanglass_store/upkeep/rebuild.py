"""Damaged tables made anew: what can still be read of them is copied, and the journal that was kept merged onto it.

The fold takes rows in any order and twice, so that the two need not be told apart.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from spanglass_store.database import engine
from spanglass_store.database.connection import Database
from spanglass_store.database.recovery import log_path, set_aside
from spanglass_store.database.statements import query
from spanglass_store.faults import StoreFault
from spanglass_store.upkeep.session import BUSY_TIMEOUT_SECS, merge_all

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.connection import Cursor

_TABLES = (
    "spans", "deleted_spans", "attachments", "comments", "projects", "experiments", "processes", "rootless_traces",
)  # fmt: skip
_LARGE_WINDOW, _SMALL_WINDOW = 122_880, 2048  # DuckDB's row group and vector: what is damaged together


def rebuild(store: Path) -> Path:
    """Set the tables aside and make them anew; return where the damaged ones lie now.

    Raises StoreBusy while another process holds them, and StoreFault where the disk says no.
    """
    database = Database(store, timeout_secs=BUSY_TIMEOUT_SECS)
    try:
        with database.closed_file() as path:
            try:
                aside = set_aside(path)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise StoreFault(f"The damaged tables cannot be set aside: {reason}.", path) from error
        with database.cursor() as cursor:
            _salvage(cursor, aside)
            # a number that the damaged tables never had: a window that showed them reads everything anew
            cursor.rows(query("write_sequence"), {"sequence": time.time_ns() // 1_000_000})
        merge_all(database)
    finally:
        database.close()
    return aside


def _salvage(cursor: Cursor, aside: Path) -> None:
    log = log_path(aside)
    if not _attach(cursor, aside):
        if not log.exists():
            return  # not a row can be read
        log.rename(log.with_suffix(".unread"))  # it is the damaged one, perhaps
        if not _attach(cursor, aside):
            return
    for table in _TABLES:
        try:
            [(row_count,)] = cursor.rows(query("count_damaged").format(table=table))
        except engine.Error:
            continue
        _copy_rows(cursor, table, 0, row_count, _LARGE_WINDOW)
    cursor.rows("DETACH damaged")


def _attach(cursor: Cursor, aside: Path) -> bool:
    try:
        cursor.rows(query("attach_damaged").format(path=str(aside).replace("'", "''")))
    except engine.Error:
        return False
    return True


def _copy_rows(cursor: Cursor, table: str, first: int, end: int, window: int) -> None:
    """Copy the rows that can be read, a window at a time; a window with damage is tried in smaller ones."""
    for since in range(first, end, window):
        until = min(since + window, end)
        try:
            cursor.rows(query("copy_damaged").format(table=table), {"since": since, "until": until})
        except engine.Error:
            if window > _SMALL_WINDOW:
                _copy_rows(cursor, table, since, until, _SMALL_WINDOW)
