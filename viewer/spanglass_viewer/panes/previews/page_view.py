"""Pages in a scroll area: those in sight are asked for, drawn, and hold the selection."""

from __future__ import annotations

import bisect
import itertools
import struct
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from spanglass_viewer.decoders.answers import BYTES_A_BOX
from spanglass_viewer.theme.fonts import FontRole, font

if TYPE_CHECKING:
    from spanglass_viewer.decoders.answers import Page
    from spanglass_viewer.theme.appearance import Appearance

_GAP_PX = 16
_MARGIN_PX = 24
_MAX_FITTED_PX = 900
_MIN_ZOOM, _MAX_ZOOM = 0.1, 6.0
_MAX_KEPT_PAGES = 24
_MAX_PAGE_PX = 6000
_ZOOM_STEP = 1.15
_BOX = struct.Struct("<4f")
_Hit = tuple[int, int, int]


class PageView(QAbstractScrollArea):
    """`zoom` is screen pixels for a point of the page."""

    page_wanted = Signal(int, int)  # number, its longer side in device pixels
    page_changed = Signal(int)  # the page at the top
    zoom_changed = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._sizes: tuple[tuple[float, float], ...] = ()
        self._tops: list[float] = []
        self.zoom = 1.0
        self._is_fitted = True
        self._pages: OrderedDict[int, _DrawnPage] = OrderedDict()
        self._asked: dict[int, int] = {}
        self._problems: dict[int, str] = {}
        self._hits: tuple[_Hit, ...] = ()
        self._hit = 0
        self._waits_for_hit = False
        self._anchor: tuple[int, int] | None = None
        self._caret: tuple[int, int] | None = None
        # a zoom by wheel passes many sizes: pages are drawn anew for the one that stays
        self._settling = QTimer(self, singleShot=True, interval=120)
        self._settling.timeout.connect(self._ask_for_visible)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName("Pages")
        appearance.changed.connect(self.viewport().update)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self._sizes)

    @property
    def is_settled(self) -> bool:
        """Tell whether no page in sight has to be asked for yet."""
        return not self._settling.isActive()

    @property
    def selected_text(self) -> str:
        """The text between the two ends of the selection, as far as its pages were drawn."""
        if self._anchor is None or self._caret is None:
            return ""
        (first, start), (last, end) = sorted((self._anchor, self._caret))
        parts: list[str] = []
        for number in range(first, last + 1):
            page = self._pages.get(number)
            text = page.page.text if page is not None else ""
            parts.append(text[start if number == first else 0 : end if number == last else len(text)])
        return "\n".join(parts).replace("\r\n", "\n")

    def set_sizes(self, sizes: tuple[tuple[float, float], ...]) -> None:
        """Show pages of these sizes in points."""
        self._sizes = sizes
        self.fit_width()
        self.page_changed.emit(0)

    def show_page(self, page: Page) -> None:
        """Draw a page that was asked for."""
        picture = page.picture
        image = QImage(picture.pixels, picture.width, picture.height, picture.width * 4, QImage.Format.Format_RGBX8888)
        self._pages[page.number] = _DrawnPage(QPixmap.fromImage(image), page)
        self._pages.move_to_end(page.number)
        while len(self._pages) > _MAX_KEPT_PAGES:
            dropped, _ = self._pages.popitem(last=False)
            self._asked.pop(dropped, None)
        if self._waits_for_hit and self._hits and self._hits[self._hit][0] == page.number:
            self._scroll_to_hit()
        self.viewport().update()

    def show_problem(self, number: int, problem: str) -> None:
        """Say why a page is not there."""
        self._problems[number] = problem
        self.viewport().update()

    def show_hits(self, hits: tuple[_Hit, ...], current: int) -> None:
        """Mark what was found, and go to one of them."""
        self._hits, self._hit = hits, current
        if hits:
            self._scroll_to_hit()
        self.viewport().update()

    def fit_width(self) -> None:
        """Let the widest page fill the view, up to what is pleasant to read."""
        widest = max((size[0] for size in self._sizes), default=0.0)
        if widest > 0:
            room = min(_MAX_FITTED_PX, self.viewport().width() - 2 * _MARGIN_PX)
            self._set_zoom(max(50, room) / widest)
        self._is_fitted = True

    def set_zoom(self, zoom: float) -> None:
        """Draw a point this large."""
        self._is_fitted = False
        self._set_zoom(zoom)

    def copy(self) -> bool:
        """Copy the selected text; tell whether there is some."""
        text = self.selected_text
        if text:
            QGuiApplication.clipboard().setText(text)
        return bool(text)

    def page_rect(self, number: int) -> QRectF:
        """Return where a page lies in the viewport."""
        width, height = (side * self.zoom for side in self._sizes[number])
        wide = max(self.viewport().width(), self._content_width())
        left = (wide - width) / 2 - self.horizontalScrollBar().value()
        return QRectF(left, self._tops[number] - self.verticalScrollBar().value(), width, height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the pages in sight."""
        painter = QPainter(self.viewport())
        tokens = self._appearance.tokens
        painter.fillRect(self.viewport().rect(), QColor(tokens.pressed))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number in self._visible():
            place = self.page_rect(number)
            painter.fillRect(place, QColor("#ffffff"))  # paper is white in both themes
            drawn = self._pages.get(number)
            if drawn is None:
                painter.setFont(font(FontRole.BODY))
                painter.setPen(QColor("#525c6b"))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), self._problems.get(number, "Loading…"))
                continue
            painter.drawPixmap(place, drawn.pixmap, QRectF(drawn.pixmap.rect()))
            self._paint_marks(painter, number, drawn, place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._anchor = self._caret = self._character_at(event.position())
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select up to the mouse."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._anchor is not None:
            self._caret = self._character_at(event.position()) or self._caret
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        place = self._character_at(event.position())
        if place is not None:
            text = self._pages[place[0]].page.text
            start = end = min(place[1], len(text))
            while start > 0 and not text[start - 1].isspace():
                start -= 1
            while end < len(text) and not text[end].isspace():
                end += 1
            self._anchor, self._caret = (place[0], start), (place[0], end)
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl zoom."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_zoom(self.zoom * _ZOOM_STEP ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep fitted pages fitted."""
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit_width()
        else:
            self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002 - Qt's signature
        """Draw what came into sight."""
        self.viewport().update()
        self._ask_for_visible()
        visible = self._visible()
        if visible:
            self.page_changed.emit(visible[0])

    def _set_zoom(self, zoom: float) -> None:
        bar = self.verticalScrollBar()
        place = bar.value() / max(1, bar.maximum() + self.viewport().height())
        self.zoom = min(_MAX_ZOOM, max(_MIN_ZOOM, zoom))
        self._lay_out()
        bar.setValue(round(place * (bar.maximum() + self.viewport().height())))
        self._settling.start()
        self.zoom_changed.emit()

    def _lay_out(self) -> None:
        heights = (size[1] * self.zoom + _GAP_PX for size in self._sizes)
        self._tops = list(itertools.accumulate(heights, initial=float(_GAP_PX)))
        total = self._tops[-1]
        view = self.viewport().size()
        self.verticalScrollBar().setRange(0, max(0, round(total - view.height())))
        self.verticalScrollBar().setPageStep(view.height())
        self.verticalScrollBar().setSingleStep(40)
        self.horizontalScrollBar().setRange(0, max(0, round(self._content_width() - view.width())))
        self.horizontalScrollBar().setPageStep(view.width())
        self.viewport().update()

    def _content_width(self) -> float:
        return max((size[0] for size in self._sizes), default=0.0) * self.zoom + 2 * _MARGIN_PX

    def _visible(self) -> range:
        if not self._sizes:
            return range(0)
        top = self.verticalScrollBar().value()
        first = max(0, bisect.bisect_right(self._tops, top) - 1)
        last = bisect.bisect_left(self._tops, top + self.viewport().height())
        return range(first, min(len(self._sizes), max(last, first + 1)))

    def _ask_for_visible(self) -> None:
        ratio = self.devicePixelRatioF()
        for number in self._visible():
            longer = min(_MAX_PAGE_PX, round(max(self._sizes[number]) * self.zoom * ratio))
            if self._asked.get(number) != longer and number not in self._problems:
                self._asked[number] = longer
                self.page_wanted.emit(number, longer)

    def _scroll_to_hit(self) -> None:
        number, start, _ = self._hits[self._hit]
        drawn = self._pages.get(number)
        self._waits_for_hit = drawn is None
        inside = 0.0
        if drawn is not None and start < drawn.box_count:
            inside = drawn.box(start).top() * self.page_rect(number).height() / drawn.page.picture.height
        self.verticalScrollBar().setValue(round(self._tops[number] + inside - self.viewport().height() / 3))
        self._ask_for_visible()

    def _paint_marks(self, painter: QPainter, number: int, drawn: _DrawnPage, place: QRectF) -> None:
        for at, (page, start, length) in enumerate(self._hits):
            if page == number:
                color = QColor(240, 166, 58, 150 if at == self._hit else 70)
                self._fill_characters(painter, drawn, (start, start + length), place, color)
        if self._anchor is not None and self._caret is not None:
            (first, start), (last, end) = sorted((self._anchor, self._caret))
            if first <= number <= last:
                span = (start if number == first else 0, end if number == last else drawn.box_count)
                color = QColor(47, 107, 255, 80)
                self._fill_characters(painter, drawn, span, place, color)

    def _fill_characters(
        self, painter: QPainter, drawn: _DrawnPage, span: tuple[int, int], place: QRectF, color: QColor
    ) -> None:
        scale = place.width() / drawn.page.picture.width
        for number in range(span[0], min(span[1], drawn.box_count)):
            box = drawn.box(number)
            corner = place.topLeft() + box.topLeft() * scale
            painter.fillRect(QRectF(corner, box.size() * scale), color)

    def _character_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the page and the character nearest to a point of the viewport."""
        for number in self._visible():
            place = self.page_rect(number)
            drawn = self._pages.get(number)
            if drawn is not None and place.top() - _GAP_PX <= point.y() <= place.bottom() + _GAP_PX:
                scale = drawn.page.picture.width / max(1.0, place.width())
                inside = (point - place.topLeft()) * scale
                return number, drawn.nearest(inside)
        return None

    def sizeHint(self) -> QSize:
        """Return a page's usual shape."""
        return QSize(600, 800)

    def viewport_point(self, number: int, character: int) -> QPoint:
        """Return where the middle of a character lies in the viewport."""
        drawn, place = self._pages[number], self.page_rect(number)
        center = drawn.box(character).center() * (place.width() / drawn.page.picture.width)
        return (place.topLeft() + center).toPoint()


class _DrawnPage:
    """A page's picture with the boxes of its characters, in pixels of the picture."""

    def __init__(self, pixmap: QPixmap, page: Page) -> None:
        self.pixmap = pixmap
        self.page = page
        self.box_count = len(page.boxes) // BYTES_A_BOX

    def box(self, number: int) -> QRectF:
        """Return where a character stands."""
        left, top, right, bottom = _BOX.unpack_from(self.page.boxes, number * BYTES_A_BOX)
        return QRectF(QPointF(left, top), QPointF(right, bottom)).normalized()

    def nearest(self, point: QPointF) -> int:
        """Return the place between characters that is nearest to a point: lines first, then along the line."""
        best, best_distance = 0, float("inf")
        for number, (left, top, right, bottom) in enumerate(_BOX.iter_unpack(self.page.boxes)):
            if right <= left and bottom <= top:
                continue  # a line's end has no box
            down = max(top - point.y(), 0.0, point.y() - bottom)
            along = max(left - point.x(), 0.0, point.x() - right)
            distance = down * 1000 + along
            if distance < best_distance:
                is_behind = point.x() > (left + right) / 2
                best, best_distance = number + is_behind, distance
        return best
