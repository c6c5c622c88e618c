"""A list of objects as a table: a click on a column sorts by it, a double click shows a cell whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QSizePolicy, QTableView, QWidget

from spanglass_viewer.models.records_table import VALUE_ROLE, RecordsTableModel
from spanglass_viewer.panes.detail.json_tree_view import path_text
from spanglass_viewer.panes.detail.whole_text import show_whole_text
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import text_px, wear
from spanglass_viewer.values.presentation import scalar_text
from spanglass_viewer.values.pretty import pretty_json

if TYPE_CHECKING:
    from spanglass_viewer.models.json_tree import JsonPath
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.decode import JsonValue
    from spanglass_viewer.values.records import Records

_ROW_PX = 24
_MOST_ROWS = 18
_LEAST_COLUMN_PX, _MOST_COLUMN_PX = 64, 260
_MEASURED_ROWS = 40


class RecordsView(QTableView):
    """A table of records; as tall as its rows up to a limit."""

    def __init__(self, records: Records, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._records = records
        self._marked: tuple[str, QColor] = ("", QColor())
        self._model = RecordsTableModel(records, self)
        self.setModel(self._model)
        wear(self, FontRole.SMALL)
        self.setProperty("kind", "records")
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Table")
        self._lay_out_headers()
        self.doubleClicked.connect(self._on_double_clicked)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._on_copy)

    def sizeHint(self) -> QSize:
        """Return the size that shows the rows, up to the limit."""
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        """Let the table be as narrow as its pane."""
        return QSize(40, 0)

    @property
    def value(self) -> JsonValue:
        """The records in the order of the list."""
        return self._records.rows

    def reveal(self, path: JsonPath) -> QRect:
        """Select the cell in which a path lies, and return where it is."""
        place, name = path[0], path[1] if len(path) > 1 else None
        column = self._records.columns.index(name) if isinstance(name, str) and name in self._records.columns else 0
        index = self._model.index(self._model.row_of(place) if isinstance(place, int) else 0, column)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return self.visualRect(index)

    def mark(self, needle: str, color: QColor) -> QRect | None:
        """Mark the cells in which a text stands, and return the place of the first one."""
        if (needle, color) != self._marked:
            self._marked = (needle, color)
            self._model.mark(needle, color)
        first = self._model.find_marked()
        return self.visualRect(first) if first.isValid() else None

    def _lay_out_headers(self) -> None:
        numbers, names = self.verticalHeader(), self.horizontalHeader()
        numbers.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        row_px = text_px(_ROW_PX)
        numbers.setMinimumSectionSize(row_px)
        numbers.setDefaultSectionSize(row_px)
        wear(numbers, FontRole.TINY)
        wear(names, FontRole.SMALL_STRONG)
        names.setHighlightSections(False)
        names.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        names.setSortIndicatorShown(True)
        names.setSortIndicatorClearable(True)
        names.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        metrics = self.fontMetrics()
        for column in range(self._model.columnCount()):
            texts = [str(self._model.headerData(column, Qt.Orientation.Horizontal))]
            rows = range(min(_MEASURED_ROWS, self._model.rowCount()))
            texts += [str(self._model.data(self._model.index(row, column))) for row in rows]
            width = max(metrics.horizontalAdvance(text[:80]) for text in texts) + 28
            self.setColumnWidth(column, min(max(width, _LEAST_COLUMN_PX), _MOST_COLUMN_PX))
        shown = min(self._model.rowCount(), _MOST_ROWS)
        self.setFixedHeight(names.sizeHint().height() + shown * row_px + self.horizontalScrollBar().sizeHint().height())

    def _value_at(self, index: QModelIndex) -> JsonValue:
        return cast("JsonValue", self._model.data(index, VALUE_ROLE))

    def _on_double_clicked(self, index: QModelIndex) -> None:
        show_whole_text(_text_of(self._value_at(index)), self._appearance, self)

    def _on_copy(self) -> None:
        if (index := self.currentIndex()).isValid():
            QGuiApplication.clipboard().setText(_text_of(self._value_at(index)))

    def _on_menu_requested(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if not index.isValid():
            return
        at = self._model.place_of(index.row())
        menu = QMenu(self)
        copy_cell, copy_row, copy_path = (menu.addAction(text) for text in ("Copy cell", "Copy row", "Copy path"))
        chosen = menu.exec(self.viewport().mapToGlobal(place))
        clipboard = QGuiApplication.clipboard()
        if chosen is copy_cell:
            clipboard.setText(_text_of(self._value_at(index)))
        elif chosen is copy_row:
            clipboard.setText(pretty_json(self._records.rows[at]))
        elif chosen is copy_path:
            clipboard.setText(path_text((at, self._records.columns[index.column()])))
        menu.deleteLater()


def _text_of(value: JsonValue) -> str:
    return pretty_json(value) if isinstance(value, dict | list) else scalar_text(value)
