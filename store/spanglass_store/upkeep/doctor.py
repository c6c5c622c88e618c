"""Finds what is wrong with a store, and mends it: folder, tables, journal, and rows ↔ blobs ↔ segments."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_store.database.connection import DATABASE_FILE, Database, may_write
from spanglass_store.database.recovery import list_set_aside
from spanglass_store.database.segments import forget_segments, list_segments
from spanglass_store.database.statements import query
from spanglass_store.faults import DamagedLog, DamagedTables, NotAStore, StoreBusy, StoreFault, UnknownFormat
from spanglass_store.journal.kept import MERGED_FOLDER, is_whole, list_kept
from spanglass_store.journal.names import is_segment_name
from spanglass_store.location import JOURNAL_FOLDER, REJECTED_FOLDER
from spanglass_store.settings import read_settings
from spanglass_store.upkeep.blob_check import check_blobs
from spanglass_store.upkeep.doubled_spans import check_doubled
from spanglass_store.upkeep.findings import Finding, iter_settled
from spanglass_store.upkeep.folder_check import check_folder
from spanglass_store.upkeep.rebuild import rebuild
from spanglass_store.upkeep.row_check import check_merged
from spanglass_store.upkeep.session import BUSY_TIMEOUT_SECS, hold_store

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from spanglass_store.database.connection import Cursor
    from spanglass_store.upkeep.findings import Check

_DECISIVE = {"store-file", "damaged-tables", "damaged-log"}  # while it is so, there is nothing to compare the rest with
_READ_WHOLE = ("spans", "attachments", "comments", "segments", "projects", "experiments", "processes")


def examine(store: Path, *, is_fixing: bool = False, on_step: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """Return what is found, mended where `is_fixing` and it can be; what the journal holds is merged first.

    `on_step` is told what begins. What cannot be looked at, as another program holds the tables or the disk says no,
    is a finding too. Raises NotAStore, and UnknownFormat for a newer store.
    """
    found: list[Finding] = []
    try:
        for finding in _iter_findings(store, is_fixing=is_fixing, on_step=on_step):
            found.append(finding)
            if finding.kind in _DECISIVE and not finding.is_mended:
                break
    except (NotAStore, UnknownFormat):
        raise
    except StoreFault as fault:
        found.append(Finding(_kind_of(fault), f"{fault.sentence} The examination ended here.", fault.path or store))
    except PermissionError as error:
        sentence = "Something may not be read: permission denied. The examination ended here."
        found.append(Finding("unreadable", sentence, store if error.filename is None else Path(error.filename)))
    return found


def _kind_of(fault: StoreFault) -> str:
    return "in-use" if isinstance(fault, StoreBusy) else "unreadable"


def _iter_findings(store: Path, *, is_fixing: bool, on_step: Callable[[str], None]) -> Iterator[Finding]:
    yield from iter_settled(check_folder(store), is_fixing=is_fixing)
    on_step("Reading the tables")
    yield from iter_settled(_check_tables(store), is_fixing=is_fixing)
    yield from _list_set_aside(store)  # after the mending, which sets aside
    on_step("Reading the kept journal")
    yield from iter_settled(_check_kept(store), is_fixing=is_fixing)
    on_step("Merging the journal")
    with _hold(store) as database, database.cursor() as cursor:
        if database.recovery is not None:
            yield Finding("rebuilt", database.recovery.sentence, database.path, is_fault=False)
        is_fixing = is_fixing and not database.is_read_only
        yield from iter_settled(_check_journal(cursor), is_fixing=is_fixing)
        on_step("Comparing the rows")
        yield from iter_settled(check_doubled(database, cursor), is_fixing=is_fixing)
        on_step("Comparing the rows with the journal")
        yield from iter_settled(check_merged(database, cursor), is_fixing=is_fixing)
        on_step("Reading the attachments")
        yield from iter_settled(check_blobs(cursor), is_fixing=is_fixing)


@contextlib.contextmanager
def _hold(store: Path) -> Generator[Database]:
    """Yield the store merged to the end, or as it is where it may not be written."""
    if may_write(store):
        with hold_store(store) as database:
            yield database
        return
    database = Database(store, is_read_only=True, timeout_secs=BUSY_TIMEOUT_SECS)
    try:
        yield database
    finally:
        database.close()


def _list_set_aside(store: Path) -> Iterator[Finding]:
    for path in list_set_aside(store):
        sentence = "Damaged tables were set aside here; delete the file when it is of no more use."
        yield Finding("set-aside", sentence, path, is_fault=False)


def _check_tables(store: Path) -> Iterator[Check]:
    path = store / DATABASE_FILE
    if not path.exists():
        return
    is_read_only = not may_write(store)
    if is_read_only:
        sentence = "The store may not be written here: it is read as it is, and nothing is merged or mended."
        yield Finding("read-only", sentence, store, is_fault=False), None
    database = Database(store, is_read_only=is_read_only, timeout_secs=BUSY_TIMEOUT_SECS, sets_damage_aside=False)
    try:
        with database.cursor() as cursor:
            for table in _READ_WHOLE:
                cursor.rows(query("read_whole").format(table=table))
            yield from _check_deleted_segments(cursor)
    except DamagedLog as fault:
        database.close()
        yield Finding("damaged-log", fault.sentence, fault.path or path), None if is_read_only else lambda: _open(store)
    except DamagedTables:
        database.close()
        sentence = "The store's tables are damaged: they are made anew from what can be read of them, and the journal."
        yield Finding("damaged-tables", sentence, path), None if is_read_only else lambda: rebuild(store)
    finally:
        database.close()


def _open(store: Path) -> None:
    """Open the tables as everybody does: a damaged log is set aside, and the kept journal merged once more."""
    with hold_store(store):
        pass


def _check_deleted_segments(cursor: Cursor) -> Iterator[Check]:
    """Yield segments that are gone though nobody merged them to their end. Asked for before a merge forgets them."""
    if not read_settings(cursor.store).keep_journal_bytes:
        return  # a segment that was merged to its end leaves no trace
    journal = cursor.store / JOURNAL_FOLDER
    kept = {path.name.partition(".")[0] for path in list_kept(cursor.store / MERGED_FOLDER)}
    for name, _, _ in cursor.rows(query("list_segments")):
        if not (journal / name).exists() and name.partition(".")[0] not in kept:
            sentence = "A part of the journal was deleted; what was not merged of it is lost, and cannot be mended."
            yield Finding("deleted-segment", sentence, journal / name, is_fault=False), None


def _check_kept(store: Path) -> Iterator[Check]:
    for path in list_kept(store / MERGED_FOLDER):
        if not is_whole(path):
            finding = Finding("damaged-kept-segment", "A kept segment cannot be read to its end.", path)
            yield finding, _moved(path, store / REJECTED_FOLDER / path.name)


def _check_journal(cursor: Cursor) -> Iterator[Check]:
    journal, rejected = cursor.store / JOURNAL_FOLDER, cursor.store / REJECTED_FOLDER
    for path in sorted(journal.iterdir()) if journal.is_dir() else ():
        if not is_segment_name(path.name) and path.suffix != ".draft":
            sentence = "A file in the journal is no segment, and is never merged."
            yield Finding("foreign-file", sentence, path), _moved(path, rejected / path.name)
    sizes = {segment.name: segment.size_bytes for segment in list_segments(journal)}
    for name, merged_bytes, _ in cursor.rows(query("list_segments")):
        if name in sizes and sizes[name] < merged_bytes:
            sentence = "A segment is shorter than what was merged of it; merged anew it changes nothing."
            yield Finding("cut-segment", sentence, journal / name), _forgetting(cursor, name)
    kept_aside = [path for path in rejected.iterdir() if path.is_file()] if rejected.is_dir() else []
    if kept_aside:
        files = "1 file" if len(kept_aside) == 1 else f"{len(kept_aside)} files"
        sentence = f"What could not be used was set aside here, {files}; delete it at will."
        yield Finding("rejected-lines", sentence, rejected, is_fault=False), None


def _moved(path: Path, target: Path) -> Callable[[], object]:
    return lambda: path.replace(target)


def _forgetting(cursor: Cursor, segment: str) -> Callable[[], object]:
    return lambda: forget_segments(cursor, [segment])
