from __future__ import annotations

import fcntl
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from spanglass_store.journal.liveness import claim, has_writer, release

if TYPE_CHECKING:
    from pathlib import Path


def test_a_segment_has_a_writer_from_claim_to_release(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    assert not has_writer(path)
    claim(fd)
    assert has_writer(path)
    release(fd)
    assert not has_writer(path)
    os.close(fd)


def test_a_claim_outlasts_somebody_who_is_just_asking(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    asking = os.open(path, os.O_RDONLY)
    fcntl.flock(asking, fcntl.LOCK_SH)
    answered = threading.Timer(0.01, os.close, [asking])
    answered.start()
    claim(fd)
    answered.join()
    assert has_writer(path)
    os.close(fd)


def test_a_claim_does_not_wait_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    held = os.open(path, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    began = time.monotonic()
    with pytest.raises(BlockingIOError):
        claim(fd)
    assert time.monotonic() - began < 2
    os.close(held)
    os.close(fd)
