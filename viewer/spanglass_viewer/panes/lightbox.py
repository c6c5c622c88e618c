"""An image over the whole window: fit, 1:1, zoom at the cursor, pan, the span's other images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from spanglass_viewer.backend.images import FULL_SIZE
from spanglass_viewer.panes.detail.media_actions import save_media_as
from spanglass_viewer.panes.detail.media_tile import describe_media
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.checkerboard import checkerboard
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from spanglass_viewer.backend.images import ImageLoader, LoadedImage
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.media import MediaItem

_ZOOM_STEP = 1.25
_MIN_ZOOM, _MAX_ZOOM = 0.02, 32.0
_MARGIN_PX = 24
_SMOOTH_BELOW = 2.0  # above it pixels are what one wants to see


class Lightbox(QWidget):
    """Covers the window of its owner while it is open; Esc closes it."""

    def __init__(self, owner: QWidget, appearance: Appearance, images: ImageLoader) -> None:
        super().__init__(owner)
        self._owner = owner
        self._appearance = appearance
        self._images = images
        self._items: list[MediaItem] = []
        self._position = 0
        self._name = ElidedLabel(role=FontRole.BODY_STRONG)
        self._details = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._zoom = PlainLabel(role=FontRole.SMALL, tone="muted")
        self.canvas = ImageCanvas(appearance)
        self.canvas.zoom_changed.connect(self._on_zoom_changed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        images.image_loaded.connect(self._on_image_loaded)
        images.image_failed.connect(self._on_image_failed)
        appearance.changed.connect(self.update)
        self.hide()

    def open_images(self, items: list[MediaItem], position: int) -> None:
        """Show one of several images over the owner's window."""
        window = self._owner.window()
        self.setParent(window)
        window.installEventFilter(self)
        self._items = items
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._go_to(position)

    @property
    def item(self) -> MediaItem | None:
        """The image that is shown."""
        return self._items[self._position] if self._items else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, ← → step, plus, minus, 0 and 1 zoom."""
        actions = {
            Qt.Key.Key_Escape: self._on_close,
            Qt.Key.Key_Left: self._on_previous,
            Qt.Key.Key_Right: self._on_next,
            Qt.Key.Key_Plus: self._on_zoom_in,
            Qt.Key.Key_Equal: self._on_zoom_in,
            Qt.Key.Key_Minus: self._on_zoom_out,
            Qt.Key.Key_0: self._on_fit,
            Qt.Key.Key_1: self._on_actual_size,
        }
        action = actions.get(Qt.Key(event.key()))
        if action is not None:
            action()
        event.accept()  # nothing goes through to the window behind

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Cover the window."""
        QPainter(self).fillRect(self.rect(), QColor(self._appearance.tokens.window))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep clicks from the window behind."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep the wheel from the window behind."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if self.isVisible() and watched is self.parentWidget() and event.type() is QEvent.Type.Resize:
            self.setGeometry(self.window().rect())
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("kind", "topbar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        row.addWidget(self._details)
        row.addWidget(self._zoom)
        self._step_buttons: list[IconButton] = []
        for icon_name, what, slot in (
            ("arrow-left", "Previous image", self._on_previous),
            ("arrow-right", "Next image", self._on_next),
            ("zoom-out", "Zoom out", self._on_zoom_out),
            ("zoom-in", "Zoom in", self._on_zoom_in),
            ("fit", "Fit to window", self._on_fit),
            ("actual-size", "Actual size", self._on_actual_size),
            ("copy", "Copy image", self._on_copy),
            ("save", "Save as…", self._on_save),
            ("close", "Close", self._on_close),
        ):
            button = IconButton(icon_name, what, self._appearance)
            button.clicked.connect(slot)
            row.addWidget(button)
            if icon_name.startswith("arrow"):
                self._step_buttons.append(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.canvas, 1)

    def _go_to(self, position: int) -> None:
        self._position = position % len(self._items)
        item = self._items[self._position]
        self._name.setText(item.name)
        for button in self._step_buttons:
            button.setVisible(len(self._items) > 1)
        found = self._images.find(item.key, FULL_SIZE)
        if found is not None:
            self._show(found)
        else:
            self._details.setText(describe_media(item))
            self.canvas.show_sentence("Loading…")
            self._images.request(item, FULL_SIZE)

    def _show(self, loaded: LoadedImage) -> None:
        item = self._items[self._position]
        self._details.setText(describe_media(item, loaded.size))
        self.setAccessibleName(f"Image {item.name}, {loaded.size.width()} by {loaded.size.height()} pixels")
        self.canvas.show_image(QPixmap.fromImage(loaded.image))

    def _on_zoom_changed(self) -> None:
        self._zoom.setText(f"{self.canvas.zoom:.0%}" if self.canvas.has_image else "")

    def _is_shown(self, key: str, max_px: int) -> bool:
        return self.isVisible() and max_px == FULL_SIZE and self.item is not None and self.item.key == key

    def _on_image_loaded(self, key: str, max_px: int, loaded: LoadedImage) -> None:
        if self._is_shown(key, max_px):
            self._show(loaded)

    def _on_image_failed(self, key: str, max_px: int, problem: str) -> None:
        if self._is_shown(key, max_px):
            self.canvas.show_sentence(problem)

    def _on_previous(self) -> None:
        self._go_to(self._position - 1)

    def _on_next(self) -> None:
        self._go_to(self._position + 1)

    def _on_zoom_in(self) -> None:
        self.canvas.zoom_by(_ZOOM_STEP)

    def _on_zoom_out(self) -> None:
        self.canvas.zoom_by(1 / _ZOOM_STEP)

    def _on_fit(self) -> None:
        self.canvas.fit()

    def _on_actual_size(self) -> None:
        self.canvas.show_actual_size()

    def _on_copy(self) -> None:
        if self.canvas.has_image:
            QGuiApplication.clipboard().setPixmap(self.canvas.pixmap)

    def _on_save(self) -> None:
        if self.item is not None:
            save_media_as(self.item, self)

    def _on_close(self) -> None:
        self.window().removeEventFilter(self)
        self.hide()
        self.canvas.show_sentence("")
        self._owner.setFocus(Qt.FocusReason.PopupFocusReason)


class ImageCanvas(QWidget):
    """One image that can be zoomed and moved; `zoom` is screen pixels for an image pixel."""

    zoom_changed = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.pixmap = QPixmap()
        self.zoom = 1.0
        self._sentence = ""
        self._center = QPointF()  # the image's point in the middle of the canvas
        self._is_fitted = True
        self._dragged_from: QPointF | None = None
        appearance.changed.connect(self.update)

    @property
    def has_image(self) -> bool:
        """Tell whether there is an image to zoom."""
        return not self.pixmap.isNull()

    def show_image(self, pixmap: QPixmap) -> None:
        """Show an image, whole."""
        self.pixmap = pixmap
        self._sentence = ""
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.fit()

    def show_sentence(self, sentence: str) -> None:
        """Show words where the image would be."""
        self.pixmap = QPixmap()
        self._sentence = sentence
        self.unsetCursor()
        self.update()
        self.zoom_changed.emit()

    def fit(self) -> None:
        """Show the image whole, and never larger than it is."""
        room = self.size() - QSize(2 * _MARGIN_PX, 2 * _MARGIN_PX)
        if self.has_image:
            across = max(1, room.width()) / self.pixmap.width()
            down = max(1, room.height()) / self.pixmap.height()
            self.zoom = max(_MIN_ZOOM, min(1.0, across, down))
        self._center = QPointF(self.pixmap.width() / 2, self.pixmap.height() / 2)
        self._is_fitted = True
        self.update()
        self.zoom_changed.emit()

    def show_actual_size(self) -> None:
        """Show one pixel of the image as one of the screen's logical pixels."""
        self.zoom_by(1 / self.zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom so that what is below a point (the middle, where None) stays there."""
        if not self.has_image:
            return
        middle = QPointF(self.width() / 2, self.height() / 2)
        anchor = (middle if at is None else at) - middle
        before = self.zoom
        self.zoom = min(_MAX_ZOOM, max(_MIN_ZOOM, self.zoom * factor))
        self._center += anchor / before - anchor / self.zoom
        self._is_fitted = False
        self.update()
        self.zoom_changed.emit()

    def image_rect(self) -> QRectF:
        """Return where the image lies on the canvas."""
        size = QPointF(self.pixmap.width() * self.zoom, self.pixmap.height() * self.zoom)
        origin = QPointF(self.width() / 2, self.height() / 2) - self._center * self.zoom
        return QRectF(origin.x(), origin.y(), size.x(), size.y())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the ground and the image, or the sentence."""
        painter = QPainter(self)
        tokens = self._appearance.tokens
        if not self.has_image:
            painter.setFont(font(FontRole.BODY))
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._sentence)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.zoom < _SMOOTH_BELOW)
        place = self.image_rect()
        if self.pixmap.hasAlpha():
            painter.fillRect(place.toAlignedRect().intersected(self.rect()), checkerboard(tokens))
        painter.drawPixmap(place, self.pixmap, QRectF(self.pixmap.rect()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        steps = event.angleDelta().y() / 120
        self.zoom_by(_ZOOM_STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move the image."""
        if event.button() is Qt.MouseButton.LeftButton and self.has_image:
            self._dragged_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the image with the mouse."""
        if self._dragged_from is not None:
            self._center -= (event.position() - self._dragged_from) / self.zoom
            self._dragged_from = event.position()
            self._is_fitted = False
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Let the image lie."""
        self._dragged_from = None
        if self.has_image:
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Turn between fit and actual size."""
        if self._is_fitted:
            self.zoom_by(1 / self.zoom, event.position())
        else:
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted image fitted."""
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()
