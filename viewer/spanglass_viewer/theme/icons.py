"""Monoline SVG icons, tinted and cached."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from spanglass_assets.paths import get_icon_path
from spanglass_viewer.theme.tokens import KNOWN_TYPES


def type_icon_name(span_type: str) -> str:
    """Return the icon of a span type: its own, or that of a span where the type is not a known one."""
    return span_type if span_type in KNOWN_TYPES else "span"


@functools.lru_cache(maxsize=2048)
def icon_pixmap(name: str, color: str, size_px: int = 16, device_pixel_ratio: float = 1.0) -> QPixmap:
    """Return an icon drawn in one colour (`#rrggbb`) at a size in logical pixels.

    Raises KeyError for a name that is not among the assets.
    """
    renderer = _renderer(name, color)
    pixmap = QPixmap(round(size_px * device_pixel_ratio), round(size_px * device_pixel_ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    return pixmap


@functools.lru_cache(maxsize=16)
def _renderer(name: str, color: str) -> QSvgRenderer:
    """Return what draws an icon: one reading serves all the sizes that are asked for one after the other."""
    drawn = get_icon_path(name).read_bytes().replace(b"currentColor", color.encode())
    return QSvgRenderer(QByteArray(drawn))


def tinted_icon(name: str, color: str, size_px: int = 16) -> QIcon:
    """Return an icon for a button, sharp at 100 and 200 %."""
    icon = QIcon()
    for ratio in (1.0, 2.0):
        icon.addPixmap(icon_pixmap(name, color, size_px, ratio))
    return icon
