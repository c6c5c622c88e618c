"""A span without its large values, and these values written into files by the engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from merged_spans import merged_span

from spanglass_store.database.large_values import find_trimmed_span, write_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.records import SpanRecord

_LONG = "größer als 中文 \U0001f642, " * 100
_IMAGE = {"type": "base64", "media_type": "image/png", "data": "A" * 3000}


@pytest.fixture
def cursor(store_path: Path) -> Iterator[Cursor]:
    with merged_span(
        store_path, input=_LONG, output=[_IMAGE], scores={f"s{number}": 0.5 for number in range(200)}, error="e" * 3000
    ) as cursor:
        yield cursor


def _find(cursor: Cursor, most_bytes: int, hint_us: int | None = None) -> tuple[SpanRecord, dict[str, int]]:
    root, span, created_us = cursor.rows("SELECT root_span_id, span_id, epoch_us(created) FROM spans")[0]
    moment = created_us if hint_us is None else hint_us
    found = find_trimmed_span(cursor, root, span, moment, most_bytes=most_bytes, most_media_bytes=5000)
    assert found is not None
    return found.record, found.large


def test_a_small_span_is_whole(cursor: Cursor) -> None:
    record, large = _find(cursor, 1_000_000)
    assert large == {}
    assert json.loads(record.input or "") == _LONG


@pytest.mark.parametrize("hint_us", [None, 0])
def test_large_values_are_named_with_their_sizes(cursor: Cursor, hint_us: int | None) -> None:
    record, large = _find(cursor, 1000, hint_us)
    assert large.keys() == {"input", "scores"}
    assert large["input"] == len(json.dumps(_LONG, ensure_ascii=False).encode())
    assert record.input is record.scores is None
    assert json.loads(record.output or "") == [_IMAGE], "a text that is one image is cheap to read"
    assert record.error is not None
    assert record.metadata is None


def test_a_value_is_written_as_it_was_logged(cursor: Cursor, tmp_path: Path) -> None:
    record, large = _find(cursor, 1000)
    target = tmp_path / "it's one"
    write_value(cursor, record, "input", target)
    assert json.loads(target.read_bytes()) == _LONG
    assert target.stat().st_size == large["input"]


def test_a_value_goes_nowhere_else(cursor: Cursor, tmp_path: Path) -> None:
    record, _ = _find(cursor, 1000)
    with pytest.raises(OSError, match="no folder"):
        write_value(cursor, record, "input", tmp_path / "no folder" / "value")
    with pytest.raises(ValueError, match="no field"):
        write_value(cursor, record, "name", tmp_path / "value")


def test_an_absent_span_is_none(cursor: Cursor) -> None:
    assert find_trimmed_span(cursor, "no", "span", 0, most_bytes=1, most_media_bytes=1) is None
