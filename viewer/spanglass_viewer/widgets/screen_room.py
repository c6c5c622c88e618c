"""Sizes that fit the screen: at 200 % a laptop's screen is smaller than what a dialog would like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_MOST_SHARE = 0.94


def resize_within_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window a size, or as much of it as its screen has room for."""
    room = window.screen().availableGeometry().size() * _MOST_SHARE
    window.resize(QSize(width, height).boundedTo(room))
