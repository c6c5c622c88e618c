"""The lines of a difference as a list; however many there are, only those in sight cost anything."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from spanglass_viewer.values.text_diff import DiffLine, LineKind

LINE_ROLE = Qt.ItemDataRole.UserRole + 1  # DiffLine, or the title of a section as str
_SPOKEN = {LineKind.ADDED: "added ", LineKind.REMOVED: "removed ", LineKind.SAME: "", LineKind.SKIPPED: ""}
_NOWHERE = QModelIndex()
AnyIndex = QModelIndex | QPersistentModelIndex


class DiffLinesModel(QAbstractListModel):
    """Sections one after the other: a title, then its lines."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[DiffLine | str] = []

    @property
    def longest(self) -> int:
        """The characters of the longest line."""
        return max((len(line if isinstance(line, str) else line.text) for line in self._lines), default=0)

    def set_sections(self, sections: tuple[tuple[str, list[DiffLine]], ...]) -> None:
        """Show another difference."""
        self.beginResetModel()
        self._lines = []
        for title, lines in sections:
            self._lines.append(title)
            self._lines += lines
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a line as text, or as the delegate needs it."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line if isinstance(line, str) else f"{line.kind.value} {line.text}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line if isinstance(line, str) else f"{_SPOKEN[line.kind]}{line.text}"
        return None
