"""One image that can be zoomed and moved, on a checkerboard where it has holes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)

from spanglass_viewer.panes.previews.preview import Preview
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.widgets.checkerboard import checkerboard

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.theme.appearance import Appearance

_ZOOM_STEP = 1.25
_MIN_ZOOM, _MAX_ZOOM = 0.02, 32.0
_MARGIN_PX = 24
_SMOOTH_BELOW = 2.0  # above it pixels are what one wants to see


class ImageCanvas(Preview):
    """One image that can be zoomed and moved; `zoom` is screen pixels for an image pixel."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
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

    @property
    def can_zoom(self) -> bool:
        """Tell whether there is an image to zoom."""
        return self.has_image

    @property
    def zoom_text(self) -> str:
        """Return the zoom in percent."""
        return f"{self.zoom:.0%}" if self.has_image else ""

    def copy(self) -> bool:
        """Copy the image."""
        if self.has_image:
            QGuiApplication.clipboard().setPixmap(self.pixmap)
        return self.has_image

    def show_frame(self, pixmap: QPixmap) -> None:
        """Show the next frame of what moves, where and as large as the last one was."""
        if pixmap.size() != self.pixmap.size():
            self.show_image(pixmap)
        else:
            self.pixmap = pixmap
            self.update()

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
