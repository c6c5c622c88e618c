"""Every action of the window, its words and its keys, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """What an action is called and which keys call it; the first key is the one that menus show."""

    name: str
    text: str
    keys: tuple[str, ...] = ()


ACTIONS = (
    ActionSpec("next_error", "Next error", ("F8", "E")),
    ActionSpec("previous_error", "Previous error", ("Shift+F8", "Shift+E")),
    ActionSpec("next_trace", "Next trace", ("J",)),
    ActionSpec("previous_trace", "Previous trace", ("K",)),
    ActionSpec("expand_all", "Expand all spans", ("]",)),
    ActionSpec("collapse_all", "Collapse all spans", ("[",)),
    ActionSpec("toggle_flame", "Tree or flame view", ("F",)),
    ActionSpec("reset_zoom", "Show the whole time", ("Ctrl+0",)),
    ActionSpec("filter_traces", "Filter traces", ("/",)),
    ActionSpec("clear_filter", "Clear the filter", ("Ctrl+Shift+F",)),
    ActionSpec("copy_link", "Copy link to the span", ("Ctrl+L",)),
    ActionSpec("turn_theme", "Change the theme", ("Ctrl+T",)),
    ActionSpec("show_keys", "Keyboard shortcuts", ("?", "F1")),
    ActionSpec("quit", "Quit", ("Ctrl+Q",)),
)


def make_actions(window: QWidget, slots: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """Make an action for each line of the table and hang it on the window.

    Raises KeyError where the table names an action that has no slot: a key that does nothing is a defect.
    """
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(spec.text, window)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.triggered.connect(slots[spec.name])
        window.addAction(action)
        made[spec.name] = action
    return made
