"""Sizes that fit the screen: at 200 % a laptop's screen is smaller than what a dialog would like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_DIALOG_SHARE = 0.94  # the rest is for the frame that the desktop draws


def resize_within_screen(window: QWidget, width: int, height: int, share: float = _DIALOG_SHARE) -> None:
    """Give a window a size, or as much of it as its share of the screen has room for."""
    room = window.screen().availableGeometry().size() * share
    window.resize(QSize(width, height).boundedTo(room))
