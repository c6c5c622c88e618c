"""Whole segments merged by statements, beside the fold in Python: the same tables, whatever the rows."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from asked_statements import listen
from histories import History, write_segments

from spanglass_store.database import bulk
from spanglass_store.database import segments as segments_module
from spanglass_store.database.columns import EPOCH, STATE_COLUMNS, read_state
from spanglass_store.database.connection import Database
from spanglass_store.database.fold import encode_stamps
from spanglass_store.database.fold_ahead import FoldAhead
from spanglass_store.database.merge import Merger
from spanglass_store.database.statements import query
from spanglass_store.journal.lines import encode_line
from spanglass_store.location import ensure_store

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("spans", "attachments", "comments", "projects", "experiments", "processes", "rootless_traces")
SPANS = 250
NS = 1_795_000_000_000_000_000


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments_module, "EMPTY_GRACE_SECS", 0.0)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Choose the way that the next merges take: `ways(is_bulk=True)` whole segments, however small.

    Taken `is_one_by_one`, each segment is folded while the one before it is written.
    """

    def choose(*, is_bulk: bool, is_one_by_one: bool = False) -> None:
        monkeypatch.setattr(bulk, "MIN_BYTES", 1 if is_bulk else 2**62)
        monkeypatch.setattr(bulk, "MIN_SEGMENT_BYTES", 1)
        monkeypatch.setattr(bulk, "MAX_BYTES", 1 if is_one_by_one else 2**26)

    return choose


def new_store(folder: Path) -> Path:
    ensure_store(folder)
    return folder


def merge(store: Path) -> int:
    """Merge everything; return how many segments went whole."""
    database = Database(store)
    merger = Merger(database, store)
    while True:
        merger.merge_once(budget_secs=60)
        if merger.is_caught_up:
            break
    database.close()
    return merger.whole.accepted


def tables_of(store: Path, *, with_order: bool) -> dict[str, list[Any]]:
    """Return all rows of all tables, in an order of their own; JSON as values where key order may differ."""
    database = Database(store)
    with database.cursor() as cursor:
        tables = {name: sorted(cursor.rows(f"FROM {name}"), key=repr) for name in TABLES}
        names = [name for (name,) in cursor.rows("SELECT column_name FROM (DESCRIBE spans)")]
        read_states = query("read_states_between").format(columns=", ".join(STATE_COLUMNS))
        rows = cursor.rows(read_states, {"since": EPOCH, "until": None, "roots": None})
        states = [read_state(row) for row in rows]
    database.close()
    for name in ("projects", "experiments"):  # of several names for one, whichever
        tables[name] = [(row[0], *row[2:]) for row in tables[name]]
    tables["spans"] = [dict(zip(names, row, strict=True)) for row in tables["spans"]]
    stamps = {(state.id, state.container): encode_stamps(state) for state in states}  # there are two ways to note them
    for row in tables["spans"]:
        row["stamps"] = stamps[row["id"], row["container"]]
    tables["spans"] = [readable(row, with_order=with_order) for row in tables["spans"]]
    tables["spans"].sort(key=lambda row: (row["id"], row["container"]))
    return tables


def readable(row: dict[str, Any], *, with_order: bool) -> dict[str, Any]:
    stamps = json.loads(row.pop("stamps"))
    if with_order:
        return {**row, "stamps": stamps}
    for name in ("input", "output", "expected", "scores", "metadata", "metrics", "span_attributes", "context", "extra"):
        row[name] = None if row[name] is None else json.loads(row[name])
    for name in ("input_preview", "output_preview"):
        row[name] = row[name] is None
    row["tags"] = sorted(row["tags"])
    return row


def assert_same(found: dict[str, list[Any]], expected: dict[str, list[Any]], names: tuple[str, ...]) -> None:
    for row, other in zip(found["spans"], expected["spans"], strict=True):
        assert {key: (row[key], other[key]) for key in row if row[key] != other[key]} == {}, row["id"]
    for name in names:
        assert found[name] == expected[name], name


@pytest.mark.parametrize("seed", range(4))
def test_whole_segments_give_the_rows_that_the_fold_gives(tmp_path: Path, ways: Any, seed: int):
    chance = random.Random(seed)  # noqa: S311 - no secret
    lines = History(chance, oddity=0.15).lines(SPANS)
    by_statements, by_fold = new_store(tmp_path / "a"), new_store(tmp_path / "b")
    for store in (by_statements, by_fold):
        write_segments(store, lines, count=3)
    ways(is_bulk=True)
    assert merge(by_statements) == 1
    ways(is_bulk=False)
    assert merge(by_fold) == 0
    found, expected = tables_of(by_statements, with_order=True), tables_of(by_fold, with_order=True)
    assert_same(found, expected, TABLES)


@pytest.mark.parametrize("seed", range(4))
def test_any_cut_and_any_mixture_of_both_ways_gives_the_same(tmp_path: Path, ways: Any, seed: int):
    chance = random.Random(1000 + seed)  # noqa: S311 - no secret
    lines = History(chance, oddity=0.15, is_shuffled=True).lines(SPANS)
    cut, whole = new_store(tmp_path / "a"), new_store(tmp_path / "b")
    shuffled = chance.sample(lines, len(lines))
    accepted = 0
    for part in range(4):
        write_segments(cut, shuffled[part::4], count=chance.randint(1, 4))
        ways(is_bulk=part == 0 or chance.random() < 0.7, is_one_by_one=chance.random() < 0.5)
        accepted += merge(cut)
    assert accepted
    write_segments(whole, lines, count=1)
    ways(is_bulk=False)
    merge(whole)
    found, expected = tables_of(cut, with_order=False), tables_of(whole, with_order=False)
    assert_same(found, expected, ("spans", "comments", "projects"))


