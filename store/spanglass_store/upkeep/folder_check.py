"""Looks at a store's folder: what it lies on, who may read it, what is missing from it or was left behind in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from typing import TYPE_CHECKING

import orjson

from spanglass_store.database.connection import DATABASE_FILE
from spanglass_store.database.segments import list_segments
from spanglass_store.database.store_lock import LOCK_FILE
from spanglass_store.faults import NotAStore, StoreFault, UnknownFormat
from spanglass_store.journal.kept import MERGED_FOLDER, list_kept
from spanglass_store.known_stores import find_known_id
from spanglass_store.location import (
    BLOBS_FOLDER,
    JOURNAL_FOLDER,
    REJECTED_FOLDER,
    STORE_FILE,
    SUBFOLDERS,
    make_store_file,
    read_store_info,
)
from spanglass_store.settings import SETTINGS_FILE
from spanglass_store.upkeep.blob_sweep import MIN_AGE_SECS
from spanglass_store.upkeep.compaction import DRAFT_FILE
from spanglass_store.upkeep.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from spanglass_store.upkeep.findings import Check

_OWNER_MAY_ALL, _OWNER_MAY_READ_AND_WRITE = 0o700, 0o600
_LEAST_FREE_BYTES = 1024 * 1024  # a batch of a merge needs about as much
# What work that was cut short leaves behind; nothing reads these again.
_DRAFTS = (
    f"{STORE_FILE}.*",
    f"{SETTINGS_FILE}.*",
    f"{DRAFT_FILE}*",
    f"{BLOBS_FOLDER}/.draft-*",
    f"{BLOBS_FOLDER}/.swept-*",
    f"{JOURNAL_FOLDER}/*.draft",
    f"{MERGED_FOLDER}/*.draft",
    f"{REJECTED_FOLDER}/*.draft",
)


def check_folder(store: Path) -> Iterator[Check]:
    """Yield what is wrong with the folder. Raises NotAStore, UnknownFormat, and StoreFault where it cannot be read."""
    yield from _check_permissions([(store, _OWNER_MAY_ALL), (store / STORE_FILE, _OWNER_MAY_READ_AND_WRITE)])
    yield from _check_store_file(store)
    yield from _check_disk(store)
    for name in SUBFOLDERS:
        path = store / name
        if not path.is_dir():
            yield Finding("missing-folder", "A folder of the store is missing.", path), _made(path)
    yield from _check_permissions(_list_owned(store))
    yield from _check_settings(store)
    for path in list_drafts(store):
        yield Finding("left-draft", "A copy that was cut short was left behind.", path), path.unlink


def list_drafts(store: Path) -> list[Path]:
    """Return the files that work which was cut short left behind; young ones may be at work."""
    found: list[Path] = []
    for path in (path for pattern in _DRAFTS for path in store.glob(pattern)):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > MIN_AGE_SECS:
                found.append(path)
    return found


def _check_store_file(store: Path) -> Iterator[Check]:
    path = store / STORE_FILE
    try:
        read_store_info(store)
    except UnknownFormat:
        raise
    except NotAStore:
        if not (store / DATABASE_FILE).is_file() and not list_segments(store / JOURNAL_FOLDER):
            raise
        sentence = "The file that says which store this is is missing."
    except StoreFault as fault:
        if not os.access(path, os.R_OK):
            raise
        sentence = fault.sentence
    else:
        return
    yield Finding("store-file", sentence, path), lambda: _make_store_file(store)


def _make_store_file(store: Path) -> None:
    """Make `store.json` anew, by the id that links know the store by, where this machine has noted it."""
    path = store / STORE_FILE
    if path.exists():
        (store / REJECTED_FOLDER).mkdir(mode=_OWNER_MAY_ALL, exist_ok=True)
        path.replace(store / REJECTED_FOLDER / STORE_FILE)
    make_store_file(store, find_known_id(store))


def _check_disk(store: Path) -> Iterator[Check]:
    free_bytes = shutil.disk_usage(store).free
    if free_bytes < _LEAST_FREE_BYTES:
        sentence = (
            f"The disk is full, {free_bytes:,} bytes are left: what programs log now is lost."
            " Only you can make room; then everything goes on by itself."
        )
        yield Finding("full-disk", sentence, store), None


def _check_permissions(owned: Iterable[tuple[Path, int]]) -> Iterator[Check]:
    for path, wanted in owned:
        try:
            mode = path.stat().st_mode & 0o777
        except OSError:
            continue  # gone by now, or its folder may not be entered, which is found by itself
        if mode & wanted != wanted:
            sentence = "Its owner may not read and write it."
        elif mode & 0o077:
            sentence = "Others may read it, and traces hold secrets."
        else:
            continue
        yield Finding("permissions", sentence, path), _allowed(path, wanted)


def _list_owned(store: Path) -> Iterator[tuple[Path, int]]:
    """Yield what the store stands on, each with the rights that its owner needs; folders before what is in them."""
    for name in (*SUBFOLDERS, MERGED_FOLDER):
        if (store / name).is_dir():
            yield store / name, _OWNER_MAY_ALL
    for name in (DATABASE_FILE, LOCK_FILE, SETTINGS_FILE):
        if (store / name).exists():
            yield store / name, _OWNER_MAY_READ_AND_WRITE
    with contextlib.suppress(OSError):
        for segment in list_segments(store / JOURNAL_FOLDER):
            yield store / JOURNAL_FOLDER / segment.name, _OWNER_MAY_READ_AND_WRITE
    with contextlib.suppress(OSError):
        for path in list_kept(store / MERGED_FOLDER):
            yield path, _OWNER_MAY_READ_AND_WRITE


def _check_settings(store: Path) -> Iterator[Check]:
    path = store / SETTINGS_FILE
    with contextlib.suppress(OSError):
        try:
            is_sound = isinstance(orjson.loads(path.read_bytes()), dict)
        except orjson.JSONDecodeError:
            is_sound = False
        if not is_sound:
            sentence = "The store's settings cannot be read: it goes by the defaults, and deletes nothing by itself."
            yield Finding("settings", sentence, path), _moved(path, store / REJECTED_FOLDER / path.name)


def _made(path: Path) -> Callable[[], object]:
    return lambda: path.mkdir(mode=_OWNER_MAY_ALL, exist_ok=True)


def _allowed(path: Path, mode: int) -> Callable[[], object]:
    return lambda: path.chmod(mode)


def _moved(path: Path, target: Path) -> Callable[[], object]:
    return lambda: path.replace(target)
