"""The ground below pictures that have transparent parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

if TYPE_CHECKING:
    from spanglass_viewer.theme.tokens import Tokens

_SQUARE_PX = 8


def checkerboard(tokens: Tokens) -> QBrush:
    """Return a brush of squares in the theme's two shades."""
    tile = QPixmap(_SQUARE_PX * 2, _SQUARE_PX * 2)
    tile.fill(QColor(tokens.checker_light))
    painter = QPainter(tile)
    for x, y in ((0, 0), (_SQUARE_PX, _SQUARE_PX)):
        painter.fillRect(x, y, _SQUARE_PX, _SQUARE_PX, QColor(tokens.checker_dark))
    painter.end()
    return QBrush(tile)
