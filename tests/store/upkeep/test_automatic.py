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
from spanglass_store.upkeep.automatic import iter_upkeep
from spanglass_store.upkeep.schedule import EVERY_SECS, STAMP_FILE, is_upkeep_due, mark_upkeep
from spanglass_store.upkeep.session import hold_store
from spanglass_store.upkeep.steps import run_steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY_SECS = 86400.0


def set_limits(store: Path, **limits: float) -> None:
    write_settings(store, dataclasses.replace(read_settings(store), **limits))  # pyright: ignore[reportArgumentType] - the test's own names


def test_it_is_off_by_default(filled: Path, list_traces: Callable[[], list[int]]) -> None:
    assert not is_upkeep_due(filled)
    with hold_store(filled) as database:
        assert run_steps(iter_upkeep(database)) is None
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
        report = run_steps(iter_upkeep(database))
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
    report = run_steps(iter_upkeep(database))
    assert report is not None
    assert report.trace_count == 4
    writer = JournalWriter(filled, process="33" * 16)
    writer.span(99, trace=9)
    writer.die()
    assert merger.merge_once().spans_added == 1
    database.close()


def test_rows_are_merged_between_the_steps_and_none_of_what_goes_comes_back(filled: Path) -> None:
    set_limits(filled, prune_keep_last=1)
    database = Database(filled)
    merger = Merger(database, filled)
    merger.merge_once()
    steps = iter_upkeep(database)
    texts, added = [next(steps)], 0
    for number, text in enumerate(steps):
        texts.append(text)
        writer = JournalWriter(filled, process=f"{number + 3:032x}")
        writer.span(100 + number, trace=50 + number, at=1e7)
        writer.end(1, trace=1, after=5.0)  # of a trace that goes
        writer.die()
        added += merger.merge_once().spans_added
    assert texts[0] == "Looking for old traces"
    assert "Cleaning the kept journal, 1 of 1" in texts
    assert "Deleting 4 traces" in texts
    assert added >= len(texts) - 1
    database.close()


@pytest.mark.parametrize("step_count", range(2, 7))
def test_a_prune_that_is_cut_short_is_no_half_one(
    filled: Path, list_traces: Callable[[], list[int]], step_count: int
) -> None:
    """The tables have all of it or none; a rebuild from the kept journal never has what the tables lost."""
    set_limits(filled, prune_keep_last=2)
    with hold_store(filled) as database:
        steps = iter_upkeep(database)
        for _ in range(step_count):
            next(steps, None)
        steps.close()
    left = list_traces()
    assert left in ([1, 2, 3, 4, 5], [4, 5])
    (filled / "traces.duckdb").unlink()
    assert set(list_traces()) <= set(left)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b'{"prune_keep_last": true}', b'{"prune_keep_last": -1}', b'{"prune_keep']
)
def test_settings_that_cannot_be_read_delete_nothing(filled: Path, text: bytes) -> None:
    (filled / "settings.json").write_bytes(text)
    assert read_settings(filled) == StoreSettings()
    assert not is_upkeep_due(filled)
