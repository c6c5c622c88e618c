"""The experiment: traces with scores, and their summary."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from spanglass import activity
from spanglass.container import DEFAULT_PROJECT_NAME, experiment_container
from spanglass.destination import Destination
from spanglass.identifiers import new_row_id, project_id_of
from spanglass.recorder import open_recorder
from spanglass.validation import check_full_event

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """The mean of one score (0 to 1) over the spans of an experiment that have it."""

    name: str
    score: float
    count: int


@dataclass(frozen=True, slots=True)
class ExperimentSummary:
    """What an experiment came to; its text is made for a terminal."""

    project_name: str
    project_id: str
    experiment_id: str
    experiment_name: str
    project_url: str | None = None
    experiment_url: str | None = None
    comparison_experiment_name: str | None = None
    scores: dict[str, ScoreSummary] = field(default_factory=dict[str, ScoreSummary])
    metrics: dict[str, Any] = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        """Return one line a score below the experiment's name."""
        lines = [f"{self.experiment_name} ({self.project_name})"]
        lines += [f"  {score.score:7.2%}  {score.name}  ({score.count})" for score in self.scores.values()]
        return "\n".join(lines)


class Experiment(Destination):
    """Logs to one experiment of a project. Made by `init`."""

    def __init__(self, name: str, project: str, *, store: str | os.PathLike[str] | None = None) -> None:
        recorder = open_recorder(store)
        self.name = name
        self.project_name = project
        self.project_id = project_id_of(recorder.store.id, project)
        self._scores: dict[tuple[str, str], float | None] = {}
        fields = {
            "experiment_id": new_row_id(),
            "experiment_name": name,
            "project_id": self.project_id,
            "project_name": project,
        }
        super().__init__(experiment_container(recorder, fields, self._note_scores))

    def log(  # noqa: PLR0917 - the contract's order
        self,
        input: Any = None,  # noqa: A002 - the contract's name
        output: Any = None,
        expected: Any = None,
        error: Any = None,
        tags: list[str] | None = None,
        scores: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        metrics: dict[str, Any] | None = None,
        id: str | None = None,  # noqa: A002 - the contract's name
        dataset_record_id: str | None = None,
        allow_concurrent_with_spans: bool = False,
    ) -> str:
        """Log one row of its own: a root span without children. Return its row id.

        Raises ValueError without input, output or scores, and for fields of the wrong shape.
        """
        del allow_concurrent_with_spans  # here rows and spans never get in each other's way
        event = {
            "input": input,
            "output": output,
            "expected": expected,
            "error": error,
            "tags": tags,
            "scores": scores,
            "metadata": metadata,
            "metrics": metrics,
            "id": id,
            "dataset_record_id": dataset_record_id,
        }
        check_full_event(event)
        return self.log_root_row(event)

    def summarize(
        self, summarize_scores: bool = True, comparison_experiment_id: str | None = None
    ) -> ExperimentSummary:
        """Return the means of the scores logged by this process; everything logged so far is safe on disk then."""
        del comparison_experiment_id  # comparing needs the tables, which only the viewer reads
        self.flush()
        return ExperimentSummary(
            project_name=self.project_name,
            project_id=self.project_id,
            experiment_id=self.id,
            experiment_name=self.name,
            scores=self._summarize_scores() if summarize_scores else {},
        )

    def close(self) -> str:
        """Return the id of the experiment; everything logged so far is safe on disk then."""
        self.flush()
        return self.id

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def _note_scores(self, row_id: str, scores: Mapping[str, float | None]) -> None:
        for name, score in scores.items():
            self._scores[row_id, name] = score

    def _summarize_scores(self) -> dict[str, ScoreSummary]:
        values: dict[str, list[float]] = {}
        for (_, name), score in list(self._scores.items()):
            if score is not None:
                values.setdefault(name, []).append(score)
        return {name: ScoreSummary(name, sum(some) / len(some), len(some)) for name, some in sorted(values.items())}


def init(
    project: str | None = None,
    experiment: str | None = None,
    description: str | None = None,
    *unused: Any,
    set_current: bool = True,
    store: str | os.PathLike[str] | None = None,
    **more_unused: Any,
) -> Experiment:
    """Return a new experiment of the project, and make it the current one unless `set_current` is false.

    An experiment without a name is called after the time it began. What speaks of accounts, servers and data
    sets is taken and not used.
    """
    del description, unused, more_unused
    name = experiment or time.strftime("%Y-%m-%d %H:%M:%S")
    made = Experiment(name, project or DEFAULT_PROJECT_NAME, store=store)
    if set_current:
        activity.make_experiment_current(made)
    return made
