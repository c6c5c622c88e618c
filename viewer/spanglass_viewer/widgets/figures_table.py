"""A table to read row by row: names in a first column that takes the room, figures in columns of one width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from spanglass_viewer.theme.text_size import text_px

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel


def make_figures_table(model: QAbstractItemModel, name: str, *, row_px: int, figure_px: int) -> QTableView:
    """Return a table over a model, `name` for screen readers; sizes are those where text is 100 %."""
    table = QTableView()
    table.setModel(model)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setAccessibleName(name)
    rows, columns = table.verticalHeader(), table.horizontalHeader()
    rows.setVisible(False)
    rows.setAccessibleName("Rows")
    rows.setMinimumSectionSize(text_px(row_px))
    rows.setDefaultSectionSize(text_px(row_px))
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    columns.setAccessibleName("Columns")
    columns.setHighlightSections(False)
    columns.setDefaultSectionSize(text_px(figure_px))
    columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table
