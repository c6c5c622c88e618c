"""The flame view: a trace as an icicle, beside the tree the other way to look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from spanglass_viewer.backend.flame_drawing import BAR_PX, LANE_PX, FlameDrawer, FlameRequest
from spanglass_viewer.format.durations import format_tick
from spanglass_viewer.models.span_row import read_rows
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.trace.arrays import NOTHING, np
from spanglass_viewer.trace.flame import FlameWindow, FoldedLanes, find_beside, fold_lanes
from spanglass_viewer.views.row_style import text_width
from spanglass_viewer.views.span_tooltip import tooltip_of
from spanglass_viewer.views.timeline_painter import TICK_SPACING_PX
from spanglass_viewer.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QShowEvent, QWheelEvent

    from spanglass_viewer.backend.flame_drawing import FlamePicture
    from spanglass_viewer.models.span_row import SpanRow
    from spanglass_viewer.models.time_axis import TimeAxis
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.layout import Bools, Ints
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_RULER_PX = 30
_SLACK_PX = 2.0  # a span is hit by its neighbourhood: the shortest are a pixel wide
_LEAST_DRAG_PX = 4
_ZOOM_STEP = 0.8
_PAN_STEP = 0.15
_FIT_MARGIN = 0.05
_LEAST_OUTLINE_PX = 3.0


class FlameView(QAbstractScrollArea):
    """Shows the window of the time axis. What is drawn late is shown from the picture before, moved and stretched.

    Ctrl+wheel zooms at the cursor, dragging pans, a double-click fits a span (or everything), the arrow keys go to the
    neighbours in time, the parent and the first child.
    """

    span_selected = Signal(object)  # the span's number, by the user's hand

    def __init__(
        self, axis: TimeAxis, appearance: Appearance, clock_us: Callable[[], int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._axis = axis
        self._appearance = appearance
        self._clock_us = clock_us
        self._drawer = FlameDrawer(self)
        self._snapshot: TraceSnapshot | None = None
        self._is_kept: Bools | None = None
        self._picture: FlamePicture | None = None
        self._lanes = 0
        self._folded: FoldedLanes | None = None
        self._span: int | None = None
        self._hits: Ints = NOTHING
        self._pressed: QPointF | None = None
        self._grabbed: tuple[float, float, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().setSingleStep(LANE_PX)
        self.setAccessibleName("Flame view")
        self._drawer.drawn.connect(self._on_drawn)
        axis.changed.connect(self._on_look_changed)
        appearance.changed.connect(self._on_look_changed)
        self.verticalScrollBar().valueChanged.connect(self._on_look_changed)

    # what the pane asks for

    @property
    def is_idle(self) -> bool:
        """Tell whether what is shown is what was asked for."""
        return self._drawer.is_idle

    @property
    def current_span(self) -> int | None:
        """The selected span."""
        return self._span

    def show_snapshot(self, snapshot: TraceSnapshot | None, is_kept: Bools | None = None) -> None:
        """Show another trace, or a later state of the same; of its spans those that are kept (by span; None: all)."""
        before = self._snapshot
        if before is None or snapshot is None or before.root_span_id != snapshot.root_span_id:
            self._picture = None
            self._span = None
        elif self._span is not None:
            self._span = snapshot.find_span(before.skeleton.span_id[self._span])
        if not self.isVisible():
            self._picture = None  # it would keep a whole trace in memory that is gone
            self._drawer.forget()
        self._snapshot = snapshot
        self._is_kept = is_kept
        self._fit_lanes()
        self._on_look_changed()

    def narrow(self, is_kept: Bools | None) -> None:
        """Show only the spans that are kept; None shows all."""
        if is_kept is not None or self._is_kept is not None:
            self._is_kept = is_kept
            self._fit_lanes()
            self._on_look_changed()

    def select_span(self, span: int) -> None:
        """Select a span without telling so, and bring it into sight."""
        self._span = span
        self._bring_into_sight(span)
        self._describe()
        self.viewport().update()

    def set_hits(self, spans: Ints) -> None:
        """Mark these spans of the snapshot that is shown."""
        self._hits = spans
        self.viewport().update()

    def stop(self) -> None:
        """End the thread that draws."""
        self._drawer.stop()

    # drawing

    def _on_look_changed(self) -> None:
        self.viewport().update()
        self._ask()

    def _ask(self) -> None:
        width = self.viewport().width()
        if self._snapshot is None or not self.isVisible() or width <= 0:
            return
        first_lane = self.verticalScrollBar().value() // LANE_PX
        lanes = min(self._lanes_height() // LANE_PX + 2, self._lanes - first_lane)
        first_us, last_us = self._axis.window
        window = FlameWindow(first_us, last_us, width, first_lane, max(lanes, 1))
        ratio = self.devicePixelRatioF()
        tokens, now_us = self._appearance.tokens, self._clock_us()
        self._drawer.draw(FlameRequest(self._snapshot, self._is_kept, window, tokens, ratio, now_us))

    def _on_drawn(self, picture: FlamePicture) -> None:
        if self._snapshot is not None and picture.request.snapshot.root_span_id == self._snapshot.root_span_id:
            self._picture = picture
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the picture, the selected span's frame, the ruler."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self._appearance.tokens.window))
        if self._snapshot is not None:
            self._paint_picture(painter)
            self._paint_hits(painter, self._snapshot)
            self._paint_selection(painter, self._snapshot)
            self._paint_ruler(painter)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        picture, width = self._picture, self.viewport().width()
        if picture is None:
            return
        window = picture.request.window
        left, right = self._axis.x_of(window.first_us, width), self._axis.x_of(window.last_us, width)
        top = self._top_of(window.first_lane)
        place = QRectF(left, top, right - left, window.lanes * LANE_PX)
        painter.drawImage(place, picture.image, QRectF(picture.image.rect()))

    def _paint_hits(self, painter: QPainter, snapshot: TraceSnapshot) -> None:
        """Frame the hits in sight; those that share a pixel of a lane share a frame."""
        if not len(self._hits) or int(self._hits.max()) >= len(snapshot):
            return
        hits = self._hits if self._is_kept is None else self._hits[self._is_kept[self._hits]]
        first_us, last_us = self._axis.window
        width = self.viewport().width()
        lanes = self._lanes_of(snapshot, hits)
        ends = snapshot.end_us[hits]
        ends = np.where(ends < 0, self._clock_us(), ends)
        scale = width / max(last_us - first_us, 1.0)
        lefts = np.clip((snapshot.start_us[hits] - first_us) * scale, -9.0, width + 9.0)
        widths = np.maximum(np.clip((ends - first_us) * scale, -9.0, width + 9.0) - lefts, _LEAST_OUTLINE_PX)
        in_sight = (lefts + widths > 0) & (lefts < width)
        frames = {
            (round(left), round(taken), lane)
            for left, taken, lane in zip(
                lefts[in_sight].tolist(), widths[in_sight].tolist(), lanes[in_sight].tolist(), strict=True
            )
        }
        painter.setPen(QPen(QColor(self._appearance.tokens.warning), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([QRect(left, self._top_of(lane), taken, BAR_PX) for left, taken, lane in frames])

    def _paint_selection(self, painter: QPainter, snapshot: TraceSnapshot) -> None:
        if self._span is None or not self._shows(self._span):
            return
        place = self._place_of(snapshot, self._span)
        if place.right() < 0 or place.left() > self.viewport().width():
            return
        color = QColor(self._appearance.tokens.accent if self.hasFocus() else self._appearance.tokens.text_faint)
        painter.setPen(QPen(color, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)

    def _paint_ruler(self, painter: QPainter) -> None:
        tokens, width = self._appearance.tokens, self.viewport().width()
        painter.fillRect(QRect(0, 0, width, _RULER_PX), QColor(tokens.window))
        painter.setFont(font(FontRole.SMALL))
        step, ticks = self._axis.ticks(width // TICK_SPACING_PX)
        for secs in ticks:
            x = round(self._axis.x_of(self._axis.extent[0] + secs * 1e6, width))
            label = format_tick(secs, step)
            taken = text_width(label, FontRole.SMALL)
            left = min(max(x - taken // 2, 6), width - taken - 2)
            painter.setPen(QColor(tokens.text_muted))
            painter.drawText(QRect(left, 0, taken + 2, _RULER_PX - 4), int(Qt.AlignmentFlag.AlignVCenter), label)
            painter.setPen(QColor(tokens.hairline))
            painter.drawLine(x, _RULER_PX - 5, x, _RULER_PX - 1)
        painter.setPen(QColor(tokens.hairline))
        painter.drawLine(0, _RULER_PX - 1, width, _RULER_PX - 1)

    # where things are

    def _lanes_height(self) -> int:
        return max(self.viewport().height() - _RULER_PX, 0)

    def _top_of(self, lane: int) -> int:
        return _RULER_PX + 2 + lane * LANE_PX - self.verticalScrollBar().value()

    def _lane_of(self, snapshot: TraceSnapshot, span: int) -> int:
        return int(self._lanes_of(snapshot, np.array([span], np.int32))[0])

    def _lanes_of(self, snapshot: TraceSnapshot, spans: Ints) -> Ints:
        return snapshot.lanes_of(spans) if self._folded is None else self._folded.lane[spans]

    def _fit_lanes(self) -> None:
        self._folded, self._lanes = None, 0
        if self._snapshot is not None:
            self._folded = fold_lanes(self._snapshot, self._is_kept)
            self._lanes = self._snapshot.lanes if self._folded is None else self._folded.lanes
        self._fit_scroll_bar()

    def _times_of(self, snapshot: TraceSnapshot, span: int) -> tuple[int, int]:
        start_us, end_us = int(snapshot.start_us[span]), int(snapshot.end_us[span])
        return start_us, max(self._clock_us() if end_us < 0 else end_us, start_us)

    def _place_of(self, snapshot: TraceSnapshot, span: int) -> QRectF:
        width = self.viewport().width()
        first, last = (self._axis.x_of(edge, width) for edge in self._times_of(snapshot, span))
        first, last = max(first, -9.0), min(last, width + 9.0)
        return QRectF(first, self._top_of(self._lane_of(snapshot, span)), max(last - first, _LEAST_OUTLINE_PX), BAR_PX)

    def span_at(self, at: QPointF) -> int | None:
        """Return the span at a point of the viewport, None where there is none or nothing is drawn yet."""
        if self._picture is None or self._snapshot is None or at.y() < _RULER_PX:
            return None
        if self._picture.request.snapshot is not self._snapshot or self._picture.request.is_kept is not self._is_kept:
            return None
        lane = int(at.y() - self._top_of(0)) // LANE_PX
        width = self.viewport().width()
        first, last = (self._axis.moment_at(at.x() + slack, width) for slack in (-_SLACK_PX, _SLACK_PX))
        middle = self._axis.moment_at(at.x(), width)
        near = self._picture.index.find_span(lane, first, last, self._clock_us())
        if near is not None and self._snapshot.start_us[near] == self._snapshot.end_us[near]:
            return near  # what lies under it has all the rest of its bar
        exact = self._picture.index.find_span(lane, middle, middle, self._clock_us())
        return near if exact is None else exact

    def _fit_scroll_bar(self) -> None:
        height = self._lanes * LANE_PX + LANE_PX // 2
        self.verticalScrollBar().setPageStep(self._lanes_height())
        self.verticalScrollBar().setRange(0, max(height - self._lanes_height(), 0))

    def _bring_into_sight(self, span: int) -> None:
        if self._snapshot is None:
            return
        first_us, last_us = self._axis.window
        start_us, end_us = self._times_of(self._snapshot, span)
        if end_us < first_us or start_us > last_us:
            middle, half = (start_us + end_us) / 2, (last_us - first_us) / 2
            self._axis.zoom_to(middle - half, middle + half)
        bar, top = self.verticalScrollBar(), self._lane_of(self._snapshot, span) * LANE_PX
        if not bar.value() <= top <= bar.value() + self._lanes_height() - LANE_PX:
            bar.setValue(top - self._lanes_height() // 2)

    # the hand

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the time with Ctrl, move it with Shift, else scroll."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and turn:
            at_us = self._axis.moment_at(event.position().x(), self.viewport().width())
            self._axis.zoom_by(_ZOOM_STEP if turn > 0 else 1 / _ZOOM_STEP, at_us)
            event.accept()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and turn:
            self._axis.pan_by(-_PAN_STEP if turn > 0 else _PAN_STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold; whether it is a click shows when it is let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._grabbed = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan both ways."""
        if self._pressed is None:
            return
        moved = event.position() - self._pressed
        if self._grabbed is None and moved.manhattanLength() >= _LEAST_DRAG_PX:
            self._grabbed = (*self._axis.window, self.verticalScrollBar().value())
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._grabbed is not None:
            first_us, last_us, top = self._grabbed
            shift_us = moved.x() / max(self.viewport().width(), 1) * (last_us - first_us)
            if self._axis.is_zoomed:
                self._axis.zoom_to(first_us - shift_us, last_us - shift_us)
            self.verticalScrollBar().setValue(top - round(moved.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select the span under a click."""
        was_click = self._pressed is not None and self._grabbed is None
        self._pressed = self._grabbed = None
        self.viewport().unsetCursor()
        span = self.span_at(event.position()) if was_click else None
        if span is not None:
            self._choose(span)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit the span under the mouse, or show everything."""
        span = self.span_at(event.position())
        if span is None:
            self._axis.reset()
        else:
            self._fit(span)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to neighbours, parent, child; zoom; letters are the window's."""
        keys = {
            Qt.Key.Key_Left: self._find_previous,
            Qt.Key.Key_Right: self._find_next,
            Qt.Key.Key_Up: self._find_parent,
            Qt.Key.Key_Down: self._find_child,
        }
        key = Qt.Key(event.key())
        if key in keys and self._span is not None and self._snapshot is not None:
            found = keys[key](self._snapshot, self._span)
            if found is not None and self._shows(found):
                self._choose(found)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._span is not None:
            self._fit(self._span)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus}:
            self._zoom_by_key(1 / _ZOOM_STEP if key == Qt.Key.Key_Minus else _ZOOM_STEP)
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _find_previous(self, snapshot: TraceSnapshot, span: int) -> int | None:
        return find_beside(snapshot, self._is_kept, span, -1)

    def _find_next(self, snapshot: TraceSnapshot, span: int) -> int | None:
        return find_beside(snapshot, self._is_kept, span, 1)

    def _find_parent(self, snapshot: TraceSnapshot, span: int) -> int | None:
        row = int(snapshot.layout.parent_row[snapshot.layout.row_of_span[span]])
        return int(snapshot.layout.span[row]) if row >= 0 else None

    def _find_child(self, snapshot: TraceSnapshot, span: int) -> int | None:
        row = int(snapshot.layout.row_of_span[span])
        return int(snapshot.layout.span[row + 1]) if snapshot.layout.subtree_rows[row] > 1 else None

    def _shows(self, span: int) -> bool:
        return self._is_kept is None or bool(self._is_kept[span])

    def _zoom_by_key(self, factor: float) -> None:
        first_us, last_us = self._axis.window
        at_us = (first_us + last_us) / 2
        if self._snapshot is not None and self._span is not None:
            at_us = min(max(sum(self._times_of(self._snapshot, self._span)) / 2, first_us), last_us)
        self._axis.zoom_by(factor, at_us)

    def _fit(self, span: int) -> None:
        if self._snapshot is not None:
            start_us, end_us = self._times_of(self._snapshot, span)
            margin_us = (end_us - start_us) * _FIT_MARGIN
            self._axis.zoom_to(start_us - margin_us, end_us + margin_us)

    def _choose(self, span: int) -> None:
        self.select_span(span)
        self.span_selected.emit(span)

    # what it tells

    def _row_of(self, span: int) -> SpanRow | None:
        if self._snapshot is None:
            return None
        layout = self._snapshot.layout
        return read_rows(self._snapshot, layout.row_of_span[[span]], np.zeros(len(layout), np.bool_))[0]

    def _describe(self) -> None:
        if not self.isVisible():
            return  # whoever goes from row to row of the tree does not wait for it
        row = None if self._span is None else self._row_of(self._span)
        self.setAccessibleDescription("" if row is None else row.accessible_text(self._clock_us()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell of the span under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            help_event: QHelpEvent = event  # pyright: ignore[reportAssignmentType] - its type says so
            span = self.span_at(QPointF(help_event.pos()))
            row = None if span is None else self._row_of(span)
            text = "" if row is None else plain_tooltip(tooltip_of(row, self._clock_us()))
            QToolTip.showText(help_event.globalPos(), text, self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw as much as there is room for."""
        super().resizeEvent(event)
        self._fit_scroll_bar()
        self._on_look_changed()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was not drawn while nobody looked."""
        super().showEvent(event)
        self._describe()
        self._on_look_changed()
