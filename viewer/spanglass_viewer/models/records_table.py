"""A list of objects as a table that can be sorted; a cell is made when it is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from spanglass_viewer.format.text import one_line
from spanglass_viewer.values.records import cell_text

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue
    from spanglass_viewer.values.records import Records

VALUE_ROLE = Qt.ItemDataRole.UserRole + 1  # JsonValue, whole
_LOOKED_AT_ROWS = 40  # of which the first mark is brought into sight
_NOWHERE = QModelIndex()
AnyIndex = QModelIndex | QPersistentModelIndex


class RecordsTableModel(QAbstractTableModel):
    """Rows in the order of the list until a column is sorted by."""

    def __init__(self, records: Records, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self._order: list[int] | None = None
        self._needle = ""
        self._mark = QColor()

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of records."""
        return 0 if parent.isValid() else len(self._records.rows)

    def columnCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._records.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name, or a row's place in the list."""
        is_cut = orientation is Qt.Orientation.Horizontal and section == self.columnCount() - 1
        is_cut = is_cut and self._records.has_more_columns
        if role == Qt.ItemDataRole.ToolTipRole and is_cut:
            return f"The first {self.columnCount()} columns. The JSON tree has all of them"
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return one_line(self._records.columns[section], 60) + (" …" if is_cut else "")
        return str(self.place_of(section))

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell as text, or its value."""
        if not index.isValid():
            return None
        row, column = self.place_of(index.row()), index.column()
        if role in {VALUE_ROLE, Qt.ItemDataRole.DisplayRole}:
            return self._records.cell(row, column) if role == VALUE_ROLE else self._cell_text(row, column)
        if role == Qt.ItemDataRole.BackgroundRole and self._is_marked(row, column):
            return self._mark
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._records.columns[column]}: {self._cell_text(row, column) or 'nothing'}"
        if role == Qt.ItemDataRole.TextAlignmentRole and _is_number(self._records.cell(row, column)):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def mark(self, needle: str, color: QColor) -> None:
        """Mark the cells in which a text stands, in whatever case; nothing takes the marks away."""
        self._needle, self._mark = needle.casefold(), color
        if self._records.rows and self._records.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def find_marked(self) -> QModelIndex:
        """Return the first marked cell, looking through as many rows as can be in sight."""
        for row in range(min(self.rowCount(), _LOOKED_AT_ROWS)):
            for column in range(self.columnCount()):
                if self._is_marked(self.place_of(row), column):
                    return self.index(row, column)
        return QModelIndex()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the rows into the order of a column; -1 puts them back into that of the list."""
        self.layoutAboutToBeChanged.emit()
        is_descending = order is Qt.SortOrder.DescendingOrder
        self._order = None if column < 0 else self._records.sorted_rows(column, is_descending=is_descending)
        self.layoutChanged.emit()

    def place_of(self, row: int) -> int:
        """Return where a row of the table stands in the list."""
        return row if self._order is None else self._order[row]

    def row_of(self, place: int) -> int:
        """Return the row that shows a member of the list."""
        return place if self._order is None else self._order.index(place)

    def _is_marked(self, row: int, column: int) -> bool:
        return bool(self._needle) and self._needle in self._cell_text(row, column).casefold()

    def _cell_text(self, row: int, column: int) -> str:
        if not self._records.has_cell(row, column):
            return ""
        return one_line(cell_text(self._records.cell(row, column)), 200)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
