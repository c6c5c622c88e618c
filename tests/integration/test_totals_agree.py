"""Tokens and costs of traces whose spans log again what others logged: every way to read them says the same."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from journal_rows import JournalWriter, root_id

from spanglass_store.database import model_usage
from spanglass_store.database.connection import Database
from spanglass_store.database.experiment_summary import summarize_experiment
from spanglass_store.database.model_usage import list_all_model_usage, list_experiment_usage, list_model_usage
from spanglass_store.database.reader import StoreReader
from spanglass_store.database.records import TraceOrder
from spanglass_store.database.repeated_amounts import NOTHING_REPEATED, read_all_repeated
from spanglass_store.database.skeleton import load_skeleton
from spanglass_store.database.trace_ranking import read_amounts
from spanglass_store.upkeep.session import merge_all
from spanglass_viewer.cli.main import main
from spanglass_viewer.format.quantities import format_compact
from spanglass_viewer.trace.prices import PriceBook, Rates, add_estimates, estimate_span_costs, price_usage
from spanglass_viewer.trace.repeated_sums import find_repeated
from spanglass_viewer.trace.snapshot import build_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from spanglass_store.database.connection import Cursor

pytestmark = pytest.mark.integration

Headers = dict[str, tuple[int | None, float | None]]  # by trace its tokens and its cost

TRACES = 60
TOKEN_PRICE = 1e-6
FIRST_SPAN = 100  # of each trace


class FlatBook(PriceBook):
    """Every token of a known model costs the same."""

    def list_rates(self, model: str, at_us: int) -> tuple[Rates, ...]:  # noqa: ARG002 - as the real one
        return (Rates(-1, TOKEN_PRICE, TOKEN_PRICE, TOKEN_PRICE),) if model == "priced" else ()


BOOK = FlatBook()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of random traces: trees, with several parents, with missing ones, with cycles."""
    path, chance = tmp_path_factory.mktemp("totals") / "store", random.Random(11)  # noqa: S311 - no secret
    writer = JournalWriter(path)
    for trace in range(1, TRACES + 1):
        write_trace(writer, chance, trace, chance.choice((1, 2, 4, 9, 25)))
    writer.die()
    database = Database(path)
    merge_all(database)
    database.close()
    return path


def write_trace(writer: JournalWriter, chance: random.Random, trace: int, spans: int) -> None:
    first = FIRST_SPAN * trace
    is_tangled = trace % 4 == 0
    for number in range(spans):
        parents = [first + chance.randrange(number)] if number else []
        if is_tangled and number:
            others = [first + chance.randrange(spans + 2) for _ in range(chance.randrange(3))]
            parents += others
            chance.shuffle(parents)
        metrics: dict[str, float] = {}
        if chance.random() < 0.6:
            metrics["tokens"] = chance.choice((0, 7, 100, 1000, chance.randrange(5000)))
        if chance.random() < 0.5:
            metrics |= {"prompt_tokens": chance.randrange(900), "completion_tokens": chance.randrange(90)}
            metrics["prompt_cached_tokens"] = chance.randrange(50)
        if chance.random() < 0.3:
            metrics["cost"] = chance.choice((0.0, 0.001, chance.random() / 100))
        writer.span(
            first + number,
            parents=tuple(parents),
            trace=trace,
            at=trace * 100 + number * 0.01,
            metadata={"model": chance.choice(("priced", "priced", "unknown"))} if chance.random() < 0.7 else {},
            metrics=metrics,
            **({"experiment_id": "e", "experiment_name": "all"} if trace % 3 == 0 else {}),
        )


@pytest.fixture
def cursor(store: Path) -> Iterator[Cursor]:
    database = Database(store)
    with database.cursor() as opened:
        yield opened
    database.close()


def read_header(cursor: Cursor, trace: int, *, has_prices: bool = False) -> tuple[int | None, float | None]:
    """Return what the header of an open trace says."""
    skeleton = load_skeleton(cursor, root_id(trace))
    estimates = estimate_span_costs(skeleton, BOOK) if has_prices else None
    rollups = build_snapshot(skeleton, 1, 0, estimates).rollups
    return rollups.tokens_total, rollups.cost


