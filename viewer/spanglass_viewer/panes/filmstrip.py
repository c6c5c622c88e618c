"""All attachments of a trace in a row, in the order of their spans' starts: a click selects the span, Enter opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from spanglass_viewer.format.text import one_line, span_name
from spanglass_viewer.panes.detail.image_thumb import tinted
from spanglass_viewer.panes.detail.media_tile import describe_media
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.icons import icon_pixmap
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.values.media_formats import MediaKind
from spanglass_viewer.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.backend.images import ImageLoader
    from spanglass_viewer.backend.loaded_image import LoadedImage
    from spanglass_viewer.backend.requests import StripEntry
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import SpanRef

STRIP_PX = 240  # decoded once, in device pixels
_CELL_WIDTH_PX, _PICTURE_HEIGHT_PX, _NAME_PX = 104, 64, 18
_GAP_PX, _MARGIN_PX = 8, 10
_RADIUS_PX = 6
_ICON_PX = 20
_PICTURED = frozenset({MediaKind.IMAGE, MediaKind.PDF, MediaKind.VIDEO, MediaKind.AUDIO})


class Filmstrip(QAbstractScrollArea):
    """Cells are painted, not made: five hundred attachments cost what is in sight."""

    span_wanted = Signal(str)  # span_id
    opened = Signal(object, int)  # list[MediaItem], position

    def __init__(
        self, selection: Selection, appearance: Appearance, images: ImageLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self._appearance = appearance
        self._images = images
        self._entries: tuple[StripEntry, ...] = ()
        self._current = -1
        self._pixmaps: dict[str, QPixmap | None] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedHeight(_strip_height())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Attachments of the trace")
        self.viewport().setMouseTracking(True)
        images.image_loaded.connect(self._on_image_loaded)
        images.image_failed.connect(self._on_image_failed)
        selection.span_changed.connect(self._on_span_changed)
        appearance.changed.connect(self._on_appearance_changed)

    @property
    def entries(self) -> tuple[StripEntry, ...]:
        """What is shown."""
        return self._entries

    def show_entries(self, entries: tuple[StripEntry, ...]) -> None:
        """Show attachments; the same ones again change nothing."""
        if entries == self._entries:
            return
        self._entries = entries
        kept = {entry.item.key for entry in entries if entry.item.has_bytes}
        self._pixmaps = {key: pixmap for key, pixmap in self._pixmaps.items() if key in kept}
        self._fit()
        self._on_span_changed(self._selection.span)

    def prepare(self, entries: tuple[StripEntry, ...]) -> Iterator[None]:
        """Draw what stands for attachments without a picture of their own, one after the other."""
        for kind, has_bytes in dict.fromkeys((entry.item.kind, entry.item.has_bytes) for entry in entries):
            self._icon_of(kind, has_bytes=has_bytes)
            yield

    def cell_rect(self, number: int) -> QRect:
        """Return where an attachment lies in the viewport."""
        left = _MARGIN_PX + number * (_CELL_WIDTH_PX + _GAP_PX) - self.horizontalScrollBar().value()
        return QRect(left, _MARGIN_PX, _CELL_WIDTH_PX, _PICTURE_HEIGHT_PX + text_px(_NAME_PX))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the cells in sight."""
        painter = QPainter(self.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), QColor(self._appearance.tokens.window))
        painter.setPen(QColor(self._appearance.tokens.hairline))
        painter.drawLine(0, 0, self.viewport().width(), 0)
        for number in self._visible():
            self._paint_cell(painter, number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the span of what was clicked."""
        number = self._number_at(event.position().toPoint().x())
        if number is not None and event.button() is Qt.MouseButton.LeftButton:
            self._go_to(number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep the click: it was for a cell."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show it large."""
        if self._number_at(event.position().toPoint().x()) is not None:
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← → step, Home and End go to the ends, Enter shows large."""
        steps = {
            Qt.Key.Key_Left: self._current - 1,
            Qt.Key.Key_Right: self._current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._entries) - 1,
        }
        key = Qt.Key(event.key())
        if key in steps and self._entries:
            self._go_to(min(max(0, steps[key]), len(self._entries) - 1))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._open()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll along the strip, whichever way the wheel turns."""
        turned = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (turned.x() or turned.y()))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width."""
        super().resizeEvent(event)
        self._fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002 - Qt's signature
        """Draw what came into sight."""
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell on hovering what it is and which span names it."""
        if isinstance(event, QHelpEvent):
            number = self._number_at(event.pos().x())
            QToolTip.showText(event.globalPos(), plain_tooltip(self._describe(number)) if number is not None else "")
            return True
        return super().viewportEvent(event)

    def sizeHint(self) -> QSize:
        """Return the strip's height."""
        return QSize(400, _strip_height())

    def _fit(self) -> None:
        whole = 2 * _MARGIN_PX + len(self._entries) * (_CELL_WIDTH_PX + _GAP_PX) - _GAP_PX
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, whole - self.viewport().width()))
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(_CELL_WIDTH_PX)
        self.viewport().update()

    def _visible(self) -> range:
        step = _CELL_WIDTH_PX + _GAP_PX
        first = max(0, (self.horizontalScrollBar().value() - _MARGIN_PX) // step)
        return range(first, min(len(self._entries), first + self.viewport().width() // step + 2))

    def _number_at(self, x: int) -> int | None:
        return next((number for number in self._visible() if _spans(self.cell_rect(number), x)), None)

    def _go_to(self, number: int) -> None:
        self._current = number
        self.span_wanted.emit(self._entries[number].ref.span_id)
        self._bring_into_sight(number)
        self.setAccessibleDescription(self._describe(number))
        self.viewport().update()

    def _open(self) -> None:
        if 0 <= self._current < len(self._entries) and self._entries[self._current].item.has_bytes:
            chosen = self._entries[self._current].item
            items = [entry.item for entry in self._entries if entry.item.has_bytes]
            self.opened.emit(items, items.index(chosen))

    def _bring_into_sight(self, number: int) -> None:
        place, bar = self.cell_rect(number), self.horizontalScrollBar()
        if place.left() < 0:
            bar.setValue(bar.value() + place.left() - _MARGIN_PX)
        elif place.right() > self.viewport().width():
            bar.setValue(bar.value() + place.right() - self.viewport().width() + _MARGIN_PX)

    def _describe(self, number: int) -> str:
        entry = self._entries[number]
        known = describe_media(entry.item, self._images.find_any(entry.item.key))
        parts = (entry.item.name, known, entry.item.problem or "", f"in {span_name(entry.span_name)}")
        return one_line(" · ".join(part for part in parts if part))

    def _paint_cell(self, painter: QPainter, number: int) -> None:
        entry, tokens = self._entries[number], self._appearance.tokens
        place = self.cell_rect(number)
        picture = QRect(place.left(), place.top(), place.width(), _PICTURE_HEIGHT_PX)
        shape = QPainterPath()
        shape.addRoundedRect(picture, _RADIUS_PX, _RADIUS_PX)
        painter.fillPath(shape, QColor(tokens.pressed if entry.item.has_bytes else tokens.raised))
        pixmap = self._pixmap_of(entry)
        if pixmap is not None:
            painter.save()
            painter.setClipPath(shape)
            size = pixmap.size().scaled(picture.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inside = QRect(0, 0, size.width(), size.height())
            inside.moveCenter(picture.center())
            painter.drawPixmap(inside, pixmap)
            painter.restore()
        else:
            icon = self._icon_of(entry.item.kind, has_bytes=entry.item.has_bytes)
            middle = picture.center()
            painter.drawPixmap(middle.x() - _ICON_PX // 2, middle.y() - _ICON_PX // 2, icon)
        span = self._selection.span
        if span is not None and span.span_id == entry.ref.span_id:
            painter.setPen(QPen(QColor(tokens.accent), 3 if number == self._current and self.hasFocus() else 2))
            painter.drawPath(shape)
        painter.setFont(font(FontRole.TINY))
        painter.setPen(QColor(tokens.text_muted))
        metrics = QFontMetrics(painter.font())
        name = metrics.elidedText(one_line(entry.item.name), Qt.TextElideMode.ElideMiddle, place.width() - 4)
        below = QRect(place.left() + 2, picture.bottom() + 3, place.width() - 4, text_px(_NAME_PX))
        painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter), name)

    def _icon_of(self, kind: MediaKind, *, has_bytes: bool) -> QPixmap:
        tokens = self._appearance.tokens
        hue = tokens.text_muted if has_bytes else tokens.text_faint
        return icon_pixmap(kind.value, hue, _ICON_PX, self.devicePixelRatioF())

    def _pixmap_of(self, entry: StripEntry) -> QPixmap | None:
        item = entry.item
        if item.key in self._pixmaps:
            return self._pixmaps[item.key]
        if item.kind not in _PICTURED or not item.has_bytes:
            return None
        self._pixmaps[item.key] = None
        found = self._images.find(item.key, STRIP_PX)
        if found is None:
            self._images.request(item, STRIP_PX)
            return None
        return self._keep(item.key, found)

    def _keep(self, key: str, loaded: LoadedImage) -> QPixmap:
        pixmap = QPixmap.fromImage(loaded.image)
        if loaded.is_mask:
            pixmap = tinted(pixmap, self._appearance.tokens.accent)
        self._pixmaps[key] = pixmap
        return pixmap

    def _on_image_loaded(self, key: str, max_px: int, loaded: LoadedImage) -> None:
        if max_px == STRIP_PX and key in self._pixmaps:
            self._keep(key, loaded)
            self.viewport().update()

    def _on_image_failed(self, key: str, max_px: int, problem: str) -> None:  # noqa: ARG002 - the icon stays
        if max_px == STRIP_PX and key in self._pixmaps:
            self.viewport().update()

    def _on_span_changed(self, ref: SpanRef | None) -> None:
        is_named = 0 <= self._current < len(self._entries) and self._entries[self._current].ref == ref
        if not is_named:
            of_span = (
                n for n, entry in enumerate(self._entries) if ref is not None and entry.ref.span_id == ref.span_id
            )
            self._current = next(of_span, -1)
        if self._current >= 0:
            self._bring_into_sight(self._current)
        self.viewport().update()

    def _on_appearance_changed(self) -> None:
        self._pixmaps.clear()  # waveforms are in the theme's colour
        self.setFixedHeight(_strip_height())
        self.viewport().update()


def _strip_height() -> int:
    return _PICTURE_HEIGHT_PX + text_px(_NAME_PX) + 2 * _MARGIN_PX + 10  # with the scroll bar


def _spans(place: QRect, x: int) -> bool:
    return place.left() <= x <= place.right()
