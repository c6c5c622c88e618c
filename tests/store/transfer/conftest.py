"""Stores to import into and to export from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.database.reader import open_store
from spanglass_store.location import ensure_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spanglass_store.database.records import SpanRecord


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An empty store."""
    path = tmp_path / "store"
    ensure_store(path)
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another one."""
    path = tmp_path / "other"
    ensure_store(path)
    return path


@pytest.fixture
def spans_of() -> Callable[[Path], list[SpanRecord]]:
    """Return all spans of a store, in the order of `created`."""

    def read(path: Path) -> list[SpanRecord]:
        with open_store(path) as opened:
            return list(opened.iter_spans())

    return read


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[..., Path]:
    """Write lines into a file to import."""

    def write(*lines: Any, name: str = "spans.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(line if isinstance(line, bytes) else line.encode() + b"\n" for line in lines))
        return path

    return write
