from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.database import vocabulary
from spanglass_store.database.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from spanglass_store.database.connection import Database
    from spanglass_store.database.merge import Merger


@pytest.fixture
def merged(database: Database, merger: Merger, open_segment: Any, rows: Any) -> Database:
    segment = open_segment()
    segment.write(
        rows.start(0, span_attributes={"name": "agent", "type": "task"}, tags=["prod", "eu"]),
        rows.start(
            1,
            parents=[0],
            span_attributes={"name": "chat", "type": "llm"},
            metadata={"model": "gpt-5"},
            scores={"tone": 1},
        ),
        rows.start(
            2,
            parents=[0],
            span_attributes={"name": "chat", "type": "llm"},
            tags=["prod"],
            metadata={"model": "", "env": 1},
            scores={"exact": 0, "tone": 1},
        ),
        rows.start(3, parents=[0], span_attributes={"name": "n" * 300}),
    )
    merger.merge_once()
    return database


def test_the_most_frequent_words_of_each_field_come_first(merged: Database) -> None:
    with merged.cursor() as cursor:
        words = read_vocabulary(cursor)
    assert words == {
        "name": ("chat", "agent"),
        "type": ("llm", "task"),
        "model": ("gpt-5",),
        "project": ("demo",),
        "experiment": (),
        "tag": ("prod", "eu"),
        "score": ("tone", "exact"),
        "meta": ("model", "env"),
    }


def test_a_field_has_a_bounded_number_of_words(merged: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MAX_WORDS", 1)
    with merged.cursor() as cursor:
        assert read_vocabulary(cursor)["name"] == ("chat",)
