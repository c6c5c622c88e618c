"""SVG by QtSvg, with the bundled fonts alone; what it refers to outside of itself cannot be opened here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from spanglass_assets.paths import list_font_paths
from spanglass_viewer.decoders.answers import DecoderFault, Picture
from spanglass_viewer.decoders.document import fit, integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish

_MAX_BYTES = 20_000_000
_LEAST_SIDE_PX = 512  # a drawing has no pixels of its own: an icon of 16 is drawn to be seen
_MAX_SIDE_PX = 4096
_FIRST_TEXT = b"""<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8">
<text font-family="sans-serif">a</text><text font-family="serif">a</text><text font-family="monospace">a</text>
<text font-family="sans-serif" font-weight="bold">a</text></svg>"""


class Drawing:
    """One SVG file."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:  # noqa: ARG002 - one signature for all
        data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise DecoderFault("The drawing is too large to be shown")
        self._renderer = QSvgRenderer(QByteArray(data))
        if not self._renderer.isValid():
            raise DecoderFault("The drawing is damaged")
        self.wishes: dict[str, Callable[[Wish], Answer]] = {"picture": self._draw}

    def _draw(self, wish: Wish) -> Picture:
        size = self._renderer.defaultSize()
        full = max(1, size.width()), max(1, size.height())
        wanted = integer(wish, "max_px") or min(_MAX_SIDE_PX, max(_LEAST_SIDE_PX, *full))
        longer = max(full)
        width, height = fit((full[0] * wanted / longer, full[1] * wanted / longer), _MAX_SIDE_PX)
        image = QImage(QSize(width, height), QImage.Format.Format_RGBA8888_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        self._renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        painter = QPainter(image)
        self._renderer.render(painter)
        painter.end()
        straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
        return Picture(width, height, bytes(straight.constBits()), full)


def load() -> None:
    """Load Qt's fonts from the bundle: no other font can be opened later."""
    global _application  # noqa: PLW0603 - Qt's one application has to live as long as the process
    _application = QGuiApplication(["decoder"])
    for path in list_font_paths():
        QFontDatabase.addApplicationFontFromData(QByteArray(path.read_bytes()))
    QGuiApplication.setFont("Inter")
    # the first text opens files, and large pictures are converted by a thread that opens pipes: that has to be now
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # Qt starts a thread for each processor that it sees
    image = QImage(QSize(_LEAST_SIDE_PX, _LEAST_SIDE_PX), QImage.Format.Format_RGBA8888_Premultiplied)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(_FIRST_TEXT)).render(painter)
    painter.end()
    image.convertToFormat(QImage.Format.Format_RGBA8888)


_application: QGuiApplication | None = None
