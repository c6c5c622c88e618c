from __future__ import annotations

import fcntl
import math
import os
from typing import TYPE_CHECKING

import pytest

from spanglass_store.journal import liveness
from spanglass_store.journal.liveness import claim, has_writer, release

if TYPE_CHECKING:
    from collections.abc import Callable
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


class _Clock:
    """Stands still but for what is slept; once it has come to `at`, `act` happens."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, at: float = math.inf, act: Callable[[], object] | None = None
    ) -> None:
        self.now = 0.0
        self._at, self._act = at, act
        monkeypatch.setattr(liveness, "time", self)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, secs: float) -> None:
        self.now += secs
        if self._act is not None and self.now >= self._at:
            self._act()
            self._act = None


@pytest.mark.parametrize("secs", [0.01, 0.3], ids=["an instant", "as long as it waits for a core"])
def test_a_claim_outlasts_somebody_who_is_just_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secs: float
) -> None:
    path = tmp_path / "segment"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    asking = os.open(path, os.O_RDONLY)
    fcntl.flock(asking, fcntl.LOCK_SH)
    _Clock(monkeypatch, secs, lambda: os.close(asking))
    claim(fd)
    assert has_writer(path)
    os.close(fd)


def test_a_claim_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "segment"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    held = os.open(path, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    clock = _Clock(monkeypatch)
    with pytest.raises(BlockingIOError):
        claim(fd)
    assert clock.now < 2
    os.close(held)
    os.close(fd)
