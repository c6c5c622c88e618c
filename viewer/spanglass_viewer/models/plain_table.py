"""A table of texts as a decoder read it: the beginning of a file, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from spanglass_viewer.format.text import one_line

if TYPE_CHECKING:
    from spanglass_viewer.decoders.answers import TableHead

_NO_INDEX = QModelIndex()
_MAX_CELL_CHARS = 200
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class PlainTableModel(QAbstractTableModel):
    """Read-only; numbers stand at the right."""

    def __init__(self, head: TableHead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._head = head

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:
        """Return how many rows were read."""
        return 0 if parent.isValid() else len(self._head.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_INDEX) -> int:
        """Return how many columns were read."""
        return 0 if parent.isValid() else len(self._head.columns)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell on one line; all of it to whoever copies."""
        if not index.isValid():
            return None
        text = self._head.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(text, _MAX_CELL_CHARS)
        if role == Qt.ItemDataRole.EditRole:
            return text
        if role == Qt.ItemDataRole.TextAlignmentRole and _is_number(text):
            return _RIGHT
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's name and type, or a row's number."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return f"{section + 1:,}"
        kind = self._head.types[section] if section < len(self._head.types) else ""
        name = one_line(self._head.columns[section], _MAX_CELL_CHARS)
        return f"{name}  {kind}" if kind else name


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True
