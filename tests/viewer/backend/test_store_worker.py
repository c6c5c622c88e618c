"""What the store thread does itself, called in this thread as its event loop would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter
from PySide6.QtCore import QTimer

from spanglass_store.database import merge, repeated_amounts
from spanglass_store.search.expression import EVERYTHING
from spanglass_viewer.backend import store_worker
from spanglass_viewer.backend.requests import ListAnswer, ListRequest, TraceAnswer, TraceRequest
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


@pytest.fixture
def nested_worker(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreWorker]:  # noqa: ARG001 - as above
    """A worker on a store with a trace that it takes for a large one, whose root logs again what its child logged."""
    monkeypatch.setattr(repeated_amounts, "LARGE_TRACE_SPANS", 1)
    monkeypatch.setattr(store_worker, "LOOK_AFTER_MS", 0)
    writer = JournalWriter(tmp_path / "nested")
    writer.span(0, metrics={"tokens": 10})
    writer.span(1, parents=[0], metrics={"tokens": 10})
    writer.die()
    made = StoreWorker(tmp_path / "nested")
    made.start()
    yield made
    made.stop()


def _list_tokens(worker: StoreWorker) -> list[int | None]:
    answers: list[ListAnswer] = []
    worker.traces_listed.connect(answers.append)
    worker.list_traces(ListRequest(1, EVERYTHING, 200))
    worker.traces_listed.disconnect(answers.append)
    return [summary.tokens for summary in answers[0].summaries]


def test_a_store_that_may_not_be_written_is_shown_as_it_is(
    worker: StoreWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.stop()
    writer = JournalWriter(tmp_path / "store", process="22" * 16)
    writer.span(2, trace=2)
    writer.die()
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    reader = StoreWorker(tmp_path / "store")
    faults: list[str] = []
    reader.fault_raised.connect(lambda fault: faults.append(str(fault)))
    reader.start()
    assert _list_tokens(reader) == [1100]
    reader._last_use -= store_worker.IDLE_AFTER_SECS
    reader._on_poll()
    assert not reader.is_holding_file
    reader.stop()
    assert [fault.split(":")[0] for fault in faults] == ["The store may not be written here"]


def test_what_a_trace_was_before_is_let_go_of_while_there_is_work(
    worker: StoreWorker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[object] = []
    monkeypatch.setattr(store_worker, "IDLE_AFTER_SECS", 1e9)
    monkeypatch.setattr(store_worker, "give_memory_back", lambda: held.append(worker._left))
    _load(worker, 1)
    _load(worker, 2)
    assert worker._left is not None
    qtbot.waitUntil(lambda: bool(held))
    assert held == [None]


def test_what_a_fault_leaves_without_an_answer_is_told(worker: StoreWorker, qtbot: QtBot) -> None:
    _load(worker, 1)
    worker._need_database().let_go()
    worker._store.rename(worker._store.with_name("moved"))
    with qtbot.waitSignal(worker.questions_dropped) as dropped:
        worker.load_trace(TraceRequest(2, ROOT, is_opening=True))
    assert "not there any more" in str(dropped.args[0])
    worker._store.with_name("moved").rename(worker._store)
    assert _load(worker, 3).snapshot is not None


def test_a_list_does_not_wait_for_what_a_large_trace_repeats(nested_worker: StoreWorker, qtbot: QtBot) -> None:
    with qtbot.waitSignal(nested_worker.repetition_found):
        assert _list_tokens(nested_worker) == [20]
    assert _list_tokens(nested_worker) == [10]
    with qtbot.assertNotEmitted(nested_worker.repetition_found, wait=20):
        assert _list_tokens(nested_worker) == [10]


def test_what_an_open_trace_repeats_needs_no_query(
    nested_worker: StoreWorker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeated_amounts, "_read", lambda *_: pytest.fail("it is known of the open trace"))
    monkeypatch.setattr(store_worker, "LOOK_AFTER_MS", 60_000)
    assert _list_tokens(nested_worker) == [20]
    with qtbot.waitSignal(nested_worker.repetition_found):
        assert _load(nested_worker, 1).snapshot is not None
    assert _list_tokens(nested_worker) == [10]


def test_what_an_open_trace_repeats_is_not_asked_for_while_it_grows(
    nested_worker: StoreWorker, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeated_amounts, "_read", lambda *_: pytest.fail("it is read again soon"))
    monkeypatch.setattr(store_worker, "LOOK_AFTER_MS", 60_000)
    _load(nested_worker, 1)
    writer = JournalWriter(tmp_path / "nested", process="22" * 16)
    writer.span(2, parents=[1], metrics={"tokens": 10})
    with qtbot.waitSignal(nested_worker.merged):
        nested_worker._on_poll()
    assert _list_tokens(nested_worker) == [30]
    with qtbot.assertNotEmitted(nested_worker.repetition_found):
        nested_worker._on_look_due()
    with qtbot.waitSignal(nested_worker.repetition_found):
        _load(nested_worker, 2)
    assert _list_tokens(nested_worker) == [10]
    writer.die()


def test_what_a_trace_repeats_that_is_not_shown_any_more_is_looked_for(
    nested_worker: StoreWorker, tmp_path: Path, qtbot: QtBot
) -> None:
    _load(nested_worker, 1)
    writer = JournalWriter(tmp_path / "nested", process="22" * 16)
    writer.span(2, parents=[1], metrics={"tokens": 10})
    writer.span(3, trace=2)
    with qtbot.waitSignal(nested_worker.merged):
        nested_worker._on_poll()
    assert _list_tokens(nested_worker) == [None, 30]
    nested_worker._look_pause.stop()
    with qtbot.waitSignal(nested_worker.repetition_found):
        nested_worker.load_trace(TraceRequest(2, f"{2:032x}", is_opening=True))
    assert _list_tokens(nested_worker) == [None, 10]
    writer.die()


def test_prices_that_come_later_do_not_make_it_read_the_trace_again(
    worker: StoreWorker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _load(worker, 1)
    assert first.lacks_prices
    with qtbot.waitSignal(worker.prices_loaded):
        worker.load_prices()
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


def test_it_compresses_what_was_merged_between_other_work_and_goes_on_after_a_restart(
    worker: StoreWorker, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_worker, "IDLE_AFTER_SECS", 0.0)
    parts: list[bool] = []
    tidy = merge.Merger.tidy

    def tidy_a_part(merger: merge.Merger) -> bool:
        parts.append(tidy(merger, budget_secs=0.001))
        if len(parts) == 1:
            worker._woken.emit()
            assert _load(worker, 7).snapshot is not None, "a click is answered in between"
        if len(parts) == 2:
            QTimer.singleShot(0, worker.stop)  # the window is closed in the midst of it
        return parts[-1]

    monkeypatch.setattr(merge.Merger, "tidy", tidy_a_part)
    store = tmp_path / "store"
    for number in range(10, 16):
        writer = JournalWriter(store, process=f"{number:032x}")
        writer.span(number, trace=number, input="x" * 4_000_000)
        writer.die()
    worker._on_poll()
    qtbot.waitUntil(lambda: len(parts) >= 2 and not worker.is_holding_file, timeout=30_000)
    kept = store / "merged"
    assert parts in ([False] * 2, [False] * 3)
    assert {path.suffix for path in kept.iterdir()} == {".ndjson", ".gz"}
    after = StoreWorker(store)
    after.start()
    qtbot.waitUntil(lambda: _is_all_compressed(kept) and not after.is_holding_file, timeout=30_000)
    after.stop()
    assert parts.index(True) > 4


def _is_all_compressed(kept: Path) -> bool:
    return {path.suffix for path in kept.iterdir()} == {".gz"}
