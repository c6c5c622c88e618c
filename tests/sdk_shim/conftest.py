"""A fresh SDK for each test, and the journal that it wrote, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import spanglass
from spanglass import activity, failures, recorder, settings
from spanglass.span import CURRENT_SPAN
from spanglass_store.journal.lines import LineKind, decode_line, kind_of

if TYPE_CHECKING:
    from pathlib import Path


class Journal:
    """What a store's journal holds; rows in the order they were written."""

    def __init__(self, store: Path) -> None:
        self.store = store

    def lines(self, kind: LineKind) -> list[dict[str, Any]]:
        """Return the lines of one kind, by their stamps."""
        paths = (self.store / "journal").glob("*.ndjson")
        decoded = [decode_line(text) for path in paths for text in path.read_bytes().splitlines()]
        return sorted((line for line in decoded if kind_of(line) is kind), key=lambda line: line["_stamp"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return all rows, as they were written."""
        return self.lines(LineKind.ROW)

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """Return the states of attachments."""
        return self.lines(LineKind.ATTACHMENT)

    @property
    def spans(self) -> dict[str, dict[str, Any]]:
        """Return each span folded, by its row id: dictionaries merge, the rest replaces."""
        spans: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            before = spans.get(row["id"], {}) if row["_is_merge"] else {}
            spans[row["id"]] = _merged(before, row)
        return spans

    def span(self, name: str) -> dict[str, Any]:
        """Return the one span of this name, folded."""
        (span,) = [span for span in self.spans.values() if span["span_attributes"]["name"] == name]
        return span

    @property
    def only_span(self) -> dict[str, Any]:
        """Return the one span there is, folded."""
        (span,) = self.spans.values()
        return span


def _merged(before: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    merged = dict(before)
    for key, value in more.items():
        both_merge = isinstance(merged.get(key), dict) and isinstance(value, dict)
        merged[key] = _merged(merged[key], value) if both_merge else value
    return merged


@pytest.fixture(autouse=True)
def _fresh_sdk(monkeypatch):
    """Begin and end as a new process does; our own faults fail the test."""
    monkeypatch.setattr(failures, "raises_internal_faults", True)
    monkeypatch.setattr(failures, "rows_left_out", 0)
    yield
    for opened in recorder.list_recorders():
        opened.uploads.wait(10)
        opened.sink.seal()
    recorder.forget_recorders()
    activity.forget_all()
    settings.current_settings.cache_clear()
    failures.forget_what_was_said()
    CURRENT_SPAN.set(None)


@pytest.fixture
def logger(store_path):
    return spanglass.init_logger("tests", store=store_path)


@pytest.fixture
def journal(logger, store_path):  # noqa: ARG001 - the logger makes the store
    """The journal of a store that a logger is current for."""
    return Journal(store_path)
