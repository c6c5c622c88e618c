"""Hints at keys: what a button does stands in its tooltip with the key of the action that does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from spanglass_viewer.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Callable

_ACTION, _WHAT, _KEY = "hintedAction", "hintedWhat", "hintedKey"


def hint_at(widget: QWidget, action: str, what: str) -> None:
    """Say what a widget does; the action's key is added once `show_keys` has told it, and follows the settings."""
    widget.setProperty(_ACTION, action)
    widget.setProperty(_WHAT, what)
    _show(widget)


def show_keys(root: QWidget, find_key: Callable[[str], str]) -> None:
    """Tell all hints below a widget the keys of their actions; "" where an action has none."""
    for widget in root.findChildren(QWidget):
        action = widget.property(_ACTION)
        if isinstance(action, str):
            widget.setProperty(_KEY, find_key(action))
            _show(widget)


def _show(widget: QWidget) -> None:
    what, key = widget.property(_WHAT), widget.property(_KEY)
    if isinstance(widget, QLineEdit):
        widget.setPlaceholderText(f"{what}  ({key})" if key else what)
    else:
        widget.setToolTip(plain_tooltip(f"{what} ({key})" if key else what))
