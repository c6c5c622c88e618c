"""The experiment: traces with scores, and their summary."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from spanglass import activity, clock
from spanglass.bounded_walk import storable
from spanglass.container import DEFAULT_PROJECT_NAME, experiment_container
from spanglass.destination import Destination
from spanglass.identifiers import experiment_id_of, new_row_id, project_id_of
from spanglass.recorder import open_recorder
from spanglass.validation import check_full_event, checked_event

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence


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

    def __init__(
        self,
        name: str,
        project: str | None,
        *,
        project_id: str | None = None,
        continues: bool = False,
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        store: str | os.PathLike[str] | None = None,
    ) -> None:
        """Begin an experiment, or go on with the one of this name that was begun with `continues` too.

        Raises ValueError for metadata or tags of the wrong shape.
        """
        about = checked_event({"metadata": metadata, "tags": tags})
        if description is not None:
            about["description"] = str(description)
        recorder = open_recorder(store)
        self.name = name = storable(name)
        project = None if project is None else storable(project)
        if project is None and project_id is None:
            project = DEFAULT_PROJECT_NAME
        self.project_id = project_id or project_id_of(recorder.store.id, project or DEFAULT_PROJECT_NAME)
        self.project_name = project or self.project_id
        self._scores: dict[tuple[str, str], float | None] = {}
        fields = {
            "experiment_id": experiment_id_of(self.project_id, name) if continues else new_row_id(),
            "experiment_name": name,
            "project_id": self.project_id,
            **({"project_name": project} if project else {}),
        }
        super().__init__(experiment_container(recorder, fields, self._note_scores))
        self._record_beginning(about)

    def _record_beginning(self, about: dict[str, Any]) -> None:
        """Log that there is such an experiment, with what is said of it, before anything is logged to it."""
        _, stamp, iso, micros, _ = clock.read_row_time()
        head = f'{{"_line":"experiment","created":"{iso}.{micros}+00:00",{self.container.fields_json}'
        self.container.recorder.record(head, about, stamp)

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


def init(  # noqa: PLR0917 - the contract's order
    project: str | None = None,
    experiment: str | None = None,
    description: str | None = None,
    dataset: Any = None,
    parameters: Any = None,
    open: bool = False,  # noqa: A002 - the contract's name
    base_experiment: str | None = None,
    is_public: bool = False,
    app_url: str | None = None,
    api_key: str | None = None,
    org_name: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    tags: Sequence[str] | None = None,
    git_metadata_settings: Any = None,
    set_current: bool = True,
    update: bool | None = None,
    project_id: str | None = None,
    base_experiment_id: str | None = None,
    repo_info: Any = None,
    *,
    store: str | os.PathLike[str] | None = None,
    **unused: Any,
) -> Experiment:
    """Return a new experiment of the project, and make it the current one unless `set_current` is false.

    `description`, `metadata` and `tags` are kept with the experiment (`spanglass sql "from experiments"`).
    An experiment without a name is called after the time it began. With `update=True` every process that gives
    this project and name logs to one experiment. What speaks of accounts, servers, data sets and comparisons is
    taken and not used. Raises ValueError for metadata or tags of the wrong shape, and with `open=True`: experiments
    are read with `spanglass_store.open_store`.
    """
    del dataset, parameters, base_experiment, is_public, app_url, api_key, org_name
    del git_metadata_settings, base_experiment_id, repo_info, unused
    if open:
        raise ValueError("an experiment cannot be opened for reading here; use spanglass_store.open_store")
    made = Experiment(
        experiment or time.strftime("%Y-%m-%d %H:%M:%S"),
        project,
        project_id=project_id,
        continues=bool(update),
        description=description,
        metadata=metadata,
        tags=tags,
        store=store,
    )
    if set_current:
        activity.make_experiment_current(made)
    return made


def log(**event: Any) -> str:
    """Log one row to the current experiment (deprecated: use `Experiment.log`); return its row id.

    Raises RuntimeError where no experiment is current, ValueError as `Experiment.log` does.
    """
    return _experiment_of_deprecated("log").log(**event)


def summarize(summarize_scores: bool = True, comparison_experiment_id: str | None = None) -> ExperimentSummary:
    """Summarize the current experiment (deprecated: use `Experiment.summarize`).

    Raises RuntimeError where no experiment is current.
    """
    return _experiment_of_deprecated("summarize").summarize(summarize_scores, comparison_experiment_id)


def _experiment_of_deprecated(name: str) -> Experiment:
    message = f"spanglass.{name} is deprecated: use Experiment.{name}."
    warnings.warn(message, DeprecationWarning, stacklevel=3)
    experiment = activity.current_experiment()
    if experiment is None:
        raise RuntimeError("no experiment is current: call spanglass.init first")
    return experiment
