"""The lines of a difference as a list, long ones broken; however many there are, only those in sight cost anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from spanglass_viewer.values.text_diff import DiffLine, LineKind

if TYPE_CHECKING:
    import numpy.typing as npt

    Longs = npt.NDArray[np.int64]

LINE_ROLE = Qt.ItemDataRole.UserRole + 1  # DiffLine as far as the row holds it, or the title of a section as str
CONTINUES_ROLE = Qt.ItemDataRole.UserRole + 2  # bool: the line began in a row above
_SPOKEN = {LineKind.ADDED: "added ", LineKind.REMOVED: "removed ", LineKind.SAME: "", LineKind.SKIPPED: ""}
_FIRST_COLUMNS = 100
_FIRST_WIDE = "\u1100"
_NOWHERE = QModelIndex()
AnyIndex = QModelIndex | QPersistentModelIndex


class DiffLinesModel(QAbstractListModel):
    """Sections one after the other: a title, then its lines, each on as many rows as it needs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[DiffLine | str] = []
        self._lengths = np.zeros(0, np.int64)
        self._columns = _FIRST_COLUMNS
        self._places = np.zeros(0, np.int64)  # by line: how many columns a character may take
        self._ends = np.zeros(0, np.int64)  # by line: the row after its last one

    def set_sections(self, sections: tuple[tuple[str, list[DiffLine]], ...]) -> None:
        """Show another difference."""
        self.beginResetModel()
        self._lines = []
        for title, lines in sections:
            self._lines.append(title)
            self._lines += lines
        texts = ["" if isinstance(line, str) else line.text for line in self._lines]
        self._lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
        self._places = np.fromiter((_places(text) for text in texts), np.int64, len(texts))
        self._break()
        self.endResetModel()

    def set_columns(self, columns: int) -> None:
        """Break lines of more characters than this."""
        if columns != self._columns:
            self.beginResetModel()
            self._columns = max(columns, 1)
            self._break()
            self.endResetModel()

    def _break(self) -> None:
        self._ends = np.cumsum(np.maximum(-(-self._lengths // self._columns_of(self._places)), 1))

    def _columns_of(self, places: Longs) -> Longs:
        return np.maximum(self._columns // places, 1)

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() or not len(self._ends) else int(self._ends[-1])

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a row as text, or as the delegate needs it."""
        if not index.isValid():
            return None
        at = int(np.searchsorted(self._ends, index.row(), "right"))
        piece = index.row() - (int(self._ends[at - 1]) if at else 0)
        if role == CONTINUES_ROLE:
            return piece > 0
        line = self._lines[at]
        if isinstance(line, DiffLine):
            columns = int(self._columns_of(self._places[at : at + 1])[0])
            line = _cut(line, piece * columns, columns)
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line if isinstance(line, str) else f"{line.kind.value} {line.text}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line if isinstance(line, str) else f"{_SPOKEN[line.kind]}{line.text}"
        return None


def _places(text: str) -> int:
    """Return the columns of the widest character: two for Chinese, for example."""
    return 1 if text.isascii() or max(text) < _FIRST_WIDE else 2


def _cut(line: DiffLine, first: int, columns: int) -> DiffLine:
    """Return a stretch of a line, its marks with it."""
    if len(line.text) <= columns:
        return line
    marks = ((max(start - first, 0), min(end - first, columns)) for start, end in line.marks)
    return replace(
        line,
        text=line.text[first : first + columns],
        marks=tuple((start, end) for start, end in marks if start < end),
    )
