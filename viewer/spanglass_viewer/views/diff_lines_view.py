"""The lines of a difference below each other; long ones are broken where the view ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from spanglass_viewer.views.compare_delegates import DiffLineDelegate

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from spanglass_viewer.models.diff_lines import DiffLinesModel
    from spanglass_viewer.theme.appearance import Appearance


class DiffLinesView(QListView):
    """Rows of one height; nothing in it is chosen."""

    def __init__(self, lines: DiffLinesModel, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._painter = DiffLineDelegate(appearance, self)
        self.setModel(lines)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Differences of the values")
        appearance.changed.connect(self._on_look_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._fit_columns()

    def _on_look_changed(self) -> None:
        self._fit_columns()
        self.viewport().update()

    def _fit_columns(self) -> None:
        """Leave room for the scroll bar, there or not: its coming would break the lines anew."""
        bar_px = self.verticalScrollBar().sizeHint().width()
        self._lines.set_columns(self._painter.columns_in(self.width() - 2 * self.frameWidth() - bar_px))
