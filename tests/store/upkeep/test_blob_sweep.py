from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter

from spanglass_store.blobs.files import Blob, blob_path, list_blobs, put_bytes
from spanglass_store.upkeep.blob_sweep import MIN_AGE_SECS, list_unnamed_blobs, sweep_blobs
from spanglass_store.upkeep.session import hold_store

if TYPE_CHECKING:
    from pathlib import Path


def put_old(store: Path, data: bytes) -> Blob:
    blob = put_bytes(store, data)
    make_old(blob_path(store, blob.digest))
    return blob


def make_old(path: Path) -> None:
    long_ago = time.time() - 2 * MIN_AGE_SECS
    os.utime(path, (long_ago, long_ago))


def unnamed(store: Path) -> list[Blob]:
    with hold_store(store) as database, database.cursor() as cursor:
        return list_unnamed_blobs(cursor)


def test_only_a_blob_that_nothing_names_is_swept(filled: Path) -> None:
    for path in (filled / "blobs").glob("??/*"):
        make_old(path)
    stray = put_old(filled, b"nobody names me")
    assert unnamed(filled) == [stray]
    assert sweep_blobs(filled, [stray]) == stray.size_bytes
    assert sorted(blob.size_bytes for blob in list_blobs(filled)) == [len(b"own bytes"), len(b"shared bytes")]


def test_a_young_blob_stays_as_its_line_may_be_on_the_way(filled: Path) -> None:
    put_bytes(filled, b"just stored")
    assert unnamed(filled) == []


def test_a_blob_that_a_line_in_flight_names_stays(filled: Path) -> None:
    blob = put_old(filled, b"in flight")
    writer = JournalWriter(filled, process="22" * 16)
    writer.write({"_line": "attachment", "key": "late", "state": "done", "digest": blob.digest, "size_bytes": 9})
    with hold_store(filled) as database, database.cursor() as cursor:
        cursor.rows("DELETE FROM attachments WHERE key = 'late'")  # as if it were not merged yet
        assert list_unnamed_blobs(cursor) == []
    writer.die()


@pytest.mark.parametrize("is_bytes", [True, False])
def test_a_blob_that_is_stored_anew_meanwhile_stays(filled: Path, *, is_bytes: bool) -> None:
    blob = put_old(filled, b"again")
    doomed = unnamed(filled)
    assert doomed == [blob]
    if is_bytes:
        put_bytes(filled, b"again")
    else:
        os.utime(blob_path(filled, blob.digest))
    assert sweep_blobs(filled, doomed) == 0
    assert blob_path(filled, blob.digest).read_bytes() == b"again"
    assert not list((filled / "blobs").glob(".swept-*"))
