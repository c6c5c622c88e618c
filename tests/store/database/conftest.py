"""A store in a folder of its own, and a journal that tests write as a program would."""

from __future__ import annotations

import fcntl
import itertools
import os
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.database.connection import Database
from spanglass_store.database.merge import Merger
from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.names import segment_name
from spanglass_store.location import ensure_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECS = 1_795_000_000
NS_PER_SEC = 1_000_000_000


class SegmentFile:
    """A segment with a living writer, until it is sealed."""

    _numbers = itertools.count(1)

    def __init__(self, store: Path, pid: int = 4711, process: str | None = "process-1") -> None:
        number = next(self._numbers)
        self.path = store / "journal" / segment_name(START_SECS * 1000 + number, pid, f"{number:08x}")
        self.fd = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
        fcntl.flock(self.fd, fcntl.LOCK_EX)
        if process is not None:
            self.write({"_line": "process", "process": process, "pid": pid})

    def write(self, *lines: dict[str, Any]) -> None:
        for line in lines:
            self.write_bytes(encode_line(line))

    def write_bytes(self, raw: bytes) -> None:
        os.write(self.fd, raw)

    def seal(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class Rows:
    """Makes rows with ids and stamps that follow from their order."""

    def __init__(self) -> None:
        self._stamps = itertools.count(START_SECS * NS_PER_SEC, 1_000_000)

    def stamp(self) -> int:
        return next(self._stamps)

    def start(self, number: int, *, root: int = 0, parents: list[int] | None = None, **fields: Any) -> dict[str, Any]:
        """Return the start row of span `number`; without parents it is a root."""
        start = START_SECS + number / 1000
        return {
            "id": row_id(number),
            "_is_merge": False,
            "_stamp": self.stamp(),
            "created": created(number),
            "project_id": "p1",
            "project_name": "demo",
            "log_id": "g",
            "span_id": span_id(number),
            "root_span_id": root_span_id(root),
            "span_parents": [span_id(parent) for parent in parents] if parents else None,
            "metrics": {"start": start},
            "span_attributes": {"name": f"span {number}", "type": "task"},
            **fields,
        }

    def update(self, number: int, **fields: Any) -> dict[str, Any]:
        return {
            "id": row_id(number),
            "_is_merge": True,
            "_stamp": self.stamp(),
            "created": created(number),
            "project_id": "p1",
            "log_id": "g",
            **fields,
        }

    def end(self, number: int, secs: float = 0.5, **fields: Any) -> dict[str, Any]:
        metrics = {"end": START_SECS + number / 1000 + secs, **fields.pop("metrics", {})}
        return self.update(number, metrics=metrics, **fields)


def row_id(number: int) -> str:
    return str(uuid.UUID(int=number + 1, version=4))


def span_id(number: int) -> str:
    return f"{number + 1:016x}"


def root_span_id(number: int) -> str:
    return f"{number + 1:032x}"


def created(number: int) -> str:
    return datetime.fromtimestamp(START_SECS + number / 1000, UTC).isoformat(timespec="microseconds")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    ensure_store(path)
    return path


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def database(store: Path) -> Iterator[Database]:
    database = Database(store)
    yield database
    database.close()


@pytest.fixture
def merger(database: Database, store: Path) -> Merger:
    return Merger(database, store)


@pytest.fixture
def open_segment(store: Path) -> Iterator[Any]:
    opened: list[SegmentFile] = []

    def open_one(**options: Any) -> SegmentFile:
        opened.append(SegmentFile(store, **options))
        return opened[-1]

    yield open_one
    for segment in opened:
        segment.seal()
