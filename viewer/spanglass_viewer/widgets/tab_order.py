"""Where Tab goes: on as one reads, by rows from the top and within a row from the left, whenever it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator


def step_focus(root: QWidget, *, is_forward: bool) -> QWidget | None:
    """Give the keyboard to what follows in reading order inside `root`, round at its end, and return it.

    Qt would go in the order in which widgets were made: cards first, and what they hold, made later, at the very end.
    """
    current = QApplication.focusWidget()
    order = [widget for widget in _read(root) if widget is current or _takes_tab(widget)]
    if not order or order == [current]:
        return None
    at = order.index(current) if current in order else (-1 if is_forward else 0)
    chosen = order[(at + (1 if is_forward else -1)) % len(order)]
    chosen.setFocus(Qt.FocusReason.TabFocusReason if is_forward else Qt.FocusReason.BacktabFocusReason)
    _bring_into_sight(chosen)
    return chosen


def _takes_tab(widget: QWidget) -> bool:
    is_stop = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return is_stop and widget.isEnabled() and widget.focusProxy() is None


def _read(widget: QWidget) -> Iterator[QWidget]:
    """Yield a widget and what is visible inside it."""
    yield widget
    shown = [
        child
        for child in widget.children()
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow()
    ]
    for child in _in_rows(shown):
        yield from _read(child)


def _in_rows(widgets: list[QWidget]) -> Iterator[QWidget]:
    """Yield siblings row by row: what begins above the middle of a row's first one stands in that row."""
    row: list[QWidget] = []
    for widget in sorted(widgets, key=lambda widget: widget.y()):
        if row and widget.y() >= row[0].y() + max(row[0].height() // 2, 1):
            yield from sorted(row, key=lambda widget: widget.x())
            row = []
        row.append(widget)
    yield from sorted(row, key=lambda widget: widget.x())


def _bring_into_sight(widget: QWidget) -> None:
    at = widget.parentWidget()
    while at is not None and not at.isWindow():
        if isinstance(at, QScrollArea):
            at.ensureWidgetVisible(widget)
        at = at.parentWidget()
