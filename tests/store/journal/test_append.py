"""One append to a file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from spanglass_store.journal.append import HELD_WRITE_MAX_BYTES, append_giving_way, load_append

APPENDS = [append_giving_way, load_append()]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    fd = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    yield path, fd
    os.close(fd)


@pytest.mark.parametrize("append", APPENDS)
@pytest.mark.parametrize("size", [0, 1, 700, HELD_WRITE_MAX_BYTES, HELD_WRITE_MAX_BYTES + 1, 5_000_000])
def test_all_of_it_is_in_the_file(file, append, size):
    path, fd = file
    data = os.urandom(size)
    append(fd, b"before")
    append(fd, data)
    assert path.read_bytes() == b"before" + data


@pytest.mark.parametrize("append", APPENDS)
def test_bytes_with_nul_are_written_whole(file, append):
    path, fd = file
    append(fd, b"a\0b\0")
    assert path.read_bytes() == b"a\0b\0"


@pytest.mark.parametrize("append", APPENDS)
def test_a_refusal_raises_with_its_errno(append):
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)) as caught:
        append(1_000_000, b"x")
    assert caught.value.errno == errno.EBADF


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("append", APPENDS)
@pytest.mark.parametrize("size", [10, HELD_WRITE_MAX_BYTES + 1])
def test_a_full_disk_raises(append, size):
    fd = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            append(fd, b"x" * size)
    finally:
        os.close(fd)


def test_the_rest_follows_where_the_kernel_takes_a_part(monkeypatch):
    taken = []

    def take_three(_fd, data):
        taken.append(data[:3])
        return len(taken[-1])

    monkeypatch.setattr(os, "write", take_three)
    append_giving_way(1, b"abcdefgh")
    assert taken == [b"abc", b"def", b"gh"]
