"""CSV, Parquet and archives as a table of their beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QTableView, QVBoxLayout, QWidget

from spanglass_viewer.decoders.answers import TableHead
from spanglass_viewer.models.plain_table import PlainTableModel
from spanglass_viewer.panes.previews.preview import Preview
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import text_px, wear
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from spanglass_viewer.backend.preview_session import PreviewSession

_MAX_COLUMN_PX = 420
_COLUMN_ROOM_PX = 28
_MEASURED_ROWS = 100
_ROW_PX = 26


class TablePreview(Preview):
    """The first rows of a table."""

    def __init__(self, session: PreviewSession, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._note = PlainLabel("Loading…", tone="muted")
        self.table = QTableView()
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setWordWrap(False)
        self.table.setCornerButtonEnabled(False)
        self.table.setProperty("kind", "values")
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setShowGrid(True)
        wear(self.table, FontRole.CODE)
        self.table.verticalHeader().setDefaultSectionSize(text_px(_ROW_PX))
        self.table.setAccessibleName("Table")
        self.table.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.addWidget(self._note)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        session.answered.connect(self._on_answered)
        session.failed.connect(self._on_failed)
        session.ask({"do": "table"})

    def copy(self) -> bool:
        """Copy the selected cells, tabs between them."""
        chosen = sorted((index.row(), index.column()) for index in self.table.selectedIndexes())
        model = self.table.model()
        rows: dict[int, list[str]] = {}
        for row, column in chosen:
            text = str(model.data(model.index(row, column), Qt.ItemDataRole.EditRole))
            rows.setdefault(row, []).append(text.replace("\t", " ").replace("\n", " "))
        QGuiApplication.clipboard().setText("\n".join("\t".join(cells) for cells in rows.values()))
        return bool(rows)

    def _on_answered(self, wish: object, answer: object) -> None:  # noqa: ARG002 - the signal's signature
        if not isinstance(answer, TableHead):
            return
        model = PlainTableModel(answer, self)
        self.table.setModel(model)
        self._note.setText("Only the beginning is shown" if answer.is_cut else "")
        self._note.setVisible(answer.is_cut)
        self.table.show()
        self._fit_columns(model)
        self.described.emit(answer.facts)

    def _on_failed(self, wish: object, problem: str) -> None:  # noqa: ARG002 - as above
        self._note.setText(problem)

    def _fit_columns(self, model: PlainTableModel) -> None:
        """Give each column the room that its first cells need: Qt's own measuring asks every row."""
        metrics = self.table.fontMetrics()
        for column in range(model.columnCount()):
            texts = [model.headerData(column, Qt.Orientation.Horizontal)]
            texts += [model.data(model.index(row, column)) for row in range(min(_MEASURED_ROWS, model.rowCount()))]
            wide = max(metrics.horizontalAdvance(text) for text in texts) + _COLUMN_ROOM_PX
            self.table.setColumnWidth(column, min(_MAX_COLUMN_PX, max(60, wide)))
