"""A table of texts under titles: the first column to the left, figures to the right."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

_NOWHERE = QModelIndex()
AnyIndex = QModelIndex | QPersistentModelIndex


class TitledTableModel(QAbstractTableModel):
    """What such tables share; a subclass has the titles, counts the rows, and gives the cells."""

    titles: ClassVar[tuple[str, ...]] = ()

    def count_rows(self) -> int:
        """Return the number of rows."""
        raise NotImplementedError

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of rows; no row has any below it."""
        return 0 if parent.isValid() else self.count_rows()

    def columnCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title, or how it is aligned."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.titles):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment_of(section)
        return self.titles[section] if role == Qt.ItemDataRole.DisplayRole else None


def alignment_of(column: int) -> Qt.AlignmentFlag:
    """Return how a column's texts are aligned."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
