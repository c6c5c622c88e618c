from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from journal_rows import EPOCH_SECS, JournalWriter

from spanglass_store.search.expression import EVERYTHING, HasError
from spanglass_viewer.cli.commands.tail_spans import Tail

if TYPE_CHECKING:
    from pathlib import Path

SINCE_US = int(EPOCH_SECS * 1e6)


def names(tail: Tail) -> list[str]:
    return [span.name for span in tail.poll()]


def test_each_span_comes_once_when_it_has_ended(store_path: Path) -> None:
    writer = JournalWriter(store_path)
    tail = Tail(store_path, EVERYTHING, SINCE_US)
    writer.span(1, at=-60, after=1, name="before")
    writer.start(2, at=-60, name="long")
    writer.span(3, at=1, after=5, name="second")
    writer.span(4, at=2, after=1, name="first")
    assert names(tail) == ["first", "second"]
    assert names(tail) == []
    writer.end(2, at=-60, after=64)
    assert names(tail) == ["long"], "it ended before what was shown, and its row came later"
    assert names(tail) == []
    writer.die()


def test_what_was_shown_is_forgotten_once_it_cannot_come_again(store_path: Path) -> None:
    writer = JournalWriter(store_path)
    tail = Tail(store_path, EVERYTHING, SINCE_US)
    for number in range(1, 4):
        writer.span(number, at=number * 60)
        assert names(tail) == [f"span {number}"]
    assert len(tail._shown) == 1
    writer.die()


def test_a_filter_narrows(store_path: Path) -> None:
    writer = JournalWriter(store_path)
    writer.span(1, at=1)
    writer.span(2, at=2, error="it broke", name="failed")
    writer.die()
    assert names(Tail(store_path, HasError(), SINCE_US)) == ["failed"]


@pytest.mark.integration
def test_tail_follows_a_living_program(store_path: Path) -> None:
    writer = JournalWriter(store_path)
    command = [sys.executable, "-m", "spanglass_viewer", "tail", "name:live", "--json", "--store", str(store_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        # after its own start, whenever that is
        writer.span(1, at=time.time() - EPOCH_SECS + 30, name="live one")
        assert json.loads(tail.stdout.readline())["name"] == "live one"
        tail.send_signal(signal.SIGINT)
        assert tail.wait(timeout=20) == 0
    writer.die()
