"""Projects and experiments as containers, and what an experiment comes to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_rows import JournalWriter, root_id

from spanglass_store import open_store
from spanglass_store.database.containers import list_containers, list_score_names
from spanglass_store.database.experiment_summary import compare_scores, summarize_experiment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from spanglass_store.database.reader import Store

VALUES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1))


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    journal = JournalWriter(store_path)
    for experiment, trace, question, scores in (
        ("base", 1, "one", {"exact": 0.0, "tone": 1.0}),
        ("base", 2, "two", {"exact": 1.0}),
        ("new", 3, "one", {"exact": 1.0, "tone": 0.5}),
        ("new", 4, "two", {"exact": 1.0}),
        ("new", 5, "three", {"exact": 0.5}),
    ):
        journal.span(
            trace * 10, trace=trace, at=trace, type="eval", input=question, scores=scores,
            experiment_id=experiment, experiment_name=f"{experiment} prompt",
        )  # fmt: skip
        journal.span(trace * 10 + 1, trace=trace, at=trace + 0.1, parents=(trace * 10,), scores={"exact": 0.0},
                     experiment_id=experiment, type="score", metrics={"tokens": 5})  # fmt: skip
    journal.span(90, trace=9, at=99, error="ValueError: no")
    journal.die()
    with open_store(store_path) as opened:
        yield opened


def test_scores_with_a_lone_surrogate_are_in_nobodys_way(store_path: Path) -> None:
    journal = JournalWriter(store_path)
    journal.span(1, trace=1, type="eval", experiment_id="odd", experiment_name="odd", scores={"exact": 1.0})
    os.write(journal._fd, b'{"id":"sur","_is_merge":false,"experiment_id":"odd","scores":{"s\\ud800":1}}\n')
    journal.die()
    with open_store(store_path) as opened:
        assert list_score_names(opened._cursor) == ["exact"]
        summary = summarize_experiment(opened._cursor, "odd")
    assert summary is not None
    assert [score.name for score in summary.scores] == ["exact"]


def test_containers_are_listed_by_last_use_with_their_traces(store: Store) -> None:
    listed = [(found.project_name, found.experiment_name, found.traces) for found in list_containers(store._cursor)]
    assert listed == [("tests", None, 1), ("tests", "new prompt", 3), ("tests", "base prompt", 2)]
    assert list_score_names(store._cursor) == ["exact", "tone"]


def test_an_experiment_is_held_against_another_case_by_case(store: Store) -> None:
    summary = summarize_experiment(store._cursor, "new", "base")
    assert summary is not None
    assert (summary.name, summary.project_name, summary.traces, summary.tokens) == ("new prompt", "tests", 3, 15)
    exact, tone = summary.scores
    assert (exact.name, exact.mean, exact.count, exact.base_mean) == ("exact", pytest.approx(2.5 / 3), 3, 0.5)
    assert (exact.improved, exact.regressed, exact.shared) == (1, 0, 2), "the case `three` is new"
    assert (tone.mean, tone.improved, tone.regressed) == (0.5, 0, 1)


def test_alone_it_has_means_and_nothing_to_compare(store: Store) -> None:
    summary = summarize_experiment(store._cursor, "base")
    assert summary is not None
    assert [(score.name, score.mean, score.base_mean, score.shared) for score in summary.scores] == [
        ("exact", 0.5, None, 0), ("tone", 1.0, None, 0),
    ]  # fmt: skip
    assert summarize_experiment(store._cursor, "nowhere") is None


def test_an_experiment_is_a_term_of_the_filter(store: Store) -> None:
    def roots(text: str) -> list[str]:
        return [trace.root_span_id for trace in store.list_traces(text)]

    assert roots('experiment="base prompt"') == [root_id(2), root_id(1)]
    assert roots("experiment=new") == [root_id(5), root_id(4), root_id(3)], "its id names it too"
    assert len(roots("experiment:PROMPT")) == 5


@given(VALUES, VALUES)
def test_improved_and_regressed_change_places_with_the_experiments(
    cases: dict[str, float], base: dict[str, float]
) -> None:
    one, other = compare_scores("x", cases, base), compare_scores("x", base, cases)
    assert (one.improved, one.regressed, one.shared) == (other.regressed, other.improved, other.shared)
    assert (one.mean, one.base_mean) == (other.base_mean, other.mean)
    assert one.improved + one.regressed <= one.shared == len(cases.keys() & base.keys())
