from __future__ import annotations

import dataclasses
import os
import time
from typing import TYPE_CHECKING

import pytest
from journal_rows import EPOCH_SECS, JournalWriter

from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.settings import StoreSettings, read_settings, write_settings
from spanglass_store.upkeep.automatic import run_upkeep
from spanglass_store.upkeep.schedule import EVERY_SECS, STAMP_FILE, is_upkeep_due, mark_upkeep
from spanglass_store.upkeep.session import hold_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY_SECS = 86400.0


def set_limits(store: Path, **limits: float) -> None:
    write_settings(store, dataclasses.replace(read_settings(store), **limits))  # pyright: ignore[reportArgumentType] - the test's own names


def test_it_is_off_by_default(filled: Path, list_traces: Callable[[], list[int]]) -> None:
    assert not is_upkeep_due(filled)
    with hold_store(filled) as database:
        assert run_upkeep(database) is None
    assert list_traces() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({"prune_keep_last": 2}, [4, 5]),
        ({"prune_older_than_secs": 3.5 * DAY_SECS}, [3, 4, 5]),
        ({"prune_max_size_bytes": 3500}, [3, 4, 5]),
        ({"prune_older_than_secs": 1e10, "prune_keep_last": 100}, [1, 2, 3, 4, 5]),
    ],
)
def test_each_limit_prunes(
    filled: Path,
    list_traces: Callable[[], list[int]],
    monkeypatch: pytest.MonkeyPatch,
    limits: dict[str, float],
    left: list[int],
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: round((EPOCH_SECS + 6 * DAY_SECS) * 1e9))
    set_limits(filled, **limits)
    assert is_upkeep_due(filled)
    with hold_store(filled) as database:
        report = run_upkeep(database)
    assert (0 if report is None else report.trace_count) == 5 - len(left)
    assert list_traces() == left
    assert not is_upkeep_due(filled)


def test_it_is_due_again_after_a_day(filled: Path) -> None:
    set_limits(filled, prune_keep_last=2)
    mark_upkeep(filled)
    assert not is_upkeep_due(filled)
    day_ago = time.time() - EVERY_SECS - 1
    os.utime(filled / STAMP_FILE, (day_ago, day_ago))
    assert is_upkeep_due(filled)


def test_whoever_merges_goes_on_merging(filled: Path) -> None:
    """As the window does: with one database, open throughout."""
    set_limits(filled, prune_keep_last=1)
    database = Database(filled)
    merger = Merger(database, filled)
    merger.merge_once()
    report = run_upkeep(database)
    assert report is not None
    assert report.trace_count == 4
    writer = JournalWriter(filled, process="33" * 16)
    writer.span(99, trace=9)
    writer.die()
    assert merger.merge_once().spans_added == 1
    database.close()


@pytest.mark.parametrize(
    "text", [b"", b"[]", b'{"prune_keep_last": true}', b'{"prune_keep_last": -1}', b'{"prune_keep']
)
def test_settings_that_cannot_be_read_delete_nothing(filled: Path, text: bytes) -> None:
    (filled / "settings.json").write_bytes(text)
    assert read_settings(filled) == StoreSettings()
    assert not is_upkeep_due(filled)
