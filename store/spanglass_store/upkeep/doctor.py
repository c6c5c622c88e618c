"""Finds what is wrong with a store, and mends it: folder, tables, journal, and rows ↔ blobs ↔ segments."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spanglass_store.database.connection import DATABASE_FILE, Database
from spanglass_store.database.recovery import list_set_aside
from spanglass_store.database.segments import list_segments
from spanglass_store.database.statements import query
from spanglass_store.faults import DamagedTables
from spanglass_store.journal.kept import MERGED_FOLDER, is_whole, list_kept
from spanglass_store.journal.names import is_segment_name
from spanglass_store.location import BLOBS_FOLDER, JOURNAL_FOLDER, REJECTED_FOLDER, SUBFOLDERS, read_store_info
from spanglass_store.upkeep.blob_check import iter_blob_faults
from spanglass_store.upkeep.blob_sweep import MIN_AGE_SECS, list_unnamed_blobs
from spanglass_store.upkeep.rebuild import rebuild
from spanglass_store.upkeep.session import BUSY_TIMEOUT_SECS, hold_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor

_OWNER_MAY_ALL, _OWNER_MAY_READ_AND_WRITE = 0o700, 0o600
_READ_WHOLE = ("spans", "attachments", "comments", "segments", "projects", "experiments", "processes")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. Where `is_fault` is False it only is worth knowing."""

    kind: str
    sentence: str
    path: Path
    is_fault: bool = True
    is_mended: bool = False


Check = tuple[Finding, "Callable[[], object] | None"]


