"""Drawing the flame view beside the UI: counted in numpy, painted into a QImage, the latest wish first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QRunnable, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from spanglass_viewer.format.text import span_name
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.trace.arrays import np
from spanglass_viewer.trace.flame import FIRST_COLOR_CELL, fill_cells, index_flame, list_labels, list_moments

if TYPE_CHECKING:
    import numpy.typing as npt

    from spanglass_viewer.theme.tokens import Tokens
    from spanglass_viewer.trace.flame import FlameIndex, FlameLabel, FlameWindow
    from spanglass_viewer.trace.layout import Bools
    from spanglass_viewer.trace.snapshot import TraceSnapshot

LANE_PX = 20
BAR_PX = 18
_LEAST_LABEL_PX = 36
_TEXT_PAD_PX = 5
_MOST_LABEL_PX = 14  # a bar holds no larger text, whatever the user's size
_MAX_NAME_CHARS = 120
_HUE_SHARE = {True: 0.5, False: 0.34}  # of a bar's colour, by is_dark; the rest is ground, so that names can be read
_ERROR_SHARE = {True: 0.68, False: 0.5}


@dataclass(frozen=True, slots=True, eq=False)
class FlameRequest:
    """Draw a part of a trace's icicle; `window.width_px` counts logical pixels. `is_kept`: by span, None for all."""

    snapshot: TraceSnapshot
    is_kept: Bools | None
    window: FlameWindow
    tokens: Tokens
    device_ratio: float
    now_us: int

    def shows_what(self, other: FlameRequest) -> bool:
        """Tell whether the same spans are to be seen, be it elsewhere."""
        return self.snapshot is other.snapshot and self.is_kept is other.is_kept


@dataclass(frozen=True, slots=True, eq=False)
class FlamePicture:
    """The part drawn, a lane `LANE_PX` high; the index answers what lies where."""

    request: FlameRequest
    image: QImage
    index: FlameIndex


