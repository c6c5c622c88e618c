"""Large values on their way from the tables into files, and back where somebody wants one whole."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING

import pytest
from merged_spans import merged_span

from spanglass_store.database import large_values as stored
from spanglass_viewer.backend.large_values import keep_values, read_whole
from spanglass_viewer.decoders.answers import DecoderFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.large_values import TrimmedSpan

_VALUE = {"größer": "als das, was passt " * 20}


@pytest.fixture
def cursor(store_path: Path) -> Iterator[Cursor]:
    with merged_span(store_path, input=_VALUE, metadata=_VALUE) as cursor:
        yield cursor


def _trim(cursor: Cursor) -> TrimmedSpan:
    root, span = cursor.rows("SELECT root_span_id, span_id FROM spans")[0]
    trimmed = stored.find_trimmed_span(cursor, root, span, 0, most_bytes=100, most_media_bytes=100)
    assert trimmed is not None
    return trimmed


def test_files_have_no_names_and_hold_the_texts(
    cursor: Cursor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = keep_values(cursor, _trim(cursor))
    assert kept.keys() == {"input", "metadata"}
    assert json.loads(read_whole(kept["input"])) == json.loads(read_whole(kept["input"])) == _VALUE
    assert kept["input"].digest == kept["metadata"].digest
    assert kept["input"].size_bytes == len(read_whole(kept["input"]).encode())
    assert list(tmp_path.glob("spanglass-*")) == []


def test_no_room_is_a_sentence(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stored, "write_value", refuse)
    kept = keep_values(cursor, _trim(cursor))["input"]
    assert kept.file is None
    assert "No space left on device" in kept.problem
    with pytest.raises(DecoderFault, match="No space left"):
        read_whole(kept)