def examine(store: Path, *, is_fixing: bool = False, on_step: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """Return what is found, mended where `is_fixing` and it can be; what the journal holds is merged first.

    `on_step` is told what begins. Raises NotAStore, UnknownFormat, StoreBusy while another process holds the tables,
    and StoreFault.
    """
    read_store_info(store)
    found = _settle(_check_folder(store), is_fixing=is_fixing)
    on_step("Reading the tables")
    found += _settle(_check_tables(store), is_fixing=is_fixing)
    on_step("Reading the kept journal")
    found += _settle(_check_kept(store), is_fixing=is_fixing)
    if any(finding.kind == "damaged-tables" and not finding.is_mended for finding in found):
        return found  # what rows say cannot be compared with anything
    on_step("Merging the journal")
    with hold_store(store) as database, database.cursor() as cursor:
        found += _settle(_check_journal(cursor), is_fixing=is_fixing)
        on_step("Comparing the rows")
        found += _settle(_check_rows(cursor), is_fixing=is_fixing)
        on_step("Reading the attachments")
        found += _settle(_check_blobs(cursor), is_fixing=is_fixing)
    return found


def _settle(checks: Iterator[Check], *, is_fixing: bool) -> list[Finding]:
    found: list[Finding] = []
    for finding, mend in checks:
        is_mended = False
        if is_fixing and mend is not None:
            with contextlib.suppress(OSError):  # it is as it was, and stays among the findings
                mend()
                is_mended = True
        found.append(replace(finding, is_mended=is_mended))
    return found


def _check_folder(store: Path) -> Iterator[Check]:
    for name in SUBFOLDERS:
        path = store / name
        if not path.is_dir():
            yield Finding("missing-folder", "A folder of the store is missing.", path), _made(path)
    for path, wanted in _list_owned(store):
        mode = path.stat().st_mode & 0o777
        if mode & wanted != wanted:
            sentence = "Its owner may not read and write it."
        elif mode & 0o077:
            sentence = "Others may read it, and traces hold secrets."
        else:
            continue
        yield Finding("permissions", sentence, path), _allowed(path, wanted)


def _list_owned(store: Path) -> list[tuple[Path, int]]:
    """Return what the store stands on, each with the rights that its owner needs."""
    folders = [path for name in ("", *SUBFOLDERS) if (path := store / name).is_dir()]
    files = [path for path in (store / DATABASE_FILE, store / "merge.lock") if path.exists()]
    with contextlib.suppress(OSError):
        files += [store / JOURNAL_FOLDER / segment.name for segment in list_segments(store / JOURNAL_FOLDER)]
    return [(path, _OWNER_MAY_ALL) for path in folders] + [(path, _OWNER_MAY_READ_AND_WRITE) for path in files]


def _check_tables(store: Path) -> Iterator[Check]:
    for path in list_set_aside(store):
        sentence = "Damaged tables were set aside here; delete the file when it is of no more use."
        yield Finding("set-aside", sentence, path, is_fault=False), None
    path = store / DATABASE_FILE
    if not path.exists():
        return
    database = Database(store, timeout_secs=BUSY_TIMEOUT_SECS, sets_damage_aside=False)
    try:
        with database.cursor() as cursor:
            for table in _READ_WHOLE:
                cursor.rows(query("read_whole").format(table=table))
    except DamagedTables as fault:
        database.close()
        yield Finding("damaged-tables", fault.sentence, path), lambda: rebuild(store)
    finally:
        database.close()


def _check_kept(store: Path) -> Iterator[Check]:
    for path in list_kept(store / MERGED_FOLDER):
        if not is_whole(path):
            finding = Finding("damaged-kept-segment", "A kept segment cannot be read to its end.", path)
            yield finding, _moved(path, store / REJECTED_FOLDER / path.name)


def _check_journal(cursor: Cursor) -> Iterator[Check]:
    journal, rejected = cursor.store / JOURNAL_FOLDER, cursor.store / REJECTED_FOLDER
    for path in sorted(journal.iterdir()) if journal.is_dir() else ():
        if not is_segment_name(path.name):
            sentence = "A file in the journal is no segment, and is never merged."
            yield Finding("foreign-file", sentence, path), _moved(path, rejected / path.name)
    sizes = {segment.name: segment.size_bytes for segment in list_segments(journal)}
    for name, merged_bytes, _ in cursor.rows(query("list_segments")):
        if name in sizes and sizes[name] < merged_bytes:
            sentence = "A segment is shorter than what was merged of it; merged anew it changes nothing."
            yield Finding("cut-segment", sentence, journal / name), _run(cursor, "delete_segments", {"names": [name]})
    kept_aside = [path for path in rejected.iterdir() if path.is_file()] if rejected.is_dir() else []
    if kept_aside:
        sentence = f"{len(kept_aside)} files of lines that could not be merged are kept here."
        yield Finding("rejected-lines", sentence, rejected, is_fault=False), None


def _check_rows(cursor: Cursor) -> Iterator[Check]:
    [(doubled,)] = cursor.rows(query("count_doubled_spans"))
    if doubled:
        path = cursor.store / DATABASE_FILE
        yield Finding("doubled-spans", f"{doubled} spans stand in the tables more than once.", path), None


def _check_blobs(cursor: Cursor) -> Iterator[Check]:
    blobs = cursor.store / BLOBS_FOLDER
    for fault in iter_blob_faults(cursor):
        yield Finding(fault.kind, fault.sentence, fault.path), fault.mend
    unnamed = list_unnamed_blobs(cursor)
    if unnamed:
        size_bytes = sum(blob.size_bytes for blob in unnamed)
        sentence = (
            f"{len(unnamed)} files that nothing names take {size_bytes:,} bytes; `spanglass compact` deletes them."
        )
        yield Finding("unnamed-blobs", sentence, blobs, is_fault=False), None
    for path in [*blobs.glob(".draft-*"), *blobs.glob(".swept-*")]:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > MIN_AGE_SECS:
                yield Finding("left-draft", "A copy that was cut short was left behind.", path), path.unlink


def _made(path: Path) -> Callable[[], object]:
    return lambda: path.mkdir(mode=_OWNER_MAY_ALL, exist_ok=True)


def _allowed(path: Path, mode: int) -> Callable[[], object]:
    return lambda: path.chmod(mode)


def _moved(path: Path, target: Path) -> Callable[[], object]:
    return lambda: path.rename(target)


def _run(cursor: Cursor, name: str, parameters: dict[str, list[str]]) -> Callable[[], object]:
    return lambda: cursor.rows(query(name), parameters)