class FlameDrawer(QObject):
    """Draws in a thread of its own. Of the wishes that come meanwhile only the last is kept."""

    drawn = Signal(object)  # FlamePicture
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._is_busy = False
        self._is_stopped = False
        self._next: FlameRequest | None = None
        self._indexed: tuple[FlameRequest, FlameIndex] | None = None
        self._finished.connect(self._on_finished)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is being drawn."""
        return not self._is_busy

    def draw(self, request: FlameRequest) -> None:
        """Draw soon; `drawn` follows, unless something newer is wished for before it has begun."""
        if self._is_stopped:
            return
        if self._is_busy:
            self._next = request
            return
        self._is_busy = True
        self._pool.start(_Drawing(self, request))

    def forget(self) -> None:
        """Let go of the trace that was drawn last."""
        self._indexed = None

    def stop(self) -> None:
        """Draw nothing more, and wait for what is being drawn."""
        self._is_stopped = True
        self._next = None
        self._pool.waitForDone()

    def make_picture(self, request: FlameRequest) -> None:
        """Draw, in the thread of the pool."""
        known = self._indexed
        if known is None or not request.shows_what(known[0]):
            known = self._indexed = (request, index_flame(request.snapshot, request.is_kept))
        index = known[1]
        self._finished.emit(FlamePicture(request, paint_flame(index, request), index))

    @Slot(object)
    def _on_finished(self, picture: FlamePicture) -> None:
        self._is_busy = False
        if self._is_stopped:
            return
        waiting, self._next = self._next, None
        if waiting is not None:
            self.draw(waiting)
        self.drawn.emit(picture)


class _Drawing(QRunnable):
    def __init__(self, drawer: FlameDrawer, request: FlameRequest) -> None:
        super().__init__()
        self._drawer = drawer
        self._request = request

    def run(self) -> None:
        self._drawer.make_picture(self._request)


def paint_flame(index: FlameIndex, request: FlameRequest) -> QImage:
    """Return the picture of a window of the icicle, on a transparent ground."""
    window, ratio = request.window, request.device_ratio
    image = QImage(
        max(1, round(window.width_px * ratio)),
        max(1, round(window.lanes * LANE_PX * ratio)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    color_of_type, colors = _choose_colors(request.snapshot.skeleton.types, request.tokens)
    painter = QPainter(image)
    _paint_cells(painter, fill_cells(index, window, color_of_type, request.now_us), colors)
    labels = list_labels(index, window, _LEAST_LABEL_PX, request.now_us)
    is_error = request.snapshot.errors.is_own
    painter.setFont(_label_font())
    metrics = QFontMetrics(_label_font())
    codes = request.snapshot.skeleton.type_code

    def color_of(label: FlameLabel) -> QColor:
        cell = 1 if is_error[label.span] else int(color_of_type[codes[label.span]]) + FIRST_COLOR_CELL
        return QColor.fromRgba(int(colors[cell]))

    for label in labels:
        _paint_label(painter, metrics, label, request, color_of(label))
    _paint_moments(painter, [(mark, color_of(mark)) for mark in list_moments(index, window, labels)], request)
    painter.end()
    return image


def _label_font() -> QFont:
    return font(FontRole.TINY, min(1.0, _MOST_LABEL_PX / font(FontRole.TINY).pixelSize()))


def _paint_cells(painter: QPainter, cells: npt.NDArray[np.uint8], colors: npt.NDArray[np.uint32]) -> None:
    lanes, width = cells.shape
    pixels = np.ascontiguousarray(colors[cells])
    rows = QImage(pixels.data, width, lanes, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    for lane in range(lanes):
        painter.drawImage(QRectF(0, lane * LANE_PX, width, BAR_PX), rows, QRectF(0, lane, width, 1))


def _paint_label(
    painter: QPainter, metrics: QFontMetrics, label: FlameLabel, request: FlameRequest, color: QColor
) -> None:
    top = (label.lane - request.window.first_lane) * LANE_PX
    place = QRectF(label.left_px, top, label.width_px - 1, BAR_PX)
    # of spans at the same time and of the same colour the edges would be lost
    painter.fillRect(place.adjusted(-1 if label.left_px >= 1 else 0, 0, 1, 0), QColor(request.tokens.window))
    painter.fillRect(place, color)
    inner = place.adjusted(_TEXT_PAD_PX, 0, -_TEXT_PAD_PX, 0)
    name = span_name(request.snapshot.name_of(label.span), _MAX_NAME_CHARS)
    painter.setPen(QColor(request.tokens.text))
    shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(inner.width()))
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


def _paint_moments(painter: QPainter, marks: list[tuple[FlameLabel, QColor]], request: FlameRequest) -> None:
    """Paint a line with an edge to both sides for each span of no length that a longer one lies over."""
    places = [QRectF(mark.left_px, (mark.lane - request.window.first_lane) * LANE_PX, 1, BAR_PX) for mark, _ in marks]
    for place in places:
        painter.fillRect(place.adjusted(-1, 0, 1, 0), QColor(request.tokens.window))
    for place, (_, color) in zip(places, marks, strict=True):
        painter.fillRect(place, color)


def _choose_colors(types: list[str], tokens: Tokens) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    """Return the number of each type's colour, and the colours by cell: types share a few hues."""
    hues = [tokens.type_hue(span_type) for span_type in types]
    distinct = list(dict.fromkeys(hues))
    shares = [(tokens.error, _ERROR_SHARE[tokens.is_dark]), *((hue, _HUE_SHARE[tokens.is_dark]) for hue in distinct)]
    mixed = [_mix(QColor(hue), QColor(tokens.window), share).rgba() for hue, share in shares]
    return np.array([distinct.index(hue) for hue in hues], np.uint8), np.array([0, *mixed], np.uint32)


def _mix(color: QColor, ground: QColor, share: float) -> QColor:
    mixed = (
        round(share * over + (1 - share) * under)
        for over, under in (
            (color.red(), ground.red()), (color.green(), ground.green()), (color.blue(), ground.blue()),
        )
    )  # fmt: skip
    return QColor(*mixed)
