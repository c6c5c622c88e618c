"""An experiment as a whole: what it is about, what it took, and each score's mean, held against another experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute
from spanglass_viewer.format.quantities import format_compact, format_cost, format_many
from spanglass_viewer.format.text import one_line
from spanglass_viewer.models.score_table import Column, ScoreTableModel
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.values.decode import NotJson, decode_json
from spanglass_viewer.values.pretty import pretty_json
from spanglass_viewer.widgets.figures_table import make_figures_table
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel
from spanglass_viewer.widgets.screen_room import resize_within_screen
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_store.database.records import ContainerRecord, ExperimentSummary
    from spanglass_viewer.theme.appearance import Appearance

_ROW_PX = 28
_FIGURE_PX = 84
_METADATA_PX = 130
_MAX_NAME_CHARS = 60
_MAX_TAGS_CHARS = 200


class ExperimentDialog(QDialog):
    """Shows a summary; `base_chosen` asks for it once more, held against another experiment."""

    base_chosen = Signal(str, object)  # the id of the experiment shown, that of the other one or None

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Experiment")
        resize_within_screen(self, 760, 560)
        self._experiment_id = ""
        self._name = ElidedLabel(role=FontRole.TITLE)
        self._facts = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._facts.setWordWrap(True)
        self._tags = ElidedLabel(role=FontRole.SMALL, tone="faint", mode=Qt.TextElideMode.ElideRight)
        self._description = PlainLabel()
        self._metadata = TextView(max_height_px=_METADATA_PX)
        self._bases = QComboBox()
        self._note = PlainLabel(role=FontRole.SMALL, tone="faint")
        self._model = ScoreTableModel(self)
        self._table = make_figures_table(self._model, "Scores of the experiment", row_px=_ROW_PX, figure_px=_FIGURE_PX)
        self._table.setProperty("kind", "figures")
        self._lay_out()
        appearance.changed.connect(self._table.viewport().update)
        self._bases.currentIndexChanged.connect(self._on_base_chosen)

    @property
    def model(self) -> ScoreTableModel:
        """The scores."""
        return self._model

    @property
    def bases(self) -> QComboBox:
        """The experiments that this one can be held against."""
        return self._bases

    def show_bases(self, others: Sequence[ContainerRecord], base_id: str | None) -> None:
        """Offer these experiments; the one with `base_id` is chosen."""
        self._bases.blockSignals(True)
        self._bases.clear()
        self._bases.addItem("No other experiment", None)
        for record in others:
            name = one_line(record.experiment_name or record.experiment_id or "", _MAX_NAME_CHARS)
            self._bases.addItem(name, record.experiment_id)
        self._bases.setCurrentIndex(max(self._bases.findData(base_id), 0))
        self._bases.blockSignals(False)

    def show_notice(self, text: str) -> None:
        """Say something instead of a summary."""
        self._facts.setText(text)
        self._model.set_scores(())
        self._fit_columns()
        for widget in (self._tags, self._description, self._metadata):
            widget.hide()

    def show_summary(self, summary: ExperimentSummary) -> None:
        """Show an experiment."""
        self._experiment_id = summary.id
        self._name.setText(summary.name or summary.id)
        self._facts.setText(" · ".join(_facts(summary)))
        self._tags.setText(", ".join(summary.tags)[:_MAX_TAGS_CHARS])
        self._tags.setVisible(bool(summary.tags))
        self._description.setText(summary.description or "")
        self._description.setVisible(bool(summary.description))
        metadata = _readable(summary.metadata)
        self._metadata.set_text(metadata)
        self._metadata.setVisible(bool(metadata))
        self._model.set_scores(summary.scores)
        self._note.setText("" if summary.scores else "No scores were logged")
        self._note.setVisible(not summary.scores)
        self._fit_columns()

    def _fit_columns(self) -> None:
        has_base = self._bases.currentData() is not None
        for column in (Column.BASE, Column.DIFFERENCE, Column.IMPROVED, Column.REGRESSED):
            self._table.setColumnHidden(column, not has_base)

    def _lay_out(self) -> None:
        self._description.setWordWrap(True)
        self._metadata.setAccessibleName("Metadata")
        for widget in (self._bases, self._bases.view()):
            widget.setAccessibleName("Held against")
        against = QHBoxLayout()
        against.setSpacing(10)
        against.addWidget(PlainLabel("Held against", tone="muted"))
        against.addWidget(self._bases, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        for widget in (self._name, self._facts, self._tags, self._description, self._metadata):
            column.addWidget(widget)
        column.addLayout(against)
        column.addWidget(self._table, 1)
        column.addWidget(self._note)

    def _on_base_chosen(self) -> None:
        self.base_chosen.emit(self._experiment_id, self._bases.currentData())


def _facts(summary: ExperimentSummary) -> list[str]:
    facts = [one_line(summary.project_name, _MAX_NAME_CHARS)] if summary.project_name else []
    if summary.created_us is not None:
        facts.append(format_absolute(summary.created_us))
    facts.append(format_many(summary.traces, "case"))
    if summary.failed_traces:
        facts.append(f"{format_many(summary.failed_traces, 'case')} with an error")
    if summary.mean_duration_secs is not None:
        facts.append(f"{format_duration(summary.mean_duration_secs)} on average")
    if summary.tokens is not None:
        facts.append(f"{format_compact(summary.tokens)} tokens")
    if summary.cost is not None:
        facts.append(format_cost(summary.cost, is_estimate=summary.has_estimate))
    return facts


def _readable(metadata: str | None) -> str:
    if metadata in {None, "null", "{}"}:
        return ""
    try:
        return pretty_json(decode_json(metadata or ""))
    except NotJson:
        return metadata or ""
