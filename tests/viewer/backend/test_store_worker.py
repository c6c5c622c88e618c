"""What the store thread does itself, called in this thread as its event loop would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter

from spanglass_store.database import merge
from spanglass_viewer.backend import store_worker
from spanglass_viewer.backend.requests import TraceAnswer, TraceRequest
from spanglass_viewer.backend.store_worker import StoreWorker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

ROOT = f"{1:032x}"
CALL = {"metadata": {"model": "gpt-5-mini"}, "metrics": {"prompt_tokens": 1000, "completion_tokens": 100}}


@pytest.fixture
def worker(tmp_path: Path, qtbot: QtBot) -> Iterator[StoreWorker]:  # noqa: ARG001 - its timers need an application
    """A worker on a store with one call of a model."""
    store = tmp_path / "store"
    writer = JournalWriter(store)
    writer.span(0)
    writer.span(1, parents=[0], **CALL)
    writer.die()
    made = StoreWorker(store)
    made.start()
    yield made
    made.stop()


def _load(worker: StoreWorker, number: int) -> TraceAnswer:
    answers: list[TraceAnswer] = []
    worker.trace_loaded.connect(answers.append)
    worker.load_trace(TraceRequest(number, ROOT, is_opening=False))
    worker.trace_loaded.disconnect(answers.append)
    [answer] = answers
    return answer


def test_prices_that_come_later_do_not_make_it_read_the_trace_again(
    worker: StoreWorker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _load(worker, 1)
    assert first.lacks_prices
    with qtbot.waitSignal(worker.prices_loaded):
        pass
    with monkeypatch.context() as patched:
        patched.setattr(store_worker.StoreWorker, "_read_trace", None)
        second = _load(worker, 2)
    assert first.snapshot is not None
    assert second.snapshot is not None
    assert second.snapshot.skeleton is first.snapshot.skeleton
    assert (first.snapshot.rollups.cost, second.lacks_prices) == (None, False)
    assert second.snapshot.rollups.cost is not None


def test_a_trace_that_grew_meanwhile_is_read(worker: StoreWorker, tmp_path: Path) -> None:
    first = _load(worker, 1)
    writer = JournalWriter(tmp_path / "store")
    writer.span(2, parents=[1])
    writer.die()
    worker._on_poll()
    second = _load(worker, 2)
    assert first.snapshot is not None
    assert second.snapshot is not None
    assert (len(first.snapshot), len(second.snapshot)) == (2, 3)


def test_a_writer_that_ends_just_before_it_falls_asleep_is_not_forgotten(
    worker: StoreWorker, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "_PROBE_SECS", 600.0)  # in which a merge believes that a writer lives
    writer = JournalWriter(tmp_path / "store")
    writer.span(2, parents=[1])
    worker._on_poll()
    writer.die()
    worker._need_watch().look()  # as the poll does that finds nothing new in the tables
    worker._fall_asleep()
    qtbot.waitUntil(lambda: not [*(tmp_path / "store" / "journal").iterdir()])
