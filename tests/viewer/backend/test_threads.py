"""The threads beside the window end when it is closed, whatever they are at."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter
from PySide6.QtCore import Qt

from spanglass_store.settings import StoreSettings, write_settings
from spanglass_store.upkeep import compaction
from spanglass_store.upkeep.doctor import examine
from spanglass_viewer.backend import find_worker
from spanglass_viewer.backend.requests import (
    DetailAnswer,
    DetailRequest,
    DiffAnswer,
    DiffRequest,
    NameRequest,
    TraceAnswer,
    TraceRequest,
)
from spanglass_viewer.backend.threads import Backend
from spanglass_viewer.trace.references import SpanRef

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_store.database.reader import StoreReader

ENDLESS = "SELECT count(*) FROM range(1_000_000_000) AS a, range(1_000_000_000) AS b WHERE a.range % 7 = b.range % 11"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store that is to prune itself, with traces to prune."""
    store = tmp_path / "store"
    writer = JournalWriter(store)
    for number in range(1, 9):
        writer.span(number, trace=number, at=number, input="x" * 10_000)
    writer.die()
    write_settings(store, dataclasses.replace(StoreSettings(), prune_keep_last=1))
    return store


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let a compaction never come to its end; the event tells that it began."""
    began = threading.Event()

    def query(name: str) -> str:
        if name != "copy_tables":
            return original(name)
        began.set()
        return ENDLESS

    original = compaction.query
    monkeypatch.setattr(compaction, "query", query)
    monkeypatch.setattr("spanglass_store.upkeep.automatic._LEAST_DEAD_SHARE", 0.0)
    return began


def test_of_what_is_asked_faster_than_it_can_be_read_the_last_is_answered(tmp_path: Path, qtbot: QtBot) -> None:
    writer = JournalWriter(tmp_path / "asked")
    for number in range(1, 4):
        writer.span(number, trace=number, at=number)
    writer.die()
    refs = [SpanRef(f"{number:032x}", f"{number:016x}", 0) for number in range(1, 4)]
    backend = Backend(tmp_path / "asked")
    answers: list[TraceAnswer | DetailAnswer | DiffAnswer] = []
    keep_answer = answers.append
    workers = backend.store_worker, backend.detail_worker, backend.compare_worker
    for signal in (workers[0].trace_loaded, workers[1].span_read, workers[2].diffed):
        signal.connect(keep_answer)
    for number, ref in enumerate(refs):
        backend.load_trace(TraceRequest(number, ref.root_span_id, is_opening=True))
        backend.read_span(DetailRequest(number, ref))
        backend.diff_spans(DiffRequest(number, refs[0], ref))
    backend.start()
    try:
        qtbot.waitUntil(lambda: sum(answer.request.number == 2 for answer in answers) == 3, timeout=20_000)
        assert [answer.request.number for answer in answers] == [2, 2, 2]
    finally:
        backend.stop()


def assert_ended(backend: Backend) -> None:
    assert all(thread.isFinished() for thread in backend._threads)
    assert not backend.is_holding_file


def test_a_compaction_is_cancelled(qtbot: QtBot, store: Path, endless: threading.Event) -> None:
    backend = Backend(store)
    backend.start()
    qtbot.waitUntil(endless.is_set, timeout=20_000)
    backend.resolve_name(NameRequest(1, "of no span"))  # finds the store busy, and does not wait for it
    backend.stop()
    assert_ended(backend)
    assert not (store / compaction.DRAFT_FILE).exists()
    assert [finding for finding in examine(store) if finding.is_fault] == []


@pytest.mark.usefixtures("qapp")
def test_a_query_is_cancelled(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = threading.Event()

    def resolve(reader: StoreReader, _name: str) -> None:
        began.set()
        reader.sql(ENDLESS)

    monkeypatch.setattr("spanglass_store.database.named_span.get_named_span", resolve)
    backend = Backend(store)
    backend.start()
    backend.resolve_name(NameRequest(1, "of no span"))
    assert began.wait(20)
    backend.stop()
    assert_ended(backend)


def test_what_the_first_trace_needs_is_loaded_by_a_thread_that_has_nothing_to_do(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: dict[str, int] = {}
    monkeypatch.setattr(find_worker, "load_ahead", lambda: threads.update(loading=threading.get_ident()))
    backend = Backend(tmp_path / "ahead")
    backend.store_worker.database_ready.connect(
        lambda _: threads.update(store=threading.get_ident()), Qt.ConnectionType.DirectConnection
    )
    backend.start()
    qtbot.waitUntil(lambda: len(threads) == 2)
    backend.stop()
    assert len({threading.get_ident(), *threads.values()}) == 3, "neither the store's thread nor the window's waits"
