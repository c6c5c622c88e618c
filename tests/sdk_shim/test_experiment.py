"""Experiments."""

from __future__ import annotations

import pytest

import spanglass
from spanglass_store.journal.lines import LineKind


@pytest.fixture
def experiment(store_path):
    return spanglass.init("support", "first try", store=store_path)


def test_rows_name_experiment_and_project(experiment, journal):
    with experiment.start_span() as root, root.start_span(name="child"):
        pass
    root_row = journal.span("root")
    assert root_row["span_attributes"]["type"] == "eval"
    assert root_row["experiment_id"] == experiment.id
    assert root_row["experiment_name"] == "first try"
    assert root_row["project_name"] == "support"
    assert root_row["project_id"] == experiment.project_id
    assert "log_id" not in root_row


def test_log_needs_input_output_and_scores(experiment, journal):
    for missing in ("input", "output", "scores"):
        event = {"input": 1, "output": 2, "scores": {"s": 1}}
        del event[missing]
        with pytest.raises(ValueError, match=f"{missing} must be specified"):
            experiment.log(**event)
    assert experiment.log(input=1, output=2, scores={"s": 1}, dataset_record_id="d") in journal.spans


def test_the_summary_has_the_mean_of_the_last_value_of_each_span(experiment):
    with experiment.start_span() as span:
        span.log(scores={"exact": 0, "fluent": None})
        span.log(scores={"exact": 1})
    experiment.log(input=1, output=2, scores={"exact": 0.5})
    summary = experiment.summarize()
    assert summary.scores["exact"].score == 0.75
    assert summary.scores["exact"].count == 2
    assert "fluent" not in summary.scores
    assert str(summary).splitlines() == ["first try (support)", "   75.00%  exact  (2)"]
    assert experiment.summarize(summarize_scores=False).scores == {}


def test_an_experiment_without_a_name_is_called_after_its_beginning(store_path):
    assert spanglass.init("support", store=store_path, set_current=False).name.startswith("20")
    assert spanglass.current_experiment() is None


def test_two_runs_are_two_experiments(store_path):
    runs = [spanglass.init("support", "same", store=store_path) for _ in range(2)]
    assert runs[0].id != runs[1].id
    assert runs[0].project_id == runs[1].project_id


def test_close_and_with_flush(experiment):
    with experiment as entered:
        assert entered is experiment
    assert experiment.close() == experiment.id


def test_processes_that_update_share_an_experiment(store_path):
    ids = {spanglass.init("support", "shared", update=True, store=store_path).id for _ in range(2)}
    assert len(ids) == 1
    assert spanglass.init("support", "another", update=True, store=store_path).id not in ids
    assert spanglass.init("support", "shared", store=store_path).id not in ids


def test_the_real_signature_is_taken(store_path):
    experiment = spanglass.init(
        "support", "e", "what it is", None, None, False, "base", True, "https://x", "key", "org", {"m": 1}, ["t"],
        project_id="p-1", git_metadata_settings=object(), repo_info=object(), store=store_path,
    )  # fmt: skip
    assert (experiment.name, experiment.project_name, experiment.project_id) == ("e", "support", "p-1")


def test_an_experiment_cannot_be_opened_for_reading(store_path):
    with pytest.raises(ValueError, match=r"use spanglass_store\.open_store"):
        spanglass.init("support", "e", open=True, store=store_path)


def test_an_update_by_row_id_counts_in_the_summary(experiment):
    row_id = experiment.log(input=1, output=2, scores={"exact": 0})
    experiment.update_span(row_id, scores={"exact": 1})
    spanglass.update_span(experiment.start_span(scores={"exact": 0}).export(), scores={"exact": 0.5})
    assert experiment.summarize().scores["exact"].score == 0.75


def test_what_an_experiment_is_about_is_logged_when_it_begins(store_path, journal):
    about = {"description": "shorter prompts", "metadata": {"model": "m", "seen": {1}}, "tags": ["nightly"]}
    experiment = spanglass.init("support", "first try", store=store_path, **about)
    (line,) = journal.lines(LineKind.EXPERIMENT)
    assert (line["experiment_id"], line["experiment_name"]) == (experiment.id, "first try")
    assert (line["project_id"], line["project_name"]) == (experiment.project_id, "support")
    assert (line["description"], line["tags"]) == ("shorter prompts", ["nightly"])
    assert line["metadata"] == {"model": "m", "seen": [1]}
    assert line["created"].endswith("+00:00")


def test_an_experiment_says_that_it_began_even_without_a_word(experiment, journal):
    (line,) = journal.lines(LineKind.EXPERIMENT)
    assert line["experiment_id"] == experiment.id
    assert not line.keys() & {"description", "metadata", "tags"}


@pytest.mark.parametrize("about", [{"tags": ["a", "a"]}, {"tags": "a"}, {"metadata": [1]}, {"metadata": {1: 2}}])
def test_what_it_is_about_is_checked(store_path, about):
    with pytest.raises(ValueError, match=r"tags|metadata"):
        spanglass.init("support", store=store_path, **about)
    assert spanglass.current_experiment() is None


def test_what_it_is_about_is_masked(store_path, journal):
    spanglass.set_masking_function(lambda value: "***" if isinstance(value, str) else {"all": "hidden"})
    try:
        spanglass.init("support", store=store_path, description="secret", metadata={"key": "secret"}, tags=["plain"])
    finally:
        spanglass.set_masking_function(None)
    (line,) = journal.lines(LineKind.EXPERIMENT)
    assert (line["description"], line["metadata"], line["tags"]) == ("***", {"all": "hidden"}, ["plain"])


def test_the_deprecated_forms_work_and_warn(experiment, journal):
    with pytest.warns(DeprecationWarning, match="spanglass.log is deprecated"):
        row_id = spanglass.log(input=1, output=2, scores={"exact": 1})
    assert journal.spans[row_id]["experiment_id"] == experiment.id
    with pytest.warns(DeprecationWarning, match="use Experiment.summarize"):
        assert spanglass.summarize().scores["exact"].score == 1


def test_the_deprecated_forms_need_an_experiment():
    for deprecated in (spanglass.log, spanglass.summarize):
        with (
            pytest.warns(DeprecationWarning, match="deprecated"),
            pytest.raises(RuntimeError, match=r"call spanglass\.init first"),
        ):
            deprecated()


def test_a_project_may_be_named_by_its_id(store_path):
    experiment = spanglass.init(project_id="p-1", store=store_path)
    assert (experiment.project_id, experiment.project_name) == ("p-1", "p-1")
    assert "project_name" not in experiment.container.fields_json
