"""One append to a file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from spanglass_store.journal.append import HELD_WRITE_MAX_BYTES, append_giving_way, load_held_write

held_write = load_held_write()
needs_held_write = pytest.mark.skipif(held_write is None, reason="this platform has no held write")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    fd = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    yield path, fd
    os.close(fd)


@pytest.fixture
def full_fd():
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    fd = os.open("/dev/full", os.O_WRONLY)
    yield fd
    os.close(fd)


@pytest.mark.parametrize("size", [0, 1, 700, 5_000_000])
def test_all_of_it_is_in_the_file(file, size):
    path, fd = file
    data = os.urandom(size)
    append_giving_way(fd, b"before")
    append_giving_way(fd, data)
    assert path.read_bytes() == b"before" + data


@needs_held_write
@pytest.mark.parametrize("size", [0, 1, 700, HELD_WRITE_MAX_BYTES])
def test_the_held_write_returns_the_size(file, size):
    path, fd = file
    data = os.urandom(size)
    assert held_write(fd, data, size) == size
    assert path.read_bytes() == data


def test_a_refusal_raises_with_its_errno(full_fd):
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        append_giving_way(full_fd, b"x")
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        append_giving_way(1_000_000, b"x")


@needs_held_write
def test_the_held_write_returns_a_refusal(full_fd):
    assert held_write(full_fd, b"x", 1) == -1
    assert held_write(-1, b"x", 1) == -1


def test_the_rest_follows_where_the_kernel_takes_a_part(monkeypatch):
    taken = []

    def take_three(_fd, data):
        taken.append(data[:3])
        return len(taken[-1])

    monkeypatch.setattr(os, "write", take_three)
    append_giving_way(1, b"abcdefgh")
    assert taken == [b"abc", b"def", b"gh"]
