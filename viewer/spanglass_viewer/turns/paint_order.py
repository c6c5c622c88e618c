"""Gives what changes much and the paint that shows it a turn of the event loop each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


def put_paint_off(window: QWidget) -> None:
    """Have a window painted in the next turn, should a paint be due in this one.

    What changes now is painted in the next turn anyway, unless a part was to be painted already: then that paint would
    follow in this turn, and take in all that has changed meanwhile.
    """
    QCoreApplication.removePostedEvents(window, QEvent.Type.UpdateRequest.value)
    # Qt takes the paint for asked for, and would ask for no other one
    QCoreApplication.postEvent(window, QEvent(QEvent.Type.UpdateRequest), Qt.EventPriority.LowEventPriority.value)
