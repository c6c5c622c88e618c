"""What is remembered of traces; what is found in them is compared with all other readers in `test_totals_agree`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import pytest

from spanglass_store.database import repeated_amounts
from spanglass_store.database.records import ModelUsage
from spanglass_store.database.repeated_amounts import (
    LARGE_TRACE_SPANS,
    RepeatedAmounts,
    RepetitionMemory,
    RollUp,
)

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor

SINCE = datetime(2026, 11, 23)  # noqa: DTZ001 - as DuckDB's times


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The traces that were asked for, one after the other."""
    asked: list[str] = []

    def read(_cursor: Cursor, _since: datetime, roots: list[str]) -> dict[str, RepeatedAmounts]:
        asked.extend(roots)
        return {root: RepeatedAmounts(tokens=5, changes_prices=True) for root in roots if root != "plain"}

    monkeypatch.setattr(repeated_amounts, "_read", read)
    return asked


def rolled_up(*, spans: int = 10, logging_spans: int = 2, is_running: bool = False) -> RollUp:
    return RollUp(1, spans, 0, logging_spans, 100, None, None, None, None, is_running, is_interrupted=False)


def read(memory: RepetitionMemory, **traces: RollUp) -> list[str]:
    return [*memory.read(cast("Cursor", None), SINCE, traces)]


def test_a_trace_is_looked_at_when_it_has_changed(looked_at: list[str]) -> None:
    memory = RepetitionMemory()
    assert read(memory, a=rolled_up(), plain=rolled_up()) == ["a"]
    assert read(memory, a=rolled_up(), plain=rolled_up()) == ["a"]
    assert looked_at == ["a", "plain"]
    assert read(memory, a=rolled_up(spans=11), plain=rolled_up()) == ["a"]
    assert looked_at == ["a", "plain", "a"]
    assert memory.list_differently_priced(["a", "plain", "never seen"]) == ["a"]


def test_a_trace_with_one_amount_repeats_nothing(looked_at: list[str]) -> None:
    memory = RepetitionMemory()
    assert read(memory, a=rolled_up()) == ["a"]
    assert read(memory, a=rolled_up(logging_spans=1)) == []
    assert memory.list_differently_priced(["a"]) == []
    assert looked_at == ["a"]


def test_a_large_trace_that_grows_is_looked_at_again_by_the_quarter(looked_at: list[str]) -> None:
    memory = RepetitionMemory()
    for spans in (100_000, 110_000, 124_000, 126_000, 150_000):
        read(memory, a=rolled_up(spans=spans, is_running=True))
    assert len(looked_at) == 2
    read(memory, a=rolled_up(spans=150_001))
    assert len(looked_at) == 3, "its end is looked at"


def test_the_memory_is_bounded(looked_at: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_amounts, "_MAX_REMEMBERED", 2)
    memory = RepetitionMemory()
    for number in range(4):
        read(memory, **{f"trace-{number}": rolled_up()})
    assert read(memory, **{"trace-0": rolled_up()}) == ["trace-0"]
    assert looked_at.count("trace-0") == 2


def test_a_large_trace_is_put_off_until_it_is_looked_at(looked_at: list[str]) -> None:
    memory, cursor = RepetitionMemory(), cast("Cursor", None)
    memory.puts_off_large = True
    large = rolled_up(spans=LARGE_TRACE_SPANS + 1)
    for _ in range(2):
        assert read(memory, a=large, b=rolled_up()) == ["b"]
        assert memory.put_off == ("a",)
    assert looked_at == ["b"]
    memory.look_at(cursor, "a")
    assert memory.put_off == ()
    assert read(memory, a=large, b=rolled_up()) == ["a", "b"]
    assert looked_at == ["b", "a"]
    assert read(memory, a=large._replace(errors=1)) == ["a"], "what was known before"
    assert memory.put_off == ("a",)
    assert read(memory, a=large._replace(logging_spans=1)) == []
    assert memory.put_off == ()


def test_what_is_repeated_in_a_trace_that_was_put_off_may_come_from_elsewhere(looked_at: list[str]) -> None:
    memory = RepetitionMemory()
    memory.puts_off_large = True
    spans = LARGE_TRACE_SPANS + 1
    usage = [ModelUsage("a", "m", 1, 2, 3, 0)]
    repeated = RepeatedAmounts(tokens=7, changes_prices=True)
    assert not memory.note("a", spans, repeated, usage), "nobody asked for it"
    read(memory, a=rolled_up(spans=spans))
    assert not memory.note("a", spans - 1, repeated, usage), "an older state of it"
    assert memory.note("a", spans, repeated, usage)
    assert memory.read(cast("Cursor", None), SINCE, {"a": rolled_up(spans=spans)}) == {"a": repeated}
    assert (memory.list_differently_priced(["a"]), memory.usage_of("a")) == (["a"], usage)
    assert (looked_at, memory.put_off) == ([], ())
