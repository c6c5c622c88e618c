"""An attachment as a tile: what it looks like, what it is called, what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from spanglass_viewer.format.quantities import format_bytes
from spanglass_viewer.panes.detail.image_thumb import ImageThumb
from spanglass_viewer.panes.detail.media_actions import can_open, open_media, reveal_media, save_media_as
from spanglass_viewer.panes.detail.remote_tile import RemoteTile
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import icon_pixmap
from spanglass_viewer.values.media_formats import MediaKind
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel
from spanglass_viewer.widgets.pressable import Pressable

if TYPE_CHECKING:
    from spanglass_viewer.backend.loaded_image import LoadedImage
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.values.media import MediaItem

_INLINE_HEIGHT_PX = 132
_STRIP_HEIGHT_PX = 200
_GROUND_PX = 34
_GLYPH_PX = 18
_PICTURED = frozenset({MediaKind.IMAGE, MediaKind.PDF, MediaKind.VIDEO, MediaKind.AUDIO})


def media_tile(item: MediaItem, context: DetailContext, *, is_large: bool = False) -> QWidget:
    """Return the tile of an attachment: a picture where one can be made of its bytes, else a line with its icon."""
    is_remote_image = item.kind is MediaKind.IMAGE and (item.url or "").startswith(("https://", "http://"))
    if is_remote_image and not item.has_bytes and context.remote is not None:
        return RemoteTile(item, context, context.remote, lambda found: media_tile(found, context, is_large=is_large))
    if item.kind in _PICTURED and item.has_bytes:
        return ImageTile(item, context, max_height_px=_STRIP_HEIGHT_PX if is_large else _INLINE_HEIGHT_PX)
    return FileTile(item, context)


class ImageTile(QWidget):
    """A thumbnail with name, dimensions, size and type below."""

    def __init__(
        self, item: MediaItem, context: DetailContext, *, max_height_px: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._item = item
        self._context = context
        self._details = PlainLabel(role=FontRole.TINY, tone="faint")
        self._details.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._facts = ElidedLabel(role=FontRole.TINY, tone="faint", mode=Qt.TextElideMode.ElideRight, parent=self)
        name = ElidedLabel(item.name, role=FontRole.SMALL)
        thumb = ImageThumb(item, context, max_height_px=max_height_px)
        thumb.opened.connect(self._on_opened)
        thumb.loaded.connect(self._on_loaded)
        thumb.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        thumb.customContextMenuRequested.connect(self._on_menu_requested)
        caption = QHBoxLayout()
        caption.setSpacing(8)
        caption.addWidget(name, 1)
        caption.addWidget(self._details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(thumb)
        column.addLayout(caption)
        column.addWidget(self._facts)
        self._on_loaded(context.images.find_any(item.key))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def _on_loaded(self, loaded: LoadedImage | None) -> None:
        self._details.setText(describe_media(self._item, loaded, with_facts=False))
        facts = () if loaded is None else loaded.facts
        self._facts.setText(" · ".join(facts))
        self._facts.setVisible(bool(facts))

    def _on_opened(self) -> None:
        self._context.media_opened.emit(self._item)

    def _on_menu_requested(self, place: QPoint) -> None:
        show_media_menu(self._item, self, self.mapToGlobal(place))


class FileTile(Pressable):
    """An icon, the name, what is known of it, and what can be done."""

    def __init__(self, item: MediaItem, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item = item
        self._context = context
        self.setProperty("kind", "tile")
        if item.has_bytes:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.pressed.connect(self._on_pressed)
        details = " · ".join(part for part in (describe_media(item), item.problem or "") if part)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(item.name, role=FontRole.SMALL))
        words.addWidget(ElidedLabel(details, role=FontRole.TINY, tone="faint", mode=Qt.TextElideMode.ElideRight))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 6, 8)
        row.setSpacing(10)
        row.addWidget(_Glyph(item, context))
        row.addLayout(words, 1)
        if can_open(item):
            self._add_button(row, "external", "Open with the system's application", context)
        if item.has_bytes:
            self._add_button(row, "save", "Save as…", context)
        if item.url is not None:
            self._add_button(row, "copy", "Copy address", context)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(f"{item.kind.value} {item.name}, {details}")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show what can be done."""
        show_media_menu(self._item, self, event.globalPos())

    def _on_pressed(self) -> None:
        self._context.media_opened.emit(self._item)

    def _add_button(self, row: QHBoxLayout, icon_name: str, what: str, context: DetailContext) -> None:
        button = IconButton(icon_name, what, context.appearance)
        button.clicked.connect({"external": self._on_open, "save": self._on_save, "copy": self._on_copy}[icon_name])
        row.addWidget(button)

    def _on_open(self) -> None:
        open_media(self._item, self)

    def _on_save(self) -> None:
        save_media_as(self._item, self)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._item.url or "")


class _Glyph(QWidget):
    """The icon of a kind of file on a tinted ground."""

    def __init__(self, item: MediaItem, context: DetailContext) -> None:
        super().__init__()
        self._item = item
        self._context = context
        self.setFixedSize(_GROUND_PX, _GROUND_PX)
        context.appearance.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground and the icon."""
        tokens = self._context.appearance.tokens
        hue = tokens.accent if self._item.problem is None else tokens.text_faint
        ground = QColor(hue)
        ground.setAlphaF(0.15)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect(), 7, 7)
        inset = (_GROUND_PX - _GLYPH_PX) // 2
        painter.drawPixmap(inset, inset, icon_pixmap(self._item.kind.value, hue, _GLYPH_PX, self.devicePixelRatioF()))


def describe_media(item: MediaItem, loaded: LoadedImage | None = None, *, with_facts: bool = True) -> str:
    """Return dimensions, what else is known, size and type, with points between them."""
    has_pixels = loaded is not None and item.kind in {MediaKind.IMAGE, MediaKind.VIDEO} and not loaded.is_mask
    size = loaded.size if loaded is not None and has_pixels else None
    dimensions = f"{size.width()} × {size.height()}" if size is not None else ""  # noqa: RUF001 - that is the sign
    size_bytes = item.size_bytes if item.size_bytes is not None else _file_size(item)
    facts = loaded.facts if loaded is not None and with_facts else ()
    parts = (dimensions, *facts, format_bytes(size_bytes) if size_bytes is not None else "", item.content_type)
    return " · ".join(part for part in parts if part)


def _file_size(item: MediaItem) -> int | None:
    try:
        return item.path.stat().st_size if item.path is not None else None
    except OSError:
        return None


def show_media_menu(item: MediaItem, parent: QWidget, place: QPoint) -> None:
    """Show what can be done with an attachment's bytes."""
    menu = QMenu(parent)
    save = menu.addAction("Save as…")
    open_outside = menu.addAction("Open with the system's application")
    reveal = menu.addAction("Show in folder")
    copy_name = menu.addAction("Copy name")
    reveal.setEnabled(item.path is not None)
    save.setEnabled(item.has_bytes)
    open_outside.setEnabled(can_open(item))
    chosen = menu.exec(place)
    if chosen is save:
        save_media_as(item, parent)
    elif chosen is open_outside:
        open_media(item, parent)
    elif chosen is reveal:
        reveal_media(item, parent)
    elif chosen is copy_name:
        QGuiApplication.clipboard().setText(item.name)
    menu.deleteLater()
