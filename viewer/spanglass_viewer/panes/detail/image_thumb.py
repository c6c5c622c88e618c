"""A picture of an image: decoded beside the UI, drawn on a checkerboard, a sentence where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.icons import icon_pixmap
from spanglass_viewer.values.media_formats import MediaKind
from spanglass_viewer.widgets.checkerboard import checkerboard
from spanglass_viewer.widgets.pressable import Pressable

if TYPE_CHECKING:
    from spanglass_viewer.backend.loaded_image import LoadedImage
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.values.media import MediaItem

THUMB_PX = 720  # decoded once, in device pixels: enough for a pane of 360 at 200 %
_RADIUS_PX = 8
_PLACEHOLDER_HEIGHT_PX = 72
_PLACEHOLDER_SIDE_PX = 8
_LEAST_HEIGHT_PX = 32
_MARK_PX = 40


class ImageThumb(Pressable):
    """A thumbnail, as wide as its place and at most `max_height_px` tall; a click or Enter opens the image."""

    opened = Signal()
    loaded = Signal(object)  # LoadedImage

    def __init__(
        self, item: MediaItem, context: DetailContext, *, max_height_px: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._item = item
        self._context = context
        self._max_height_px = max_height_px
        self._pixmap: QPixmap | None = None
        self._is_mask = False
        self._problem = item.problem or ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.pressed.connect(self._open)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._word = item.kind.word
        self.setAccessibleName(f"{self._word} {item.name}")
        context.appearance.changed.connect(self.update)
        context.images.image_loaded.connect(self._on_image_loaded)
        context.images.image_failed.connect(self._on_image_failed)
        self._load()

    def sizeHint(self) -> QSize:
        """Return the thumbnail's size, as far as it is known."""
        width = 200 if self._pixmap is None else round(self._pixmap.deviceIndependentSize().width())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Let the thumbnail be as narrow as its pane."""
        return QSize(40, _LEAST_HEIGHT_PX)

    def hasHeightForWidth(self) -> bool:
        """Tell that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height at which the image fills the width, within its own size and the limit."""
        if self._pixmap is None:
            return max(_PLACEHOLDER_HEIGHT_PX, _PLACEHOLDER_HEIGHT_PX // 2 + 6 + self._problem_height(width))
        size = self._pixmap.deviceIndependentSize()
        height = min(size.height(), self._max_height_px, width * size.height() / max(1.0, size.width()))
        return max(_LEAST_HEIGHT_PX, round(height))

    def _problem_height(self, width: int) -> int:
        room = QRect(0, 0, max(1, width - 2 * _PLACEHOLDER_SIDE_PX), 10_000)
        wrapped = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
        return QFontMetrics(font(FontRole.TINY)).boundingRect(room, wrapped, self._problem).height()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground, the picture or the sentence, and the focus."""
        tokens = self._context.appearance.tokens
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect(), _RADIUS_PX, _RADIUS_PX)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(tokens.pressed))
        if self._pixmap is None:
            self._paint_placeholder(painter)
        else:
            place = self._picture_rect(self._pixmap)
            if self._is_mask:
                painter.drawPixmap(place, tinted(self._pixmap, tokens.accent))
            else:
                if self._pixmap.hasAlpha():
                    painter.fillRect(place, checkerboard(tokens))
                painter.drawPixmap(place, self._pixmap)
                self._paint_mark(painter, place)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawPath(shape)

    def _open(self) -> None:
        if self._item.has_bytes:
            self.opened.emit()

    def _load(self) -> None:
        if not self._item.has_bytes:
            return
        found = self._context.images.find(self._item.key, THUMB_PX)
        if found is not None:
            self._show(found)
        else:
            self._context.images.request(self._item, THUMB_PX)

    def _show(self, loaded: LoadedImage) -> None:
        pixmap = QPixmap.fromImage(loaded.image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self._pixmap = pixmap
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._is_mask = loaded.is_mask
        size = f"{loaded.size.width()} by {loaded.size.height()} pixels"
        known = (size,) if self._item.kind is MediaKind.IMAGE else loaded.facts
        self.setAccessibleName(", ".join((f"{self._word} {self._item.name}", *known)))
        self.updateGeometry()
        self.update()
        self.loaded.emit(loaded)

    def _picture_rect(self, pixmap: QPixmap) -> QRect:
        size = pixmap.deviceIndependentSize().toSize()
        if size.width() > self.width() or size.height() > self.height():
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(self.rect().center())
        return place

    def _paint_mark(self, painter: QPainter, place: QRect) -> None:
        """Mark a video: its poster looks like any picture."""
        if self._item.kind is not MediaKind.VIDEO:
            return
        ground = QRect(0, 0, _MARK_PX, _MARK_PX)
        ground.moveCenter(place.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 150))
        painter.drawEllipse(ground)
        icon = icon_pixmap("play", "#ffffff", 20, self.devicePixelRatioF())
        painter.drawPixmap(ground.center().x() - 9, ground.center().y() - 9, icon)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_placeholder(self, painter: QPainter) -> None:
        tokens = self._context.appearance.tokens
        icon = icon_pixmap(self._item.kind.value, tokens.text_faint, 20, self.devicePixelRatioF())
        middle = QPoint(self.rect().center().x(), _PLACEHOLDER_HEIGHT_PX // 2)
        painter.drawPixmap(middle.x() - 10, middle.y() - (22 if self._problem else 10), icon)
        painter.setFont(font(FontRole.TINY))
        painter.setPen(QColor(tokens.text_muted))
        side = _PLACEHOLDER_SIDE_PX
        below = self.rect().adjusted(side, _PLACEHOLDER_HEIGHT_PX // 2 + 2, -side, -4)
        wrapped = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(below, wrapped, self._problem)

    def _on_image_loaded(self, key: str, max_px: int, loaded: LoadedImage) -> None:
        if key == self._item.key and max_px == THUMB_PX and self._pixmap is None:
            self._show(loaded)

    def _on_image_failed(self, key: str, max_px: int, problem: str) -> None:
        if key == self._item.key and max_px == THUMB_PX:
            self._problem = problem
            self.updateGeometry()
            self.setAccessibleName(f"{self._word} {self._item.name}, {problem}")
            self.update()


def tinted(mask: QPixmap, color: str) -> QPixmap:
    """Return a mask in a colour."""
    made = QPixmap(mask)
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(made.rect(), QColor(color))
    painter.end()
    return made