@pytest.fixture(scope="module")
def headers(store: Path) -> Headers:
    database = Database(store)
    with database.cursor() as cursor:
        found = {root_id(trace): read_header(cursor, trace) for trace in range(1, TRACES + 1)}
    database.close()
    return found


def test_a_header_counts_the_larger_of_a_span_and_what_is_below(cursor: Cursor) -> None:
    """By a model in plain Python, on the traces that are trees."""
    for trace in range(1, TRACES + 1):
        if trace % 4:
            spans = StoreReader(cursor).get_trace(root_id(trace))
            tokens, cost = read_header(cursor, trace)
            assert tokens == count_once({span.span_id: (span.span_parents, span.tokens) for span in spans})
            assert cost == pytest.approx(count_once({span.span_id: (span.span_parents, span.cost) for span in spans}))


def count_once(spans: Mapping[str, tuple[tuple[str, ...], float | None]]) -> float | None:
    def count(span_id: str) -> float:
        below = sum(count(child) for child, (parents, _) in spans.items() if span_id in parents)
        return max(spans[span_id][1] or 0, below)

    if all(amount is None for _, amount in spans.values()):
        return None
    return sum(count(span_id) for span_id, (parents, _) in spans.items() if not parents)


def test_the_list_says_what_the_header_says(cursor: Cursor, headers: Headers) -> None:
    traces = StoreReader(cursor).list_traces()
    assert {trace.root_span_id: trace.tokens for trace in traces} == {root: said[0] for root, said in headers.items()}
    assert len({trace.tokens for trace in traces}) > 25
    costs = {root: pytest.approx(cost) for root, (_, cost) in headers.items()}
    assert {trace.root_span_id: trace.cost for trace in traces} == costs
    for trace in traces:
        kinds = build_snapshot(load_skeleton(cursor, trace.root_span_id), 1, 0).rollups.token_kinds
        said = {"in": trace.prompt_tokens, "out": trace.completion_tokens, "cached": trace.cached_tokens}
        assert {kind: total for kind, total in said.items() if total is not None} == kinds


def test_estimates_are_added_alike(cursor: Cursor) -> None:
    traces = StoreReader(cursor).list_traces()
    listed = add_estimates(traces, list_model_usage(cursor, traces), BOOK)
    assert sum(trace.has_estimate for trace in listed) > 15
    for trace in listed:
        skeleton = load_skeleton(cursor, trace.root_span_id)
        rollups = build_snapshot(skeleton, 1, 0, estimate_span_costs(skeleton, BOOK)).rollups
        # a part of a call's tokens is rounded to whole ones
        expected = None if rollups.cost is None else pytest.approx(rollups.cost, abs=2 * len(skeleton) * TOKEN_PRICE)
        assert trace.cost == expected
        if not rollups.has_estimate:
            assert not trace.has_estimate or trace.cost == pytest.approx(rollups.cost)
    by_trace: dict[str, float] = {}
    for used in list_all_model_usage(cursor):
        by_trace[used.root_span_id] = by_trace.get(used.root_span_id, 0.0) + (price_usage(used, BOOK, 0) or 0.0)
    assert {
        trace.root_span_id: (before.cost or 0.0) + by_trace.get(trace.root_span_id, 0.0)
        for before, trace in zip(traces, listed, strict=True)
    } == {trace.root_span_id: pytest.approx(trace.cost or 0.0) for trace in listed}, "sorting by cost adds the same"
    of_experiment = {root_id(trace) for trace in range(1, TRACES + 1) if trace % 3 == 0}
    estimated = sum(price_usage(used, BOOK, 0) or 0.0 for used in list_experiment_usage(cursor, "e"))
    assert estimated == pytest.approx(sum(by_trace.get(root, 0.0) for root in of_experiment))
    assert 0 < estimated < sum(by_trace.values())


