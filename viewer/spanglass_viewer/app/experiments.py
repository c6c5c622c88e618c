"""Summaries of experiments: asks the thread that compares, and shows its answers in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from spanglass_viewer.backend.requests import ExperimentAnswer, ExperimentRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget

    from spanglass_store.database.records import ContainerRecord
    from spanglass_store.faults import StoreFault
    from spanglass_viewer.backend.threads import Backend
    from spanglass_viewer.panes.experiment_dialog import ExperimentDialog
    from spanglass_viewer.theme.appearance import Appearance


class ExperimentSummaries(QObject):
    """Holds the dialog of the latest summary; answers to older questions are dropped."""

    def __init__(self, backend: Backend, appearance: Appearance, window: QWidget) -> None:
        super().__init__(window)
        self._backend = backend
        self._appearance = appearance
        self._window = window
        self._dialog: ExperimentDialog | None = None
        self._experiments: tuple[ContainerRecord, ...] = ()
        self._number = 0
        self._awaits_summary = False
        backend.compare_worker.summarized.connect(self._on_summarized)
        backend.compare_worker.fault_raised.connect(self._on_fault)

    @property
    def dialog(self) -> ExperimentDialog | None:
        """The dialog that is open, or was opened last."""
        return self._dialog

    def set_containers(self, containers: Iterable[ContainerRecord]) -> None:
        """Offer these experiments to hold another one against."""
        self._experiments = tuple(record for record in containers if record.experiment_id is not None)

    def show_experiment(self, experiment_id: str) -> None:
        """Show an experiment's summary, held against the one before it in its project."""
        if self._dialog is None:
            from spanglass_viewer.panes.experiment_dialog import ExperimentDialog  # noqa: PLC0415 - few open it

            self._dialog = ExperimentDialog(self._appearance, self._window)
            self._dialog.base_chosen.connect(self._on_base_chosen)
        others = self._list_others(experiment_id)
        shown = next((record for record in self._experiments if record.experiment_id == experiment_id), None)
        latest = None if shown is None else shown.latest_us
        earlier = [record for record in others if latest is not None and record.latest_us < latest]
        base_id = earlier[0].experiment_id if earlier else None
        self._dialog.show_bases(others, base_id)
        self._dialog.show_notice("Adding up…")
        self._dialog.show()
        self._ask(experiment_id, base_id)

    def _list_others(self, experiment_id: str) -> list[ContainerRecord]:
        """Return the other experiments of the same project, those that were used last first."""
        projects = {record.project_id for record in self._experiments if record.experiment_id == experiment_id}
        return [
            record
            for record in self._experiments
            if record.project_id in projects and record.experiment_id != experiment_id
        ]

    def _ask(self, experiment_id: str, base_id: str | None) -> None:
        self._number += 1
        self._awaits_summary = True
        self._backend.summarize_experiment(ExperimentRequest(self._number, experiment_id, base_id))

    def _on_base_chosen(self, experiment_id: str, base_id: str | None) -> None:
        self._ask(experiment_id, base_id)

    def _on_summarized(self, answer: ExperimentAnswer) -> None:
        if self._dialog is None or answer.request.number != self._number:
            return
        self._awaits_summary = False
        if answer.summary is None:
            self._dialog.show_notice("This experiment is not in the store any more")
        else:
            self._dialog.show_summary(answer.summary)

    def _on_fault(self, fault: StoreFault) -> None:
        """Say what is in the way where the summary would be; the thread's other work may have met it as well."""
        if self._dialog is not None and self._awaits_summary:
            self._dialog.show_notice(str(fault))
        self._awaits_summary = False
