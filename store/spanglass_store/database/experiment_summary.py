"""What an experiment comes to: its totals, and each score's mean, also against another experiment."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from spanglass_store.database.records import ExperimentSummary, ScoreSummary
from spanglass_store.database.statements import query, repeated_in

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor

_LEAST_DIFFERENCE = 1e-9
Cases = dict[str, dict[str, float]]  # by score name, by case: the mean of the case's runs


def summarize_experiment(cursor: Cursor, experiment_id: str, base_id: str | None = None) -> ExperimentSummary | None:
    """Return an experiment's summary, None where no span belongs to it and nothing was said of it.

    With `base_id` each score is held against that experiment: cases are the same where their inputs are.
    """
    row = cursor.row(
        query("read_experiment_totals").format(repeated=repeated_in("spans_of_experiment")), {"id": experiment_id}
    )
    if row is None or (row[0] is None and not row[6]):
        return None
    values = list(row)
    values[4] = tuple(values[4] or ())
    cases = _read_cases(cursor, experiment_id)
    base = {} if base_id is None else _read_cases(cursor, base_id)
    names = sorted({*cases, *base})
    scores = tuple(compare_scores(name, cases.get(name, {}), base.get(name, {})) for name in names)
    return ExperimentSummary(experiment_id, *values, scores=scores)


def compare_scores(name: str, cases: dict[str, float], base: dict[str, float]) -> ScoreSummary:
    """Return one score's summary; by case its value here, and in the experiment that it is held against."""
    shared = cases.keys() & base.keys()
    differences = [cases[case] - base[case] for case in shared]
    return ScoreSummary(
        name=name,
        mean=fmean(cases.values()) if cases else None,
        count=len(cases),
        base_mean=fmean(base.values()) if base else None,
        improved=sum(difference > _LEAST_DIFFERENCE for difference in differences),
        regressed=sum(difference < -_LEAST_DIFFERENCE for difference in differences),
        shared=len(shared),
    )


def _read_cases(cursor: Cursor, experiment_id: str) -> Cases:
    runs: dict[str, dict[str, list[float]]] = {}
    for case, name, value in cursor.rows(query("list_case_scores"), {"id": experiment_id}):
        runs.setdefault(name, {}).setdefault(case, []).append(value)
    return {name: {case: fmean(values) for case, values in cases.items()} for name, cases in runs.items()}
