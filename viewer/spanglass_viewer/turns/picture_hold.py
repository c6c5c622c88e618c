"""Keeps the picture of a widget as it is while what it shows changes, until whoever keeps it has let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, QTimer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_HOLDERS = "pictureHolders"


def hold_picture(widget: QWidget) -> None:
    """Paint a widget no more until `let_picture_go`; call this before anything in it changes.

    What was to be painted before would be painted as if the widget were empty: where all of its window changes, it is
    the window that is to be held.
    """
    holders = count_holders(widget)
    widget.setProperty(_HOLDERS, holders + 1)
    if holders:
        return
    if (
        widget.isWindow()
    ):  # but not each widget in it: in the end these would be painted twice, as parts and by themselves
        widget.setAttribute(Qt.WidgetAttribute.WA_UpdatesDisabled, True)
    else:
        widget.setUpdatesEnabled(False)


def let_picture_go(widget: QWidget) -> None:
    """Have a widget painted again, a window at once, unless another one still holds its picture."""
    holders = count_holders(widget) - 1
    widget.setProperty(_HOLDERS, holders)
    if holders:
        return
    widget.setUpdatesEnabled(True)
    if widget.isWindow():  # an update is forgotten where one was due already
        widget.repaint()


def paint_next_turn(window: QWidget) -> None:
    """Have a window laid out in this turn of the event loop and painted in the next one, whole."""
    hold_picture(window)
    QTimer.singleShot(0, window, lambda: let_picture_go(window))


def count_holders(widget: QWidget) -> int:
    """Return how many keep the picture of a widget."""
    return cast("int", widget.property(_HOLDERS) or 0)
