"""The whole trace in one strip; a window in it is what the timeline shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from spanglass_viewer.trace.arrays import NOTHING, np
from spanglass_viewer.trace.overview import BINS, EMPTY_CELL, ERROR_CELL, FIRST_TYPE_CELL
from spanglass_viewer.views.ticks import merge_ticks

if TYPE_CHECKING:
    from spanglass_viewer.models.time_axis import TimeAxis
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.layout import Longs
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_HEIGHT = 44
_PAD_PX = 5
_MOST_LANE_PX = 7
_LANE_GAP_PX = 1
_LEAST_DRAG_PX = 4
_MOMENT_PX = 3  # of a trace without any length, as its bars in the tree


class Minimap(QWidget):
    """Drag zooms the time axis, dragging inside a zoomed window moves it, a double-click shows everything."""

    def __init__(self, axis: TimeAxis, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = axis
        self._appearance = appearance
        self._snapshot: TraceSnapshot | None = None
        self._image: QImage | None = None
        self._hits_us: Longs = NOTHING
        self._pressed_x: float | None = None
        self._dragged_x: float | None = None
        self._moved_window: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Overview of the trace")
        self.setToolTip("Drag to zoom, double-click to show everything")
        axis.changed.connect(self.update)
        appearance.changed.connect(self._on_appearance_changed)

    def sizeHint(self) -> QSize:
        """Return the strip's height."""
        return QSize(200, _HEIGHT)

    def set_snapshot(self, snapshot: TraceSnapshot | None) -> None:
        """Show another trace or a later state of it."""
        self._snapshot = snapshot
        self._image = None
        self.update()

    def set_hits(self, starts_us: Longs) -> None:
        """Mark where the spans begin that were found."""
        self._hits_us = starts_us
        self.update()

    def _on_appearance_changed(self) -> None:
        self._image = None
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the frame, the spans, the errors, the window."""
        tokens = self._appearance.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.fillPath(frame, QColor(tokens.raised))
        if self._snapshot is not None:
            painter.save()
            painter.setClipPath(frame)
            self._paint_lanes(painter, self._snapshot)
            self._paint_errors(painter, self._snapshot)
            self._paint_hits(painter)
            self._paint_window(painter)
            painter.restore()
        painter.setPen(QPen(QColor(tokens.border)))
        painter.drawPath(frame)
        painter.end()

    def _track(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)

    def _known_width(self, snapshot: TraceSnapshot) -> float:
        """Return how much of the track the snapshot covers: a running trace goes on after it was read."""
        first, last = self._axis.extent
        known = snapshot.overview.last_us - first
        return self._track().width() * min(max(known / (last - first), 0.0), 1.0)

    def _paint_lanes(self, painter: QPainter, snapshot: TraceSnapshot) -> None:
        track, width = self._track(), self._known_width(snapshot)
        lanes = len(snapshot.overview.cells)
        height = min(_MOST_LANE_PX, track.height() / lanes)
        image = self._image_of(snapshot, max(1, round((width or _MOMENT_PX) * self.devicePixelRatioF())))
        gap = _LANE_GAP_PX if height > 3 * _LANE_GAP_PX else 0
        top = track.top() + max(0.0, (track.height() - lanes * height) / 2)
        for lane in range(lanes):
            place = QRectF(track.left(), top + lane * height, width or _MOMENT_PX, height - gap)
            painter.drawImage(place, image, QRectF(0, lane, image.width(), 1))
            if not width:
                continue
            # what runs at the end of the picture runs on
            rest = QRectF(place.right(), place.top(), track.right() - place.right(), place.height())
            painter.drawImage(rest, image, QRectF(image.width() - 1, lane, 1, 1))

    def _image_of(self, snapshot: TraceSnapshot, width: int) -> QImage:
        if self._image is None or self._image.width() != width:
            cells = snapshot.overview.cells
            if not self._known_width(snapshot):  # all is in the first of them
                cells = cells[:, :1]
            pixels, bins = np.ascontiguousarray(self._colors(snapshot.skeleton.types)[cells]), cells.shape[1]
            whole = QImage(pixels.data, bins, len(cells), bins * 4, QImage.Format.Format_ARGB32_Premultiplied)
            self._image = whole.scaled(
                width, len(cells), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._image

    def _colors(self, types: list[str]) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        tokens = self._appearance.tokens
        colors = np.zeros(256, np.uint32)
        for code, span_type in enumerate(types[: 256 - FIRST_TYPE_CELL]):
            colors[code + FIRST_TYPE_CELL] = QColor(tokens.type_hue(span_type)).rgba()
        colors[ERROR_CELL] = QColor(tokens.error).rgba()
        colors[EMPTY_CELL] = 0
        return colors

    def _paint_errors(self, painter: QPainter, snapshot: TraceSnapshot) -> None:
        track, scale = self._track(), self._known_width(snapshot) / BINS
        color = QColor(self._appearance.tokens.error)
        for x, width in merge_ticks(track.left() + snapshot.overview.error_bins * scale):
            painter.fillRect(QRectF(x, self.height() - _PAD_PX, width, _PAD_PX - 1), color)

    def _paint_hits(self, painter: QPainter) -> None:
        if not len(self._hits_us):
            return
        color, (first, last) = QColor(self._appearance.tokens.warning), self._axis.extent
        track = self._track()
        for x, width in merge_ticks(track.left() + (self._hits_us - first) / (last - first) * track.width()):
            painter.fillRect(QRectF(x, 1, width, _PAD_PX - 1), color)

    def _paint_window(self, painter: QPainter) -> None:
        tokens, track = self._appearance.tokens, self._track()
        window = self._shown_window()
        if window is None:
            return
        left, right = (track.left() + x for x in window)
        veil = QColor(tokens.window)
        veil.setAlphaF(0.65)
        painter.fillRect(QRectF(0, 0, left, self.height()), veil)
        painter.fillRect(QRectF(right, 0, self.width() - right, self.height()), veil)
        painter.setPen(QPen(QColor(tokens.accent), 1.5))
        for x in (left, right):
            painter.drawLine(QPointF(x, 1), QPointF(x, self.height() - 1))

    def _shown_window(self) -> tuple[float, float] | None:
        """Return the edges of the window, or of the one that is being drawn, in pixels of the track."""
        if self._pressed_x is not None and self._dragged_x is not None and self._moved_window is None:
            return min(self._pressed_x, self._dragged_x), max(self._pressed_x, self._dragged_x)
        if not self._axis.is_zoomed:
            return None
        first, last = self._axis.window
        return self._x_of(first), self._x_of(last)

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a window, or take hold of the one that is there."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = self._x_in_track(event)
        first, last = self._axis.window
        is_inside = self._axis.is_zoomed and self._x_of(first) < x < self._x_of(last)
        self._moved_window = (first, last) if is_inside else None
        self._pressed_x, self._dragged_x = x, None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw or move the window."""
        if self._pressed_x is None:
            return
        self._dragged_x = self._x_in_track(event)
        if self._moved_window is not None:
            shift = self._moment_at(self._dragged_x) - self._moment_at(self._pressed_x)
            self._axis.zoom_to(self._moved_window[0] + shift, self._moved_window[1] + shift)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Zoom to the window."""
        pressed, dragged, moved = self._pressed_x, self._dragged_x, self._moved_window
        self._pressed_x = self._dragged_x = self._moved_window = None
        if pressed is None or dragged is None or moved is not None or abs(dragged - pressed) < _LEAST_DRAG_PX:
            self.update()
            return
        self._axis.zoom_to(self._moment_at(min(pressed, dragged)), self._moment_at(max(pressed, dragged)))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Show everything."""
        self._pressed_x = None
        self._axis.reset()

    def _x_in_track(self, event: QMouseEvent) -> float:
        track = self._track()
        return min(max(event.position().x() - track.left(), 0.0), track.width())

    def _x_of(self, moment_us: float) -> float:
        first, last = self._axis.extent
        return (moment_us - first) / (last - first) * self._track().width()

    def _moment_at(self, x: float) -> float:
        first, last = self._axis.extent
        return first + x / max(self._track().width(), 1.0) * (last - first)
