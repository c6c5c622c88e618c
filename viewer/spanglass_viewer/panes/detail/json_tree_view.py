"""JSON as a tree: key and value in one line, coloured, unfolded on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QKeySequence, QPainter, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from spanglass_viewer.models.json_tree import Inside, JsonPath, JsonRole, JsonTreeModel, NodeKind
from spanglass_viewer.panes.detail.tree_hits import TreeHits, find_tree_hits
from spanglass_viewer.panes.detail.whole_text import show_whole_text
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.icons import icon_pixmap
from spanglass_viewer.theme.text_size import text_px, wear
from spanglass_viewer.values.presentation import scalar_text
from spanglass_viewer.values.pretty import pretty_json
from spanglass_viewer.widgets.text_marks import paint_marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.decode import JsonValue

_ROW_PX = 22
_INDENT_PX = 16
_CHEVRON_PX = 12
_MAX_HEIGHT_PX = 480
_AUTO_UNFOLD_ROWS = 12
_MAX_COPY_UNFOLD = 2000


class JsonTreeView(QTreeView):
    """A value as a lazy tree; as tall as what is unfolded, up to a limit. Double-clicking a text shows it whole."""

    link_wanted = Signal(object)  # JsonPath

    def __init__(
        self,
        value: JsonValue,
        appearance: Appearance,
        parent: QWidget | None = None,
        model: QAbstractItemModel | None = None,
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._value = value
        self._has_link: Callable[[JsonPath], bool] | None = None
        self._hits = TreeHits()
        self.setModel(JsonTreeModel(value, self) if model is None else model)
        self.setItemDelegate(_JsonDelegate(appearance, self))
        wear(self, FontRole.CODE)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(_INDENT_PX)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("JSON tree")
        self.setProperty("kind", "jsontree")
        self.customContextMenuRequested.connect(self._on_menu_requested)
        self.doubleClicked.connect(self.show_whole)
        self.expanded.connect(self._on_rows_changed)
        self.model().rowsInserted.connect(self._on_rows_changed)
        self.collapsed.connect(self._on_rows_changed)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._on_copy)
        self._unfold_lone_members()
        self._fit_height()

    @property
    def value(self) -> JsonValue:
        """The value that is shown."""
        return self._value

    def offer_links(self, has_link: Callable[[JsonPath], bool]) -> None:
        """Offer a link to each value: `link_wanted` follows. `has_link` tells whether a path can stand in one."""
        self._has_link = has_link

    def reveal(self, path: JsonPath) -> QRect:
        """Unfold what a value lies in, select it, and return where it is."""
        index = self._json_model().find_path(path)
        above = index.parent()
        while above.isValid():
            self.expand(above)
            above = above.parent()
        self._fit_height()
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return self.visualRect(index)

    def mark(self, needle: str, color: QColor) -> QRect | None:
        """Mark a text in names and values, in whatever case, and what is folded above one; return the first place."""
        if (needle, color) != (self._hits.needle, self._hits.color):
            self._hits = self.find_hits(needle, color)
            self.viewport().update()
        if self._hits.first is None:
            return None
        index = self._json_model().find_path(self._hits.first)
        above = index.parent()
        while above.isValid():
            if not self.isExpanded(above):
                index = above
            above = above.parent()
        return self.visualRect(index)

    def find_hits(self, needle: str, color: QColor) -> TreeHits:
        """Look through the value for what is to be marked."""
        return find_tree_hits(self._value, needle, color)

    @property
    def hits(self) -> TreeHits:
        """What is marked."""
        return self._hits

    def list_unfolded_paths(self) -> list[JsonPath]:
        """Return the paths of what is unfolded, parents before their members."""
        return [self._path(index) for index in self._iter_unfolded()]

    def unfold_paths(self, paths: list[JsonPath]) -> None:
        """Unfold what stands at these paths, as far as it is there."""
        for path in paths:
            index = self._json_model().find_path(path)
            while index.isValid():
                self.expand(index)
                index = index.parent()
        self._fit_height()

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw the chevron alone: lines would shout down the text."""
        if not self.model().hasChildren(index):
            return
        size = _CHEVRON_PX
        name = "chevron-down" if self.isExpanded(index.sibling(index.row(), 0)) else "chevron-right"
        place = QPoint(rect.right() - size - 1, rect.center().y() - size // 2 + 1)
        painter.drawPixmap(place, icon_pixmap(name, self._appearance.tokens.text_faint, size, self.devicePixelRatioF()))

    def sizeHint(self) -> QSize:
        """Return the size that shows all rows, up to the limit."""
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the one column as wide as the view."""
        super().resizeEvent(event)
        self.setColumnWidth(0, self.viewport().width())

    def _json_model(self) -> JsonTreeModel:
        return cast("JsonTreeModel", self.model())

    def _unfold_lone_members(self) -> None:
        """Unfold the first level where that leaves the whole in sight."""
        model = self.model()
        rows = model.rowCount()
        for row in range(min(rows, _AUTO_UNFOLD_ROWS)):
            index = model.index(row, 0)
            if (
                model.data(index, JsonRole.KIND) is NodeKind.CONTAINER
                and rows + model.rowCount(index) <= _AUTO_UNFOLD_ROWS
            ):
                self.expand(index)
                rows += model.rowCount(index)

    def _iter_unfolded(self) -> list[QModelIndex]:
        found: list[QModelIndex] = []
        index = self._json_model().index(0, 0)
        while index.isValid() and len(found) < _MAX_COPY_UNFOLD:
            if self.isExpanded(index):
                found.append(index)
            index = self.indexBelow(index)
        return found

    def _path(self, index: QModelIndex) -> JsonPath:
        return cast("JsonPath", index.data(JsonRole.PATH))

    def _count_rows(self, most: int) -> int:
        model = self.model()
        rows = model.rowCount()
        if rows >= most:
            return most
        index = model.index(0, 0)
        while index.isValid() and rows < most:
            if self.isExpanded(index):
                rows += model.rowCount(index)
            index = self.indexBelow(index)
        return min(rows, most)

    def _fit_height(self) -> None:
        row_px = text_px(_ROW_PX)
        most = _MAX_HEIGHT_PX // row_px
        self.setFixedHeight(max(1, self._count_rows(most)) * row_px + 2)

    def _on_rows_changed(self) -> None:
        self._fit_height()

    def show_whole(self, index: QModelIndex) -> None:
        """Show a text, or another scalar, in a window of its own."""
        value = cast("JsonValue", self._json_model().data(index, JsonRole.VALUE))
        if not isinstance(value, dict | list):
            show_whole_text(scalar_text(value), self._appearance, self)

    def _on_copy(self) -> None:
        if (index := self.currentIndex()).isValid():
            self.copy_value(index)

    def copy_value(self, index: QModelIndex) -> None:
        """Copy a value: a text as it is, anything else as JSON."""
        value = cast("JsonValue", self._json_model().data(index, JsonRole.VALUE))
        text = pretty_json(value) if isinstance(value, dict | list) else scalar_text(value)
        QGuiApplication.clipboard().setText(text)

    def _on_menu_requested(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if not index.isValid():
            return
        menu = self.make_menu(index)
        menu.exec(self.viewport().mapToGlobal(place))
        menu.deleteLater()

    def make_menu(self, index: QModelIndex) -> QMenu:
        """Return the menu of a value."""
        menu = QMenu(self)
        path = self._path(index)
        menu.addAction("Copy value", lambda: self.copy_value(index))
        menu.addAction("Copy path", lambda: QGuiApplication.clipboard().setText(path_text(path)))
        if self._has_link is not None:
            link = menu.addAction("Copy link to this value", lambda: self.link_wanted.emit(path))
            link.setEnabled(self._has_link(path))
        return menu


def path_text(path: JsonPath) -> str:
    """Return a path as people write it: `messages[0].content`, `["odd key"]`, `arguments | fromjson | city`."""
    parts: list[str] = []
    for key in path:
        if isinstance(key, Inside):
            return f"{''.join(parts)} | fromjson | {path_text(path[path.index(key) + 1 :])}"
        if isinstance(key, int):
            parts.append(f"[{key}]")
        elif key.isidentifier():
            parts.append(f".{key}" if parts else key)
        else:
            parts.append(f"[{pretty_json(key)}]")
    return "".join(parts)


class _JsonDelegate(QStyledItemDelegate):
    def __init__(self, appearance: Appearance, view: JsonTreeView) -> None:
        super().__init__(view)
        self._view = view
        self._appearance = appearance
        self._metrics = QFontMetrics(font(FontRole.CODE))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002 - Qt's signature
        return QSize(40, text_px(_ROW_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = self._appearance.tokens
        rect = option.rect
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.selection))
        painter.setFont(font(FontRole.CODE))
        key = f"{index.data(JsonRole.KEY)}"
        kind = cast("NodeKind", index.data(JsonRole.KIND))
        place = rect.adjusted(4, 0, -6, 0)
        key_width = min(self._metrics.horizontalAdvance(key), place.width() * 2 // 3)
        painter.setPen(QColor(tokens.text_muted if kind is NodeKind.RANGE else tokens.json_key))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        shown_key = self._metrics.elidedText(key, Qt.TextElideMode.ElideMiddle, key_width + 1)
        hits = self._view.hits
        is_shown = paint_marks(painter, place, shown_key, hits.needle, hits.color)
        painter.drawText(place, int(middle), shown_key)
        place.setLeft(place.left() + key_width + self._metrics.horizontalAdvance("  "))
        painter.setPen(QColor(self._color(kind)))
        preview = self._metrics.elidedText(
            f"{index.data(JsonRole.PREVIEW)}", Qt.TextElideMode.ElideRight, place.width()
        )
        is_shown |= paint_marks(painter, place, preview, hits.needle, hits.color)
        if hits.needle and not is_shown and not self._view.isExpanded(index) and hits.holds(index.data(JsonRole.PATH)):
            # further back in a text that is cut, or in what is folded
            ground = QRect(
                place.left() - 2, place.top() + 2, self._metrics.horizontalAdvance(preview) + 4, place.height() - 4
            )
            painter.fillRect(ground, hits.color)
        painter.drawText(place, int(middle), preview)
        painter.restore()

    def _color(self, kind: NodeKind) -> str:
        tokens = self._appearance.tokens
        return {
            NodeKind.TEXT: tokens.json_string,
            NodeKind.NUMBER: tokens.json_number,
            NodeKind.WORD: tokens.json_word,
            NodeKind.MEDIA: tokens.accent,
        }.get(kind, tokens.text_faint)
