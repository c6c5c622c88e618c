"""Lines that are no rows of a span."""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from spanglass_store.database.connection import Database
from spanglass_store.database.side_lines import experiment_row, joined_experiment
from spanglass_store.journal.kept import list_kept
from spanglass_store.journal.lines import BadLine
from spanglass_store.upkeep.rebuild import rebuild

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.merge import Merger

BEGUN = {
    "_line": "experiment",
    "_stamp": 20,
    "created": "2026-11-23T10:00:00Z",
    "experiment_id": "e1",
    "experiment_name": "first try",
    "project_id": "p1",
    "project_name": "demo",
    "description": "shorter prompts",
    "metadata": {"model": {"name": "m", "cost": 1.50}},
    "tags": ["nightly", "ci"],
}
SILENT = {key: BEGUN[key] for key in ("_line", "experiment_id", "experiment_name", "project_id")} | {
    "_stamp": 30,
    "created": "2026-11-23T09:00:00Z",
}
SAID_AGAIN = SILENT | {"_stamp": 25, "created": "2026-11-23T11:00:00Z", "description": "longer prompts"}


def experiments(database: Database) -> list[dict[str, Any]]:
    with database.cursor() as cursor:
        names = [name for (name, *_) in cursor.rows("DESCRIBE experiments")]
        return [dict(zip(names, row, strict=True)) for row in cursor.rows("FROM experiments ORDER BY id")]


def test_an_experiment_is_there_before_its_first_span(merger: Merger, database: Database, open_segment: Any):
    open_segment().write(BEGUN)
    changes = merger.merge_once()
    [experiment] = experiments(database)
    assert changes
    assert (changes.sequence, changes.experiment_ids, changes.spans_added) == (1, {"e1"}, 0)
    assert (experiment["name"], experiment["project_id"], experiment["description"]) == (
        "first try",
        "p1",
        "shorter prompts",
    )
    assert experiment["tags"] == ["nightly", "ci"]
    assert experiment["metadata"] == '{"model":{"name":"m","cost":1.5}}'
    assert experiment["created"].isoformat() == "2026-11-23T10:00:00"
    with database.cursor() as cursor:
        assert cursor.rows("FROM projects") == [("p1", "demo")]


@pytest.mark.parametrize("is_line_first", [True, False])
def test_spans_and_the_line_speak_of_one_experiment(
    is_line_first: bool, merger: Merger, database: Database, rows: Any, open_segment: Any
):
    segment = open_segment()
    lines = [BEGUN, rows.start(0, experiment_id="e1", experiment_name="first try")]
    for line in lines if is_line_first else reversed(lines):
        segment.write(line)
        merger.merge_once()
    [experiment] = experiments(database)
    assert (experiment["name"], experiment["description"]) == ("first try", "shorter prompts")


def test_only_spans_speak_of_it(merger: Merger, database: Database, rows: Any, open_segment: Any):
    open_segment().write(rows.start(0, experiment_id="e1", experiment_name="first try"))
    merger.merge_once()
    [experiment] = experiments(database)
    assert (experiment["id"], experiment["name"], experiment["created"]) == ("e1", "first try", None)


@pytest.mark.parametrize("order", list(itertools.permutations((BEGUN, SILENT, SAID_AGAIN))))
@pytest.mark.parametrize("is_one_batch", [True, False])
def test_the_outcome_hangs_on_no_order(
    order: tuple[dict[str, Any], ...], is_one_batch: bool, merger: Merger, database: Database, open_segment: Any
):
    segment = open_segment()
    for line in (*order, *order):
        segment.write(line)
        if not is_one_batch:
            merger.merge_once()
    merger.merge_once()
    [experiment] = experiments(database)
    assert (experiment["description"], experiment["tags"], experiment["metadata"]) == ("longer prompts", None, None)
    assert experiment["created"].isoformat() == "2026-11-23T09:00:00"


def test_what_says_nothing_takes_nothing_away():
    row = joined_experiment(experiment_row(BEGUN, 1), experiment_row(SILENT, 1))
    assert row[3] == "shorter prompts"
    assert row == joined_experiment(experiment_row(SILENT, 1), experiment_row(BEGUN, 1))


@pytest.mark.parametrize("experiment_id", [None, "", 7, "\ud800"])
def test_a_line_without_an_id_is_refused(experiment_id: Any):
    with pytest.raises(BadLine, match="no id"):
        experiment_row(BEGUN | {"experiment_id": experiment_id}, 1)


def test_odd_values_are_left_out():
    row = experiment_row({"experiment_id": "e", "metadata": [1], "tags": "x", "description": 7, "created": "?"}, 5)
    assert row == ("e", None, None, None, None, None, None, 0)


@pytest.mark.parametrize("is_journal_kept", [True, False])
def test_a_rebuild_has_it_still(
    is_journal_kept: bool, merger: Merger, database: Database, store: Path, open_segment: Any
):
    segment = open_segment()
    segment.write(BEGUN)
    segment.seal()
    merger.merge_once()
    before = experiments(database)
    database.let_go()
    if not is_journal_kept:
        for kept in list_kept(store):
            kept.path.unlink()
    shutil.rmtree(store / "rejected", ignore_errors=True)
    rebuild(store)
    again = Database(store)
    assert experiments(again) == before
    again.close()
