# ruff: noqa: INP001 - a script stands on its own, its folder is no package
"""Draws the application's icon in the sizes that desktops and bundles want, from `icons/spanglass.svg`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from spanglass_assets.paths import get_app_icons, get_icon_path

if TYPE_CHECKING:
    from pathlib import Path


def main() -> None:
    """Write a PNG for each size."""
    application = QGuiApplication([])
    renderer = QSvgRenderer(str(get_icon_path("spanglass")))
    for size, target in get_app_icons().items():
        if size is not None:
            draw(renderer, size, target)
    application.quit()


def draw(renderer: QSvgRenderer, size: int, target: Path) -> None:
    """Draw the icon `size` pixels wide into a PNG."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    target.parent.mkdir(exist_ok=True)
    image.save(str(target), "PNG")


if __name__ == "__main__":
    main()
