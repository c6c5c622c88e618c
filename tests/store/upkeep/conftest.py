"""A store with two projects, attachments and a comment; its journal merged and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store.location import ensure_store
from spanglass_store.upkeep.session import hold_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Database

DAY_SECS = 86400.0


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    ensure_store(path)
    return path


@pytest.fixture
def filled(store: Path) -> Path:
    """Return a store of five traces, a day apart; the first two share an attachment, the last is another project's."""
    writer = JournalWriter(store)
    shared = writer.attach("shared", b"shared bytes", "a.txt", "text/plain")
    own = writer.attach("own", b"own bytes", "b.txt", "text/plain")
    for trace in range(1, 6):
        at = trace * DAY_SECS
        project = {"project_id": "q", "project_name": "other"} if trace == 5 else {}
        files = {1: [shared, own], 2: [shared]}.get(trace, [])
        writer.span(10 * trace, trace=trace, at=at, input={"files": files, "text": "x" * 1000}, **project)
        writer.span(10 * trace + 1, parents=(10 * trace,), trace=trace, at=at, output=f"of {trace}", **project)
    for trace in (1, 3):
        writer.write({"id": f"note-{trace}", "origin": {"id": f"row-{10 * trace}"}, "comment": {"text": "good"}})
    writer.die()
    with hold_store(store):
        pass
    return store


@pytest.fixture
def database(filled: Path) -> Iterator[Database]:
    with hold_store(filled) as held:
        yield held


@pytest.fixture
def list_traces(filled: Path) -> Callable[[], list[int]]:
    """Return the numbers of the traces that are in the store."""

    def read() -> list[int]:
        with hold_store(filled) as held, held.cursor() as cursor:
            found = {root for (root,) in cursor.rows("SELECT root_span_id FROM spans")}
        return [number for number in range(1, 20) if root_id(number) in found]

    return read