def test_updates_that_say_only_what_is_new_simply_add_up(tmp_path: Path, ways: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk, "_MAX_LEFT_LINES", 0)
    by_statements, by_fold = new_store(tmp_path / "a"), new_store(tmp_path / "b")
    ids = [f"{number:08x}-50a2-43b4-b52d-9afaa34f0bff" for number in range(4)]
    stamps = iter(range(NS, 10 * NS))
    place = {"project_id": "p", "project_name": "demo", "span_id": "5", "root_span_id": "6"}
    full = {
        "id": ids[0],
        "_is_merge": False,
        "created": "2026-11-10T07:12:13.000000+00:00",
        **place,
        "metadata": {"a": 1},
    }
    rows = [
        full,
        {"id": ids[0], "_is_merge": True, "metadata": {"b": 2}, "metrics": {"end": 1_795_557_930.5}},
        {"id": ids[0], "_is_merge": True, **place, "output": "the project is named again"},
        {"id": ids[0], "_is_merge": True, "metadata": {"c": 3}},
        {"id": ids[1], "_is_merge": True, "metadata": {"a": 1}, "tags": ["x"], "span_parents": []},
        {"id": ids[1], "_is_merge": True, "metadata": {"b": 2}, "output": "of nobody's span"},
        {"id": ids[2], "_is_merge": True, "span_id": "7", "project_id": "p", "scores": {"good": 1}},
        {"id": ids[3], "_is_merge": False, "input": "neither a start nor a trace"},
    ]
    lines = [encode_line({**row, "_stamp": next(stamps)}) for row in rows]
    for store, is_bulk in ((by_statements, True), (by_fold, False)):
        ways(is_bulk=is_bulk)
        write_segments(store, lines, count=1)
        assert merge(store) == is_bulk
    assert_same(tables_of(by_statements, with_order=True), tables_of(by_fold, with_order=True), TABLES)
    monkeypatch.undo()
    late = [{"id": row_id, "_is_merge": True, "output": "late"} for row_id in ids]
    early = {**full, "_stamp": 5, "id": ids[1]}  # the first row comes last
    lines = [encode_line({"_stamp": next(stamps), **row}) for row in (*late, early)]
    for store, is_bulk in ((by_statements, True), (by_fold, False)):
        ways(is_bulk=is_bulk)
        write_segments(store, lines, count=1)
        merge(store)
    found = tables_of(by_statements, with_order=True)
    assert [row["output"] for row in found["spans"]] == ['"late"'] * 4, "each is found, wherever it began"
    assert_same(found, tables_of(by_fold, with_order=True), TABLES)


def test_updates_of_spans_that_are_there_are_left_without_another_fold(
    tmp_path: Path, ways: Any, monkeypatch: pytest.MonkeyPatch
):
    store = new_store(tmp_path / "a")
    ways(is_bulk=True)
    folds: list[int] = []
    fold = FoldAhead._fold
    monkeypatch.setattr(FoldAhead, "_fold", lambda self, *given: (folds.append(1), fold(self, *given)))
    ids = [f"{number:08x}-50a2-43b4-b52d-9afaa34f0bff" for number in range(4)]
    common = {"created": "2026-11-10T07:12:13.000000+00:00", "span_id": "5", "root_span_id": "6", "project_id": "p"}
    full = [{"id": row_id, "_is_merge": False, "_stamp": NS, **common} for row_id in ids]
    ends = [{"id": row_id, "_is_merge": True, "_stamp": NS + 1, **common, "output": "late"} for row_id in ids]
    for rows in ([*full[:2], ends[0]], [*full[2:], *ends[1:]]):  # the second span is cut in two
        write_segments(store, [encode_line(row) for row in rows], count=1)
        assert merge(store) == 1
    assert len(folds) == 2
    assert [row["output"] for row in tables_of(store, with_order=True)["spans"]] == ['"late"'] * 4


@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_span_that_begins_after_its_first_update_was_written_is_one_span(tmp_path: Path, ways: Any, *, is_bulk: bool):
    """A clock that was set back between the two, or a start that somebody gave."""
    store = new_store(tmp_path / "a")
    ways(is_bulk=is_bulk)
    common = {"id": "385052b6-50a2-43b4-b52d-9afaa34f0bff", "project_id": "p"}
    write_segments(store, [encode_line({**common, "_is_merge": True, "_stamp": NS, "output": "early"})], count=1)
    assert merge(store) == is_bulk
    later = datetime.fromtimestamp(NS / 1e9 + 3600, UTC).isoformat(timespec="microseconds")
    full = {"_is_merge": False, "_stamp": NS + 1, "created": later, "span_id": "5", "root_span_id": "6", "input": 1}
    write_segments(store, [encode_line({**common, **full})], count=1)
    assert merge(store) == is_bulk
    [span] = tables_of(store, with_order=True)["spans"]
    assert (span["input"], span["output"], span["root_span_id"]) == ("1", '"early"', "6")


def test_whole_segments_are_merged_with_two_threads_and_live_lines_with_one(
    tmp_path: Path, ways: Any, monkeypatch: pytest.MonkeyPatch
):
    statements = listen(monkeypatch)
    for is_bulk in (False, True):
        ways(is_bulk=is_bulk)
        statements.clear()
        store = new_store(tmp_path / str(is_bulk))
        chance = random.Random(1)  # noqa: S311 - test data
        write_segments(store, History(chance, oddity=0.0).lines(20), count=1)
        assert merge(store) == is_bulk
        told = [sql for sql in statements if sql == query("bulk_insert") or sql.startswith("SET threads")]
        assert told == (["SET threads = 2", query("bulk_insert")] if is_bulk else [])