def test_what_an_open_trace_finds_repeated_is_what_the_store_finds(cursor: Cursor) -> None:
    traces = StoreReader(cursor).list_traces()
    found = read_all_repeated(cursor)
    used = list_all_model_usage(cursor)
    assert len(found) > 20
    for trace in traces:
        root = trace.root_span_id
        repeated, usage = find_repeated(build_snapshot(load_skeleton(cursor, root), 1, 0))
        expected = found.get(root, NOTHING_REPEATED)
        assert repeated._replace(cost=0) == expected._replace(cost=0)
        assert repeated.cost == pytest.approx(expected.cost)
        assert set(usage) == {one for one in used if one.root_span_id == root}
        assert len(usage) == len(set(usage))


def test_usage_is_read_once_until_a_trace_changes(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    traces = StoreReader(cursor).list_traces()
    first = list_model_usage(cursor, traces)
    monkeypatch.setattr(model_usage, "repeated_in", lambda _: pytest.fail("it is remembered"))
    assert set(list_model_usage(cursor, traces)) == set(first)


def test_views_sorts_filters_and_experiments_say_the_same(cursor: Cursor, headers: Headers) -> None:
    reader = StoreReader(cursor)
    viewed = {
        root: (tokens, cost)
        for root, tokens, cost in reader.sql("SELECT root_span_id, tokens, cost FROM v_traces").rows
    }
    assert viewed == {root: (tokens, pytest.approx(cost)) for root, (tokens, cost) in headers.items()}
    tokens = {root: tokens for root, (tokens, _) in headers.items() if tokens is not None}
    costs = {root: cost for root, (_, cost) in headers.items() if cost is not None}
    assert read_amounts(cursor, TraceOrder("tokens")) == tokens
    assert read_amounts(cursor, TraceOrder("cost")) == {root: pytest.approx(cost) for root, cost in costs.items()}
    for least in (1, 100, 1000, 3000):
        assert set(reader.list_trace_ids(f"tokens>={least}")) == {
            root for root, total in tokens.items() if total >= least
        }
        assert set(reader.list_trace_ids(f"tokens<{least}")) == {
            root for root, total in tokens.items() if total < least
        }
    assert set(reader.list_trace_ids("cost>0.005")) == {root for root, cost in costs.items() if cost > 0.005}
    summary = summarize_experiment(cursor, "e")
    assert summary is not None
    of_experiment = [root_id(trace) for trace in range(1, TRACES + 1) if trace % 3 == 0]
    assert summary.tokens == sum(tokens.get(root, 0) for root in of_experiment)
    assert summary.cost == pytest.approx(sum(costs.get(root, 0) for root in of_experiment))


def test_the_command_line_says_the_same(store: Path, headers: Headers, capsys: pytest.CaptureFixture[str]) -> None:
    def said_by(*arguments: str) -> str:
        assert main([*arguments, "--store", str(store)]) == 0
        return capsys.readouterr().out

    listed = json.loads(said_by("list", "--json", "--limit", "1000"))
    tokens = {root: tokens for root, (tokens, _) in headers.items()}
    assert {trace["root_span_id"]: trace["tokens"] for trace in listed} == tokens
    costs = {root: pytest.approx(cost) for root, (_, cost) in headers.items()}
    assert {trace["root_span_id"]: trace["cost"] for trace in listed} == costs
    root = max(tokens, key=lambda root: tokens[root] or 0)
    assert f" {format_compact(tokens[root])} tokens " in said_by("show", root).splitlines()[0]


def test_what_is_remembered_of_a_trace_is_looked_at_again_when_it_grows(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "store")
    writer.start(1)
    writer.span(2, parents=(1,), metrics={"tokens": 10})
    database = Database(tmp_path / "store")

    def read_tokens() -> int | None:
        merge_all(database)
        with database.cursor() as cursor:
            return StoreReader(cursor).list_traces()[0].tokens

    steps: list[tuple[Callable[[], None], int]] = [
        (lambda: None, 10),
        (lambda: writer.span(3, parents=(2,), metrics={"tokens": 4}), 10),
        (lambda: writer.span(4, parents=(2,), metrics={"tokens": 9}), 13),
        (lambda: writer.end(1, metrics={"tokens": 13}), 13),
        (lambda: writer.span(5, parents=(1,), metrics={"tokens": 1}), 14),
    ]
    for step, total in steps:
        step()
        assert read_tokens() == read_tokens() == total
    database.close()
    writer.die()
