from __future__ import annotations

import fcntl
import threading
from typing import TYPE_CHECKING

import pytest

from spanglass_store.journal.names import segment_name
from spanglass_viewer.backend.journal_watch import JournalWatch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    folder = tmp_path / "journal"
    folder.mkdir()
    return folder


def test_news_are_a_segment_that_came_grew_or_lost_its_writer(journal: Path) -> None:
    watch = JournalWatch(journal, lambda: None)
    assert not watch.has_news()
    path = journal / segment_name(1_795_419_724_883, 7, "0123abcd")
    with path.open("ab", buffering=0) as segment:
        fcntl.flock(segment, fcntl.LOCK_EX)
        assert watch.has_news()
        assert not watch.has_news()
        segment.write(b"{}\n")
        assert watch.has_news()
        assert not watch.has_news()
    assert watch.has_news(), "its writer is gone"
    path.unlink()
    assert not watch.has_news(), "a retired segment tells nothing new"


def test_asleep_the_first_append_wakes_and_a_look_does_not(journal: Path) -> None:
    woken = threading.Event()
    path = journal / segment_name(1_795_419_724_883, 7, "0123abcd")
    path.touch()
    watch = JournalWatch(journal, woken.set)
    watch.fall_asleep()
    try:
        watch.has_news()
        assert list(journal.iterdir()) == [path]
        path.read_bytes()
        assert not woken.wait(0.3)
        with path.open("ab") as segment:
            segment.write(b"{}\n")
        assert woken.wait(30)
    finally:
        watch.wake_up()


def test_a_journal_that_is_not_there_has_no_news(tmp_path: Path) -> None:
    watch = JournalWatch(tmp_path / "nowhere", lambda: None)
    assert not watch.has_news()
    watch.fall_asleep()
    watch.wake_up()
