"""Content-addressed files."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.blobs import files
from spanglass_store.blobs.files import blob_path, put_bytes, put_file
from spanglass_store.location import ensure_store


@pytest.fixture
def store(tmp_path):
    return ensure_store(tmp_path / "store").path


def test_bytes_lie_under_their_digest(store):
    blob = put_bytes(store, b"hello")
    assert blob.digest == hashlib.sha256(b"hello").hexdigest()
    assert blob.size_bytes == 5
    path = blob_path(store, blob.digest)
    assert path == store / "blobs" / blob.digest[:2] / blob.digest
    assert path.read_bytes() == b"hello"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_read_in_bounded_chunks(store, monkeypatch):
    monkeypatch.setattr(files, "CHUNK_BYTES", 1000)
    data = os.urandom(10_500)
    sizes = []

    class Watched(io.BytesIO):
        def read(self, size=-1, /):
            sizes.append(size)
            return super().read(size)

    blob = put_file(store, Watched(data))
    assert blob_path(store, blob.digest).read_bytes() == data
    assert set(sizes) == {1000}


def test_the_same_bytes_make_one_blob(store):
    first = put_bytes(store, b"same")
    inode = blob_path(store, first.digest).stat().st_ino
    assert put_bytes(store, b"same") == first
    assert blob_path(store, first.digest).stat().st_ino == inode
    assert put_file(store, io.BytesIO(b"same")) == first
    assert [path.name for path in (store / "blobs").rglob("*") if path.is_file()] == [first.digest]


def test_racing_writers_of_the_same_bytes_leave_one_whole_blob(store):
    data = os.urandom(200_000)
    with ThreadPoolExecutor(8) as pool:
        blobs = set(pool.map(lambda _: put_file(store, io.BytesIO(data)), range(16)))
    assert len(blobs) == 1
    (blob,) = blobs
    assert blob_path(store, blob.digest).read_bytes() == data


def test_a_source_that_breaks_leaves_nothing_behind(store):
    class Broken(io.BytesIO):
        def read(self, _size=-1, /):
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        put_file(store, Broken())
    assert list((store / "blobs").iterdir()) == []


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "é" * 64])
def test_a_digest_never_leads_out_of_the_store(store, digest):
    with pytest.raises(ValueError, match="not a SHA-256 digest"):
        blob_path(store, digest)


@given(st.text())
def test_every_path_is_inside_or_refused(digest):
    root = "/store"
    try:
        path = blob_path(Path(root), digest)
    except ValueError:
        return
    assert os.path.commonpath([root, os.path.normpath(path)]) == root
