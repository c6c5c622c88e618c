"""The thread that searches: a newer search ends an older one, and a click is answered meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from spanglass_store.database.connection import Database
from spanglass_store.location import ensure_store
from spanglass_viewer.backend.find_worker import FindWorker
from spanglass_viewer.backend.requests import FindAnswer, FindRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def worker(store_path: Path) -> Iterator[FindWorker]:
    """A worker of this thread, on an empty store."""
    database = Database(ensure_store(store_path).path)
    made = FindWorker()
    made.use_database(database)
    yield made
    made.stop()
    database.close()


def test_a_newer_question_ends_the_search_under_way(worker: FindWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[FindAnswer] = []
    worker.trace_searched.connect(answers.append, Qt.ConnectionType.DirectConnection)
    ended: list[bool] = []

    def search_for_hours(cursor: Cursor, *_: object) -> list[str]:
        is_over = threading.Event()

        def ask_anew() -> None:
            while not is_over.wait(0.05):
                worker.cancel_before(2)  # before the statement has begun this does not end it

        asking = threading.Thread(target=ask_anew)
        asking.start()
        try:
            cursor.rows(
                "SELECT count(*) FROM range(1_000_000_000) AS a, range(1_000_000) AS b WHERE a.range = -b.range"
            )
        except Exception as error:
            ended.append("nterrupt" in f"{type(error).__name__}{error}")
            raise
        finally:
            is_over.set()
            asking.join()
        return []

    monkeypatch.setattr("spanglass_store.database.trace_search.find_in_trace", search_for_hours)
    worker.find_in_trace(FindRequest(1, "root", "old", 10))
    assert ended == [True]
    assert answers == []
    monkeypatch.setattr("spanglass_store.database.trace_search.find_in_trace", lambda *_: ["a"])
    worker.find_in_trace(FindRequest(2, "root", "new", 10))
    assert [(answer.request.text, answer.span_ids) for answer in answers] == [("new", ("a",))]


def test_a_question_that_is_outdated_when_its_turn_comes_is_not_asked(worker: FindWorker) -> None:
    answers: list[FindAnswer] = []
    worker.trace_searched.connect(answers.append, Qt.ConnectionType.DirectConnection)
    worker.cancel_before(2)
    worker.find_in_trace(FindRequest(1, "root", "old", 10))
    assert answers == []
